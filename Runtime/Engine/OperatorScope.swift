import BNNMFormat
import CBNNM

/// One operator of a model, seen while the model is checked: access to its operands, and failures that name it.
struct OperatorScope {
    let model: UnsafePointer<Model>
    let index: Int
    let message: Message

    var record: bnnmf_op { model.pointee.operators[index].op }
    var output: Tensor { model.pointee.tensors[Int(record.output)] }

    /// The tensor index of an operand.
    func inputIndex(_ position: Int) -> Int {
        let op = record
        return withUnsafeBytes(of: op.inputs) {
            Int($0.load(fromByteOffset: (position & 15) &* 4, as: UInt32.self))
        }
    }

    /// Results, the first being the output.
    var resultCount: Int { 1 &+ Int(record.more_output_count) }

    /// The tensor index of a result.
    func resultIndex(_ position: Int) -> Int { Int(indexOfResult(record, position)) }

    func result(_ position: Int) -> Tensor { model.pointee.tensors[resultIndex(position)] }

    func input(_ position: Int) -> Tensor { model.pointee.tensors[inputIndex(position)] }

    /// A failure "operator 3 (Conv2D 'name'): …".
    func failure(_ status: bnnm_status, _ compose: (inout Message.Writer) -> Void) -> Failure {
        let op = record
        return message.failure(status) {
            $0.add("operator ")
            $0.add(index)
            $0.add(" (")
            $0.add(cString: operatorName(op.code))
            $0.add(" '")
            $0.add(cString: op.name)
            $0.add("'): ")
            compose(&$0)
        }
    }

    /// Throws where a rule of the operator does not hold; `rule` says what must be.
    func require(_ condition: Bool, _ rule: StaticString) throws(Failure) {
        guard condition else { throw failure(BNNM_CORRUPT_MODEL) { $0.add(rule) } }
    }

    /// Throws where a number is not the one that follows from the rest of the model; nil: beyond 64 bits.
    func require(_ what: StaticString, _ found: Int64, is expected: Int64?) throws(Failure) {
        guard found != expected else { return }
        throw failure(BNNM_CORRUPT_MODEL) {
            $0.add(what)
            $0.add(" must be ")
            if let expected { $0.add(expected) } else { $0.add("less than 2^63") }
            $0.add(", not ")
            $0.add(found)
        }
    }

    /// Throws where an operand or the result is not of this type.
    func require(_ what: StaticString, _ tensor: Tensor, is type: Tensor.ElementType) throws(Failure) {
        guard tensor.elementType != type else { return }
        throw failure(BNNM_CORRUPT_MODEL) {
            $0.add(what)
            $0.add(" must be ")
            $0.add(type.name)
            $0.add(", not ")
            $0.add(tensor.elementType.name)
        }
    }

    /// Throws where a tensor is neither float32 nor int32, for which alone there are kernels.
    func requireFloat32OrInt32(_ tensor: Tensor) throws(Failure) {
        let isEither = tensor.elementType == .float32 || tensor.elementType == .int32
        try require(isEither, "the input must be float32 or int32")
    }

    /// Throws unless the output's extents are those of all inputs, broadcast against each other.
    ///
    /// - Parameter trailing: last axes that are left out
    func requireBroadcast(leavingOut trailing: Int = 0) throws(Failure) {
        var rank = 0
        for position in 0..<Int(record.input_count) { rank = max(rank, input(position).rank) }
        try require("the output's rank", Int64(output.rank), is: Int64(rank))
        for offset in trailing..<max(rank, trailing) {
            var extent: UInt32 = 1
            for position in 0..<Int(record.input_count) {
                let own = input(position).dims.fromEnd(offset &+ 1)
                try require(own == extent || own == 1 || extent == 1, "extents of the inputs must be equal or 1")
                if own != 1 { extent = own }
            }
            try require("the output's extent", Int64(output.dims.fromEnd(offset &+ 1)), is: Int64(extent))
        }
    }

    /// Throws unless the output has the input's dimensions but for `extent` along an axis, which must be one of them.
    func requireDims(of x: Tensor, alongAxis axis: UInt32, extent: Int64) throws(Failure) {
        try require("the output's rank", Int64(output.rank), is: Int64(x.rank))
        try require(Int64(axis) < Int64(x.rank), "its axis must be one of the input's")
        for other in 0..<x.rank {
            try require(
                "the output's extent", Int64(output.dims[other]),
                is: other == Int(axis) ? extent : Int64(x.dims[other]))
        }
    }

    /// Throws where the operator has another number of operands.
    func requireInputs(_ count: UInt32) throws(Failure) {
        try require("the number of inputs", Int64(record.input_count), is: Int64(count))
    }

    /// The dimensions of the operator's values, which it may not store.
    func valueDims() throws(Failure) -> Dims {
        if let dims = Epilogue.valueDims(record, input(0), output) { return dims }
        throw failure(BNNM_CORRUPT_MODEL) { $0.add("the window must fit the padded input, and its results the limits") }
    }

    /// Throws unless the limits of a clamp are numbers in order.
    func requireLimits(_ minimum: Float, _ maximum: Float) throws(Failure) {
        try require(minimum <= maximum, "its minimum must be a number not above its maximum")
    }
}

/// The tensor index of an operator's result.
func indexOfResult(_ op: bnnmf_op, _ position: Int) -> UInt32 {
    position == 0 ? op.output : position == 1 ? op.more_outputs.0 : op.more_outputs.1
}

// MARK: - Blobs

extension OperatorScope {
    /// The bytes of a blob that must be there and of this size; nil: a size beyond 64 bits.
    func blob(_ what: StaticString, _ index: UInt32, byteCount: Int64?) throws(Failure) -> UnsafeRawPointer {
        let view = model.pointee.view
        guard index < bnnmf_blob_count(view) else {
            throw failure(BNNM_CORRUPT_MODEL) {
                $0.add(what)
                $0.add(": there must be a blob")
            }
        }
        var blob = bnnmf_blob()
        bnnmf_get_blob(view, index, &blob)
        guard let byteCount, blob.byte_count == UInt64(byteCount), let data = blob.data else {
            throw failure(BNNM_CORRUPT_MODEL) {
                $0.add(what)
                $0.add(": its size in bytes must be ")
                if let byteCount { $0.add(byteCount) } else { $0.add("less than 2^63") }
                $0.add(", not ")
                $0.add(Int64(clamping: blob.byte_count))
            }
        }
        return data
    }

    /// Bytes of all constants that the operator reads.
    var constantByteCount: UInt64 {
        var byteCount: UInt64 = 0
        let view = model.pointee.view
        Dispatch.visitBlobs(record) { index in
            if index < bnnmf_blob_count(view) { byteCount &+= view.blob(index).byte_count }
        }
        for position in 0..<Int(record.input_count) where input(position).constant != nil {
            byteCount &+= UInt64(input(position).byteCount)
        }
        return byteCount
    }

    /// Checks an optional blob.
    func optionalBlob(_ what: StaticString, _ index: UInt32, byteCount: Int64?) throws(Failure) {
        if index != UInt32.max { _ = try blob(what, index, byteCount: byteCount) }
    }
}

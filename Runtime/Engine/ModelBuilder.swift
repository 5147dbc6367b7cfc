import BNNMFormat
import CBNNM

/// Makes a model of a file whose structure was verified: one allocation, filled with the file's records after their
/// meaning was checked: shapes, types, sizes of constants, values of parameters.
struct ModelBuilder {
    let view: bnnmf_view
    let allocator: Allocator
    let message: Message

    /// Allocates the model with its arrays; the arrays are not filled yet.
    func allocate() throws(Failure) -> UnsafeMutablePointer<Model> {
        let (tensorCount, operatorCount, probeCount) = withUnsafePointer(to: view) {
            (Int(bnnmf_tensor_count($0)), Int(bnnmf_op_count($0)), Int(bnnmf_probe_count($0)))
        }
        var layout = MemoryBlock()
        _ = layout.reserve(Model.self, count: 1)
        let holdersOffset = layout.reserve(UInt32.self, count: 1)
        let viewOffset = layout.reserve(bnnmf_view.self, count: 1)
        let tensorsOffset = layout.reserve(Tensor.self, count: tensorCount)
        let operatorsOffset = layout.reserve(Model.OperatorRecord.self, count: operatorCount)
        let probesOffset = layout.reserve(UInt32.self, count: probeCount)
        guard let byteCount = layout.byteCount else {
            throw message.failure(BNNM_LIMIT_EXCEEDED, "the model does not fit this machine's address space")
        }
        let memory = try allocator.allocate(byteCount, message)
        func array<Element>(_ offset: Int, _ count: Int) -> UnsafeMutableBufferPointer<Element> {
            UnsafeMutableBufferPointer(
                start: (memory + offset).bindMemory(to: Element.self, capacity: count), count: count)
        }
        let holders = (memory + holdersOffset).bindMemory(to: UInt32.self, capacity: 1)
        holders.initialize(to: 1)
        let storedView = (memory + viewOffset).bindMemory(to: bnnmf_view.self, capacity: 1)
        storedView.initialize(to: view)
        let model = memory.bindMemory(to: Model.self, capacity: 1)
        model.initialize(to: Model(holderCount: holders, allocator: allocator, view: storedView))
        bnnmf_get_info(storedView, &model.pointee.info)
        model.pointee.tensors = array(tensorsOffset, tensorCount)
        model.pointee.operators = array(operatorsOffset, operatorCount)
        model.pointee.nextProbe = array(probesOffset, probeCount)
        return model
    }

    /// Checks every record and fills the model's arrays.
    static func fill(_ model: UnsafeMutablePointer<Model>, _ message: Message) throws(Failure) {
        guard model.pointee.info.batch <= 1 else {
            throw message.failure(BNNM_CORRUPT_MODEL, "the model's batch must be 0 or 1")
        }
        for index in 0..<bnnmf_blob_count(model.pointee.view) {
            var blob = bnnmf_blob()
            bnnmf_get_blob(model.pointee.view, index, &blob)
            model.pointee.weightByteCount &+= blob.byte_count
        }
        try fillTensors(model, message)
        try checkInputs(model, message)
        try fillOperators(model, message)
        try checkOutputs(model, message)
        try ProbeTable.fill(model, message)
    }

    private static func fillTensors(_ model: UnsafeMutablePointer<Model>, _ message: Message) throws(Failure) {
        let tensors = model.pointee.tensors
        for index in 0..<tensors.count {
            var record = bnnmf_tensor()
            bnnmf_get_tensor(model.pointee.view, UInt32(index), &record)
            tensors[index] = try Tensor(record, index: UInt32(index), view: model.pointee.view, message)
        }
    }

    private static func fillOperators(_ model: UnsafeMutablePointer<Model>, _ message: Message) throws(Failure) {
        let (tensors, operators) = (model.pointee.tensors, model.pointee.operators)
        for index in 0..<operators.count {
            var record = bnnmf_op()
            bnnmf_get_op(model.pointee.view, UInt32(index), &record)
            operators[index] = Model.OperatorRecord(op: record)
            let scope = OperatorScope(model: UnsafePointer(model), index: index, message: message)
            try scope.require(
                record.input_count >= 1 && record.input_count <= UInt32(BNNMF_MAX_OPERANDS),
                "there must be 1...16 inputs")
            for position in 0..<Int(record.input_count) {
                let input = scope.inputIndex(position)
                try scope.require(
                    input < tensors.count && tensors[input].isDefined, "its inputs must have been computed before")
                try scope.require(tensors[input].elementCount > 0, "its inputs must have elements")
            }
            let output = Int(record.output)
            try scope.require(
                output < tensors.count && !tensors[output].isDefined, "its output must not have a value already")
            try scope.require(tensors[output].elementCount > 0, "its output must have elements")
            let more = record.more_output_count
            try scope.require(
                more == 0 || (more < UInt32(BNNMF_MAX_RESULTS) && Epilogue(record) != nil),
                "only an epilogue has more results than one, and at most 3")
            for position in 1..<scope.resultCount {
                let result = scope.resultIndex(position)
                try scope.require(
                    result < tensors.count && !tensors[result].isDefined, "its results must not have values already")
                try scope.require(tensors[result].elementCount > 0, "its results must have elements")
                for earlier in 0..<position {
                    try scope.require(result != scope.resultIndex(earlier), "its results must be different tensors")
                }
            }
            try Dispatch.validate(scope)
            for position in 0..<scope.resultCount { tensors[scope.resultIndex(position)].isDefined = true }
        }
    }

    private static func checkInputs(_ model: UnsafeMutablePointer<Model>, _ message: Message) throws(Failure) {
        for index in 0..<bnnmf_input_count(model.pointee.view) {
            var port = bnnmf_port()
            bnnmf_get_input(model.pointee.view, index, &port)
            let tensors = model.pointee.tensors
            guard Int(port.tensor) < tensors.count, !tensors[Int(port.tensor)].isDefined else {
                throw failure("input ", index, "it must be a tensor without a value", message)
            }
            guard tensors[Int(port.tensor)].elementType != .bits else {
                throw failure("input ", index, "it must be float32, int32, int64, bool or uint8", message)
            }
            tensors[Int(port.tensor)].isDefined = true
        }
    }

    private static func checkOutputs(_ model: UnsafeMutablePointer<Model>, _ message: Message) throws(Failure) {
        for index in 0..<bnnmf_output_count(model.pointee.view) {
            var port = bnnmf_port()
            bnnmf_get_output(model.pointee.view, index, &port)
            let tensors = model.pointee.tensors
            guard Int(port.tensor) < tensors.count, tensors[Int(port.tensor)].isDefined else {
                throw failure("output ", index, "it must be a tensor that has a value", message)
            }
            guard tensors[Int(port.tensor)].elementType != .bits else {
                throw failure("output ", index, "it must be float32, int32, int64, bool or uint8", message)
            }
        }
    }

    private static func failure(
        _ what: StaticString, _ index: UInt32, _ rule: StaticString, _ message: Message
    ) -> Failure {
        message.failure(BNNM_CORRUPT_MODEL) {
            $0.add("model ")
            $0.add(what)
            $0.add(index)
            $0.add(": ")
            $0.add(rule)
        }
    }
}

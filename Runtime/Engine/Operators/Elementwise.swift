import BNNMFormat
import BNNMKernels

/// BNNMF_OP_ELEMENTWISE: y = f(a, b, c) of one to three operands with multidirectional broadcasting (ONNX). Arithmetic of
/// float32 has a kernel of its own, which may write over an operand; the general one computes all others.
enum Elementwise {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        let function = bnnmf_function(rawValue: scope.record.parameters.elementwise.function)
        try scope.require(
            function.rawValue >= BNNMF_ADD.rawValue && function.rawValue <= BNNMF_CAST.rawValue,
            "its function must be one of 1...15")
        try scope.requireInputs(function == BNNMF_CAST ? 1 : function == BNNMF_WHERE ? 3 : 2)
        for position in 0..<Int(scope.record.input_count) {
            try scope.require(scope.input(position).elementType != .bits, "its inputs must not be bits")
        }
        try scope.require(scope.output.elementType != .bits, "the output must not be bits")
        try validateTypes(function, scope)
        try scope.requireBroadcast()
    }

    private static func validateTypes(_ function: bnnmf_function, _ scope: OperatorScope) throws(Failure) {
        guard function != BNNMF_CAST else { return }
        let (a, b, y) = (scope.input(0), scope.input(1), scope.output)
        switch function {
        case BNNMF_WHERE:
            try scope.require("input 0", a, is: .bool)
            try scope.require("input 2", scope.input(2), is: b.elementType)
            return try scope.require("the output", y, is: b.elementType)
        case BNNMF_AND, BNNMF_OR, BNNMF_XOR: try scope.require("input 0", a, is: .bool)
        case BNNMF_EQUAL: break
        default: try scope.require(a.elementType.isNumber, "input 0 must be float32, int32 or int64")
        }
        if function == BNNMF_POWER {
            try scope.require(b.elementType.isNumber, "input 1 must be float32, int32 or int64")
        } else {
            try scope.require("input 1", b, is: a.elementType)
        }
        let isArithmetic = function.rawValue <= BNNMF_POWER.rawValue
        try scope.require("the output", y, is: isArithmetic ? a.elementType : .bool)
    }

    /// Whether the kernel of float32 arithmetic computes it.
    static func isFloatArithmetic(_ op: bnnmf_op, _ output: Tensor) -> Bool {
        output.elementType == .float32 && op.parameters.elementwise.function <= BNNMF_MAXIMUM.rawValue
    }

    static func run(_ run: OperatorRun) {
        let (walk, function, y) = (run.broadcastWalk(), run.record.parameters.elementwise.function, run.outputTensor)
        guard isFloatArithmetic(run.record, y) else { return compute(function, walk, run) }
        var arguments = bnnmk_elementwise()
        arguments.a = run.input(0, as: Float.self)
        arguments.b = run.input(1, as: Float.self)
        arguments.output = run.output(as: Float.self)
        arguments.function = bnnmk_function(rawValue: function)
        arguments.rank = UInt32(walk.rank)
        withUnsafeMutableBytes(of: &arguments.dims) { walk.extents.copy(to: $0) }
        withUnsafeMutableBytes(of: &arguments.a_strides) { walk.strides[0].copy(to: $0) }
        withUnsafeMutableBytes(of: &arguments.b_strides) { walk.strides[1].copy(to: $0) }
        let cost = y.elements / Int64(walk.items) &* 3
        run.parallel(walk.items, images: y.dims[0], cost: cost, run.table.pointee.elementwise, arguments)
    }

    /// A function of an operator's inputs by the general kernel.
    static func compute(_ function: UInt32, _ walk: StridedWalk, _ run: OperatorRun) {
        let (count, y) = (Int(run.record.input_count), run.outputTensor)
        func operand(_ position: Int) -> UnsafeRawPointer? {
            position < count ? UnsafeRawPointer(run.input(position, as: UInt8.self)) : nil
        }
        func type(_ position: Int) -> bnnmk_element_type {
            (position < count ? run.inputTensor(position) : y).elementType.forKernels
        }
        var arguments = bnnmk_compute()
        arguments.function = function
        arguments.operand_count = UInt32(count)
        arguments.operands = (operand(0), operand(1), operand(2))
        arguments.types = (type(0), type(1), type(2))
        arguments.output = UnsafeMutableRawPointer(run.output(as: UInt8.self))
        arguments.output_type = y.elementType.forKernels
        arguments.rank = UInt32(walk.rank)
        withUnsafeMutableBytes(of: &arguments.dims) { walk.extents.copy(to: $0) }
        withUnsafeMutableBytes(of: &arguments.strides) { array in
            for position in 0..<3 {
                walk.strides[position].copy(to: UnsafeMutableRawBufferPointer(rebasing: array[(position &* 32)...]))
            }
        }
        run.parallel(walk.items, cost: y.elements / Int64(walk.items) &* 10, run.table.pointee.compute, arguments)
    }
}

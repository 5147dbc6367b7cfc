import BNNMFormat
import BNNMKernels
import CBNNM

/// The table of operators: from an operator code to what checks, describes and executes it.
enum Dispatch {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        try Lookup.requireNoBytes(elsewhere: scope)
        switch bnnmf_op_code(rawValue: scope.record.code) {
        case BNNMF_OP_TRANSPOSE: try Transpose.validate(scope)
        case BNNMF_OP_RESHAPE: try Reshape.validate(scope)
        case BNNMF_OP_CONV2D: try Conv2D.validate(scope)
        case BNNMF_OP_BINARY_CONV2D: try BinaryConv2D.validate(scope)
        case BNNMF_OP_MAX_POOL: try Pool.validateMaximum(scope)
        case BNNMF_OP_AVERAGE_POOL: try Pool.validateAverage(scope)
        case BNNMF_OP_BIT_POOL: try Pool.validateBits(scope)
        case BNNMF_OP_BINARIZE: try Binarize.validate(scope)
        case BNNMF_OP_UNPACK: try Unpack.validate(scope)
        case BNNMF_OP_SCALE_SHIFT: try ScaleShift.validate(scope)
        case BNNMF_OP_CLAMP: try Clamp.validate(scope)
        case BNNMF_OP_ELEMENTWISE: try Elementwise.validate(scope)
        case BNNMF_OP_CONCAT: try Concat.validate(scope)
        case BNNMF_OP_MAP: try Map.validate(scope)
        case BNNMF_OP_BINARIZE_BY: try BinarizeBy.validate(scope)
        case BNNMF_OP_ACCUMULATOR_THRESHOLDS: try AccumulatorThresholds.validate(scope)
        case BNNMF_OP_GATHER: try Gather.validate(scope)
        case BNNMF_OP_RESAMPLE: try Resample.validate(scope)
        case BNNMF_OP_REDUCE: try Reduce.validate(scope)
        case BNNMF_OP_MATMUL: try MatMul.validate(scope)
        case BNNMF_OP_BINARY_MATMUL: try BinaryMatMul.validate(scope)
        case BNNMF_OP_BIT_DIFFERENCE: try BitDifference.validate(scope)
        case BNNMF_OP_LOOKUP: try Lookup.validate(scope)
        default:
            throw scope.failure(BNNM_UNSUPPORTED_VERSION) {
                $0.add("this library does not know the operator code ")
                $0.add(scope.record.code)
            }
        }
    }

    static func run(_ run: OperatorRun) {
        switch bnnmf_op_code(rawValue: run.record.code) {
        case BNNMF_OP_TRANSPOSE: Transpose.run(run)
        case BNNMF_OP_CONV2D: Conv2D.run(run)
        case BNNMF_OP_BINARY_CONV2D: BinaryConv2D.run(run)
        case BNNMF_OP_MAX_POOL, BNNMF_OP_AVERAGE_POOL, BNNMF_OP_BIT_POOL: Pool.run(run)
        case BNNMF_OP_BINARIZE: Binarize.run(run)
        case BNNMF_OP_UNPACK: Unpack.run(run)
        case BNNMF_OP_SCALE_SHIFT: ScaleShift.run(run)
        case BNNMF_OP_CLAMP: Clamp.run(run)
        case BNNMF_OP_ELEMENTWISE: Elementwise.run(run)
        case BNNMF_OP_CONCAT: Concat.run(run)
        case BNNMF_OP_MAP: Map.run(run)
        case BNNMF_OP_BINARIZE_BY: BinarizeBy.run(run)
        case BNNMF_OP_ACCUMULATOR_THRESHOLDS: AccumulatorThresholds.run(run)
        case BNNMF_OP_GATHER: Gather.run(run)
        case BNNMF_OP_RESAMPLE: Resample.run(run)
        case BNNMF_OP_REDUCE: Reduce.run(run)
        case BNNMF_OP_MATMUL: MatMul.run(run)
        case BNNMF_OP_BINARY_MATMUL: BinaryMatMul.run(run)
        case BNNMF_OP_BIT_DIFFERENCE: BitDifference.run(run)
        case BNNMF_OP_LOOKUP: Lookup.run(run)
        // A reshape shares memory; other codes were refused when the model was opened.
        default: break
        }
    }

    /// Which rows of its first input a layer reads; nil: it does not compute rows by themselves. Averages need all rows.
    static func rowWindow(_ scope: OperatorScope) -> RowWindow? {
        let (op, x, y) = (scope.record, scope.input(0), scope.output)
        guard x.rank == 4, y.rank == 4, Epilogue(op)?.storesAverages != true else { return nil }
        switch bnnmf_op_code(rawValue: op.code) {
        case BNNMF_OP_CONV2D: return RowWindow(op.parameters.conv2d.window, x.dims, y.dims)
        case BNNMF_OP_MAX_POOL, BNNMF_OP_AVERAGE_POOL: return RowWindow(op.parameters.pool.window, x.dims, y.dims)
        case BNNMF_OP_SCALE_SHIFT, BNNMF_OP_CLAMP, BNNMF_OP_MAP: return RowWindow(samePixels: y.dims)
        case BNNMF_OP_CONCAT: return op.parameters.concat.axis == 3 ? RowWindow(samePixels: y.dims) : nil
        case BNNMF_OP_ELEMENTWISE:
            let isSame = Elementwise.isFloatArithmetic(op, y) && x.dims == y.dims && scope.input(1).dims == y.dims
            return isSame ? RowWindow(samePixels: y.dims) : nil
        case BNNMF_OP_TRANSPOSE:
            return Transpose.keepsImages(op.parameters.transpose, y) ? RowWindow(wholeInputTo: y.dims) : nil
        case BNNMF_OP_LOOKUP: return RowWindow(wholeInputTo: y.dims)
        default: return nil
        }
    }

    /// How an operator's first result may use its inputs' memory.
    enum Sharing {
        case none
        /// The result is its input.
        case alias
        /// The result may be written over an input of equal dimensions that is not read later.
        case inPlace
    }

    static func sharing(_ op: bnnmf_op, _ output: Tensor) -> Sharing {
        switch bnnmf_op_code(rawValue: op.code) {
        case BNNMF_OP_RESHAPE: return .alias
        case BNNMF_OP_SCALE_SHIFT, BNNMF_OP_CLAMP: return .inPlace
        case BNNMF_OP_ELEMENTWISE: return Elementwise.isFloatArithmetic(op, output) ? .inPlace : .none
        // Each value is stored by who read the operands at its place. A CONV2D writes rows before their steps.
        case BNNMF_OP_MAP, BNNMF_OP_BINARY_CONV2D:
            guard let epilogue = Epilogue(op), epilogue.storesValues else { return .none }
            return .inPlace
        default: return .none
        }
    }

    /// Bytes of scratch memory that an operator needs while it runs.
    static func scratchByteCount(_ record: bnnmf_op, _ x: Tensor, _ y: Tensor) -> Int64? {
        guard let dims = Epilogue.valueDims(record, x, y) else { return nil }
        let epilogue = Epilogue(record)
        var words: Int64 = 0
        switch bnnmf_op_code(rawValue: record.code) {
        case BNNMF_OP_CONV2D: words = epilogue.map { Conv2D.scratchWordCount($0, dims) } ?? 0
        case BNNMF_OP_BINARY_CONV2D:
            words = BinaryConv2D.scratchWordCount(record.parameters.binary_conv2d, x, y)
            words &+= epilogue.map { EpilogueRun.scratchWordCount($0, dims) } ?? 0
        case BNNMF_OP_MAP: words = epilogue.map { Map.scratchWordCount($0, dims) } ?? 0
        default: break
        }
        return product(words, 8)
    }

    static func multiplyAccumulates(_ record: bnnmf_op, _ x: Tensor, _ y: Tensor) -> UInt64 {
        switch bnnmf_op_code(rawValue: record.code) {
        case BNNMF_OP_CONV2D: Conv2D.multiplyAccumulates(record, x, y)
        case BNNMF_OP_BINARY_CONV2D: BinaryConv2D.multiplyAccumulates(record, x, y)
        case BNNMF_OP_MATMUL, BNNMF_OP_BINARY_MATMUL: UInt64(y.elementCount) &* UInt64(x.dims.fromEnd(1))
        default: 0
        }
    }

    /// Calls `visit` with the index of each blob an operator reads; `Model.none` among them.
    static func visitBlobs(_ record: bnnmf_op, _ visit: (UInt32) -> Void) {
        let parameters = record.parameters
        switch bnnmf_op_code(rawValue: record.code) {
        case BNNMF_OP_CONV2D:
            visit(parameters.conv2d.weights)
            visit(parameters.conv2d.bias)
        case BNNMF_OP_BINARY_CONV2D:
            let op = parameters.binary_conv2d
            visit(op.weights)
            visit(op.switch_points)
            visit(op.scale)
            visit(op.bias)
        case BNNMF_OP_BIT_POOL: visit(parameters.pool.or_channels)
        case BNNMF_OP_BINARIZE: visit(parameters.binarize.switch_points)
        case BNNMF_OP_LOOKUP: visit(parameters.lookup.values)
        case BNNMF_OP_SCALE_SHIFT:
            visit(parameters.scale_shift.scale)
            visit(parameters.scale_shift.shift)
        case BNNMF_OP_ACCUMULATOR_THRESHOLDS:
            let op = parameters.accumulator_thresholds
            visit(op.scale)
            visit(op.bias)
            for index in 0..<Int(min(op.step_count, UInt32(BNNMF_MAX_STEPS))) {
                visitBlobs(Epilogue.step(op.steps, index), visit)
            }
        case BNNMF_OP_RESAMPLE:
            visit(parameters.resample.indices)
            visit(parameters.resample.weights)
        default: break
        }
        guard let epilogue = Epilogue(record) else { return }
        for index in 0..<epilogue.stepCount { visitBlobs(epilogue.step(index), visit) }
        visit(epilogue.record.switch_points)
        visit(epilogue.record.average_scale)
        visit(epilogue.record.average_shift)
    }

    private static func visitBlobs(_ step: bnnmf_step, _ visit: (UInt32) -> Void) {
        visit(step.a)
        visit(step.b)
    }

    /// The kernel that executes an operator by this table. Static.
    static func kernelName(_ op: bnnmf_op, _ x: Tensor, _ y: Tensor, _ table: bnnmk_table) -> UnsafePointer<CChar> {
        let type = x.elementType
        return switch bnnmf_op_code(rawValue: op.code) {
        case BNNMF_OP_TRANSPOSE: Transpose.movesWords(type) ? cString("transpose\0") : cString("compute\0")
        case BNNMF_OP_RESHAPE: cString("shared memory\0")
        case BNNMF_OP_CONV2D: table.conv2d_name ?? cString("conv2d\0")
        case BNNMF_OP_BINARY_CONV2D: table.binary_conv2d_name ?? cString("binary_conv2d\0")
        case BNNMF_OP_MAX_POOL: type == .int32 ? cString("max_pool_i32\0") : cString("max_pool_f32\0")
        case BNNMF_OP_AVERAGE_POOL: cString("average_pool_f32\0")
        case BNNMF_OP_BIT_POOL: cString("bit_pool\0")
        case BNNMF_OP_BINARIZE: type == .int32 ? cString("binarize_i32\0") : cString("binarize_f32\0")
        case BNNMF_OP_UNPACK: cString("unpack\0")
        case BNNMF_OP_SCALE_SHIFT: cString("scale_shift\0")
        case BNNMF_OP_CLAMP: cString("clamp\0")
        case BNNMF_OP_ELEMENTWISE:
            Elementwise.isFloatArithmetic(op, y) ? cString("elementwise\0") : cString("compute\0")
        case BNNMF_OP_CONCAT: cString("concat\0")
        case BNNMF_OP_MAP: cString("map\0")
        case BNNMF_OP_BINARIZE_BY: cString("binarize_by\0")
        case BNNMF_OP_ACCUMULATOR_THRESHOLDS: cString("accumulator_thresholds\0")
        case BNNMF_OP_GATHER: cString("gather\0")
        case BNNMF_OP_RESAMPLE: cString("resample\0")
        case BNNMF_OP_REDUCE: cString("reduce\0")
        case BNNMF_OP_MATMUL: cString("matmul\0")
        case BNNMF_OP_BINARY_MATMUL: cString("binary_matmul\0")
        case BNNMF_OP_BIT_DIFFERENCE: cString("bit_difference\0")
        case BNNMF_OP_LOOKUP: cString("lookup\0")
        default: cString("unknown\0")
        }
    }
}

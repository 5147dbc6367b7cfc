import BNNMFormat
import BNNMKernels
import CBNNM

/// The table of operators: from an operator code to what checks, describes and executes it.
enum Dispatch {
    static func validate(_ scope: OperatorScope) throws(Failure) {
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
        // A reshape shares memory; other codes were refused when the model was opened.
        default: break
        }
    }

    /// How an operator's result may use its inputs' memory.
    enum Sharing {
        case none
        /// The result is its input.
        case alias
        /// The result may be written over an input of equal dimensions that is not read later.
        case inPlace
    }

    static func sharing(_ code: UInt32) -> Sharing {
        switch bnnmf_op_code(rawValue: code) {
        case BNNMF_OP_RESHAPE: .alias
        case BNNMF_OP_SCALE_SHIFT, BNNMF_OP_CLAMP, BNNMF_OP_ELEMENTWISE: .inPlace
        default: .none
        }
    }

    /// Bytes of scratch memory that an operator needs while it runs.
    static func scratchByteCount(_ record: bnnmf_op, _ x: Tensor, _ y: Tensor) -> Int64? {
        guard bnnmf_op_code(rawValue: record.code) == BNNMF_OP_BINARY_CONV2D else { return 0 }
        return product(BinaryConv2D.scratchWordCount(record.parameters.binary_conv2d, x, y), 8)
    }

    static func multiplyAccumulates(_ record: bnnmf_op, _ x: Tensor, _ y: Tensor) -> UInt64 {
        switch bnnmf_op_code(rawValue: record.code) {
        case BNNMF_OP_CONV2D: Conv2D.multiplyAccumulates(record.parameters.conv2d, x, y)
        case BNNMF_OP_BINARY_CONV2D: BinaryConv2D.multiplyAccumulates(record.parameters.binary_conv2d, x, y)
        default: 0
        }
    }

    /// The blobs an operator reads; `none` where there are fewer than four.
    static func blobs(_ record: bnnmf_op) -> InlineArray<4, UInt32> {
        let none = Model.none
        let parameters = record.parameters
        switch bnnmf_op_code(rawValue: record.code) {
        case BNNMF_OP_CONV2D: return [parameters.conv2d.weights, parameters.conv2d.bias, none, none]
        case BNNMF_OP_BINARY_CONV2D:
            let op = parameters.binary_conv2d
            return [op.weights, op.switch_points, op.scale, op.bias]
        case BNNMF_OP_BIT_POOL: return [parameters.pool.or_channels, none, none, none]
        case BNNMF_OP_BINARIZE: return [parameters.binarize.switch_points, none, none, none]
        case BNNMF_OP_SCALE_SHIFT: return [parameters.scale_shift.scale, parameters.scale_shift.shift, none, none]
        default: return [none, none, none, none]
        }
    }

    /// The kernel that executes an operator by this table. Static.
    static func kernelName(_ code: UInt32, _ type: Tensor.ElementType, _ table: bnnmk_table) -> UnsafePointer<CChar> {
        switch bnnmf_op_code(rawValue: code) {
        case BNNMF_OP_TRANSPOSE: cString("transpose\0")
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
        case BNNMF_OP_ELEMENTWISE: cString("elementwise\0")
        default: cString("unknown\0")
        }
    }
}

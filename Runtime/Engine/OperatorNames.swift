import BNNMFormat
import CBNNM

/// The operator's name as layer information and messages give it.
func operatorName(_ code: UInt32) -> UnsafePointer<CChar> {
    switch bnnmf_op_code(rawValue: code) {
    case BNNMF_OP_TRANSPOSE: cString("Transpose\0")
    case BNNMF_OP_RESHAPE: cString("Reshape\0")
    case BNNMF_OP_CONV2D: cString("Conv2D\0")
    case BNNMF_OP_BINARY_CONV2D: cString("BinaryConv2D\0")
    case BNNMF_OP_MAX_POOL: cString("MaxPool\0")
    case BNNMF_OP_AVERAGE_POOL: cString("AveragePool\0")
    case BNNMF_OP_BIT_POOL: cString("BitPool\0")
    case BNNMF_OP_BINARIZE: cString("Binarize\0")
    case BNNMF_OP_UNPACK: cString("Unpack\0")
    case BNNMF_OP_SCALE_SHIFT: cString("ScaleShift\0")
    case BNNMF_OP_CLAMP: cString("Clamp\0")
    case BNNMF_OP_ELEMENTWISE: cString("Elementwise\0")
    case BNNMF_OP_CONCAT: cString("Concat\0")
    case BNNMF_OP_MAP: cString("Map\0")
    case BNNMF_OP_BINARIZE_BY: cString("BinarizeBy\0")
    case BNNMF_OP_ACCUMULATOR_THRESHOLDS: cString("AccumulatorThresholds\0")
    case BNNMF_OP_GATHER: cString("Gather\0")
    case BNNMF_OP_RESAMPLE: cString("Resample\0")
    case BNNMF_OP_REDUCE: cString("Reduce\0")
    case BNNMF_OP_MATMUL: cString("MatMul\0")
    case BNNMF_OP_BINARY_MATMUL: cString("BinaryMatMul\0")
    case BNNMF_OP_BIT_DIFFERENCE: cString("BitDifference\0")
    case BNNMF_OP_LOOKUP: cString("Lookup\0")
    default: cString("unknown operator\0")
    }
}

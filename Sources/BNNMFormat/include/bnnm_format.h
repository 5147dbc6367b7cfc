// What a .bnnm file says, as plain C: the one description that the compiler fills in for the writer and the engine gets
// back from the reader. `bnnm.fbs` holds the same facts in their stored form; docs/format.md is the specification.
//
// Conventions, defined here once:
//  - Tensors are dense and row-major. Images are channel-last, [N][H][W][C]. Dimension 0 of a model input or output is
//    the batch; shapes are those of one execution (see bnnmf_model_info.batch).
//  - BNNMF_BITS: one bit a value, bit 1 stands for -1 and bit 0 for +1. The last dimension is packed into 64-bit
//    little-endian words, channel c in bit c % 64 of word c / 64; the bits behind the last channel are 0. So for two
//    rows of K values x . w = K - 2 * popcount(x ^ w), with nothing to mask.
//  - Decisions from numbers ("switch points"): a channel's decision starts at -1 below its first switch point and
//    changes sign at each; a value equal to a switch point lies behind it. Points ascend. Absent points stand last, as
//    INT32_MAX or NaN; INT32_MIN or -infinity as the first one makes the channel start at +1. A NaN value is -1.
#ifndef BNNM_FORMAT_H
#define BNNM_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A reader accepts its own major version and any minor version whose operators it knows.
#define BNNMF_VERSION_MAJOR 1
#define BNNMF_VERSION_MINOR 0

// The file header's length, and the alignment of the blob section and of every blob in it, in bytes.
#define BNNMF_HEADER_BYTES 64
#define BNNMF_ALIGNMENT 64

#define BNNMF_MAX_RANK 8
#define BNNMF_MAX_TENSORS 65536
#define BNNMF_MAX_OPS 65536
#define BNNMF_MAX_BLOBS 262144
#define BNNMF_MAX_OPERANDS 16
// Bound on a dimension and, as product of all dimensions, on a tensor's elements.
#define BNNMF_MAX_ELEMENTS INT32_MAX

// "No blob" and "no tensor" where an index is optional.
#define BNNMF_NONE UINT32_MAX

typedef enum bnnmf_status {
  BNNMF_OK = 0,
  BNNMF_NOT_A_MODEL = 1,  // no "BNNM" magic, or shorter than a header
  BNNMF_CORRUPT = 2,      // cut short, checksum mismatch, or inconsistent inside
  BNNMF_UNSUPPORTED = 3,  // another major version, or an unknown operator, enumerated value or header flag
  BNNMF_LIMIT = 4,        // beyond a BNNMF_MAX_* limit
  BNNMF_IO = 5,           // the operating system refused a write
  BNNMF_OUT_OF_MEMORY = 6,
} bnnmf_status;

typedef enum bnnmf_element_type {
  BNNMF_FLOAT32 = 1,
  BNNMF_INT32 = 2,  // accumulators of binary layers
  BNNMF_BITS = 3,
} bnnmf_element_type;

// Operator codes are file contract: never renumbered, only added. Shapes name the tensors' dimensions in memory order.
typedef enum bnnmf_op_code {
  BNNMF_OP_TRANSPOSE = 1,      // float32 or int32: y.dims[i] = x.dims[permutation[i]]
  BNNMF_OP_RESHAPE = 2,        // same elements, other dims; bits keep their last dimension
  BNNMF_OP_CONV2D = 3,         // float32 [N,H,W,C] -> float32 [N,H',W',M]
  BNNMF_OP_BINARY_CONV2D = 4,  // bits [N,H,W,C] -> int32, float32 or bits [N,H',W',M]
  BNNMF_OP_MAX_POOL = 5,       // float32 or int32 [N,H,W,C]; padding never wins
  BNNMF_OP_AVERAGE_POOL = 6,   // float32 [N,H,W,C]
  BNNMF_OP_BIT_POOL = 7,       // bits [N,H,W,C]: AND or OR of the window, per channel; padding is neutral
  BNNMF_OP_BINARIZE = 8,       // float32 or int32 [...,C] -> bits [...,C]
  BNNMF_OP_UNPACK = 9,         // bits -> float32 -1 / +1
  BNNMF_OP_SCALE_SHIFT = 10,   // float32: y = x * scale + shift, two roundings, constants repeat with their length
  BNNMF_OP_CLAMP = 11,         // float32: min(max(x, minimum), maximum); NaN stays NaN
  BNNMF_OP_ELEMENTWISE = 12,   // float32 a, b with multidirectional broadcasting
} bnnmf_op_code;

// A sliding window over [N,H,W,C]; extents in elements. Taps outside the input are padding.
typedef struct bnnmf_window {
  uint32_t kernel_h, kernel_w;
  uint32_t stride_h, stride_w;
  uint32_t dilation_h, dilation_w;
  uint32_t pad_top, pad_left, pad_bottom, pad_right;
} bnnmf_window;

typedef struct bnnmf_transpose {
  uint32_t rank;
  uint32_t permutation[BNNMF_MAX_RANK];
} bnnmf_transpose;

// Zero padded. The result is clamped to [minimum, maximum]; -infinity and +infinity leave it as it is.
typedef struct bnnmf_conv2d {
  bnnmf_window window;
  uint32_t groups;
  uint32_t weights;  // blob, float32 [groups][kernel_h][kernel_w][C / groups][M / groups]
  uint32_t bias;     // blob, float32 [M]; or BNNMF_NONE
  float minimum, maximum;
} bnnmf_conv2d;

// acc[m] = sum of x * w over the taps on the input, plus pad_value * (sum of w over the taps on padding).
// Output int32: acc. Output float32: clamp(round(scale[m] * acc + bias[m])), computed in float64 and rounded once.
// Output bits: the decision of acc by the switch points of channel m.
//
// Weights, blob of uint64 [groups][B][kernel_h][kernel_w][S][BNNMF_CHANNEL_BLOCK]: S = ceil(C / groups / 64) words;
// B = ceil(M / groups / BNNMF_CHANNEL_BLOCK) blocks of output channels, the channel within its block innermost; missing
// channels of the last block are all 0. Bit i of a channel's words is input channel i of its group.
#define BNNMF_CHANNEL_BLOCK 8
typedef struct bnnmf_binary_conv2d {
  bnnmf_window window;
  uint32_t groups;
  int32_t pad_value;  // 0, +1 or -1
  uint32_t weights;
  uint32_t switch_points;  // blob, int32 [switch_count][M], for bits; else BNNMF_NONE
  uint32_t switch_count;
  uint32_t scale;  // blob, float32 [M], for float32; else BNNMF_NONE
  uint32_t bias;   // blob, float32 [M], for float32; or BNNMF_NONE
  float minimum, maximum;
} bnnmf_binary_conv2d;

typedef struct bnnmf_pool {
  bnnmf_window window;
  uint32_t count_include_pad;  // average only: 1 divides by the whole window, 0 by its taps on the input
  uint32_t or_channels;        // bits only: blob of uint64 [ceil(C / 64)]; 1 = OR (minimum of +-1), 0 = AND (maximum)
} bnnmf_pool;

// Element i (row-major, without the batch) is decided by column i % period of the switch points; period is C or the
// element count of one sample.
typedef struct bnnmf_binarize {
  uint32_t switch_points;  // blob, float32 or int32 (as the input) [switch_count][period]
  uint32_t switch_count;
  uint32_t period;
} bnnmf_binarize;

typedef struct bnnmf_scale_shift {
  uint32_t scale, shift;  // blobs, float32 [period]
  uint32_t period;
} bnnmf_scale_shift;

typedef struct bnnmf_clamp {
  float minimum, maximum;
} bnnmf_clamp;

typedef enum bnnmf_function {
  BNNMF_ADD = 1,
  BNNMF_SUBTRACT = 2,
  BNNMF_MULTIPLY = 3,
  BNNMF_DIVIDE = 4,
  BNNMF_MINIMUM = 5,
  BNNMF_MAXIMUM = 6,
} bnnmf_function;

typedef struct bnnmf_elementwise {
  uint32_t function;  // bnnmf_function
} bnnmf_elementwise;

typedef struct bnnmf_tensor {
  const char *name;
  uint32_t element_type;  // bnnmf_element_type
  uint32_t rank;
  uint32_t dims[BNNMF_MAX_RANK];
  uint32_t blob;  // the value of a constant tensor, packed as its type says; else BNNMF_NONE
} bnnmf_tensor;

typedef struct bnnmf_op {
  const char *name;  // the ONNX node's; empty in a stripped file
  uint32_t code;     // bnnmf_op_code
  uint32_t input_count;
  uint32_t output;                      // tensor index
  uint32_t inputs[BNNMF_MAX_OPERANDS];  // tensor indices
  union {
    bnnmf_transpose transpose;
    bnnmf_conv2d conv2d;
    bnnmf_binary_conv2d binary_conv2d;
    bnnmf_pool pool;
    bnnmf_binarize binarize;
    bnnmf_scale_shift scale_shift;
    bnnmf_clamp clamp;
    bnnmf_elementwise elementwise;
  } parameters;
} bnnmf_op;

typedef struct bnnmf_blob {
  const void *data;
  uint64_t byte_count;
} bnnmf_blob;

// A model input or output, in the ONNX model's order.
typedef struct bnnmf_port {
  const char *name;
  uint32_t tensor;
} bnnmf_port;

typedef enum bnnmf_probe_encoding {
  BNNMF_PROBE_SIGNED = 1,    // the ONNX value is -1 / +1
  BNNMF_PROBE_ZERO_ONE = 2,  // the ONNX value is 0 / 1
} bnnmf_probe_encoding;

// An ONNX value whose elements are the decisions in a bits tensor.
typedef struct bnnmf_probe {
  const char *name;
  uint32_t tensor;
  uint32_t encoding;        // bnnmf_probe_encoding
  uint32_t channels_first;  // 1: ONNX element order is [N][C][H][W] of the [N,H,W,C] tensor; 0: memory order
  uint32_t rank;
  uint32_t dims[BNNMF_MAX_RANK];  // the ONNX value's shape, for one execution
} bnnmf_probe;

typedef struct bnnmf_model_info {
  const char *name;
  const char *producer;          // "bnnm 0.1.0"
  const char *target;            // what the weights are laid out for: "portable"
  uint64_t source_weight_bytes;  // of the ONNX initializers this model was compiled from
  uint32_t batch;                // 0: any number of executions is a batch; 1: exactly one, as the shapes say
  const char *batch_name;        // the ONNX name of a symbolic batch dimension; else empty
} bnnmf_model_info;

// A whole model, as the writer takes it. Tensors a model input or an op writes are computed exactly once, and ops stand
// in execution order.
typedef struct bnnmf_model {
  bnnmf_model_info info;
  const bnnmf_tensor *tensors;
  const bnnmf_op *ops;
  const bnnmf_blob *blobs;
  const bnnmf_port *inputs, *outputs;
  const bnnmf_probe *probes;
  uint32_t tensor_count, op_count, blob_count, input_count, output_count, probe_count;
} bnnmf_model;

#ifdef __cplusplus
}
#endif
#endif

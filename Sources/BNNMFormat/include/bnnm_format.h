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

#include "bnnm_limits.h"
#include "bnnm_operators.h"

#ifdef __cplusplus
extern "C" {
#endif

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
  BNNMF_INT32 = 2,  // accumulators of binary layers, and integers of the ONNX model
  BNNMF_BITS = 3,
  // Since 1.2:
  BNNMF_INT64 = 4,
  BNNMF_BOOL = 5,  // one byte a value, 0 or 1
  // Since 1.5:
  BNNMF_UINT8 = 6,  // what LOOKUP reads, and nothing else
} bnnmf_element_type;

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
  uint32_t output;                      // tensor index: the first result
  uint32_t inputs[BNNMF_MAX_OPERANDS];  // tensor indices
  uint32_t more_output_count;
  uint32_t more_outputs[BNNMF_MAX_RESULTS - 1];  // the other results of an epilogue
  union {
    bnnmf_transpose transpose;
    bnnmf_conv2d conv2d;
    bnnmf_binary_conv2d binary_conv2d;
    bnnmf_pool pool;
    bnnmf_binarize binarize;
    bnnmf_scale_shift scale_shift;
    bnnmf_clamp clamp;
    bnnmf_elementwise elementwise;
    bnnmf_concat concat;
    bnnmf_map map;
    bnnmf_binarize_by binarize_by;
    bnnmf_accumulator_thresholds accumulator_thresholds;
    bnnmf_gather gather;
    bnnmf_resample resample;
    bnnmf_reduce reduce;
    bnnmf_binary_matmul binary_matmul;
    bnnmf_lookup lookup;
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

// A loop over elements of a tensor that stand `stride` apart in row-major order, bits counted one by one.
typedef struct bnnmf_loop {
  uint32_t extent, stride;
} bnnmf_loop;

// An ONNX value whose elements are the decisions in a bits tensor.
typedef struct bnnmf_probe {
  const char *name;
  uint32_t tensor;
  uint32_t mask;      // a bits tensor of the same dims that says where the (signed) ONNX value is 0, or BNNMF_NONE
  uint32_t encoding;  // bnnmf_probe_encoding
  uint32_t channels_first;  // 1: ONNX element order is [N][C][H][W] of the [N,H,W,C] tensor; 0: as `order` says
  uint32_t rank;
  uint32_t dims[BNNMF_MAX_RANK];  // the ONNX value's shape, for one execution
  uint32_t mask_differs;  // since 1.3; the value is 0 where 0: the mask's bit is 0; 1: it differs from the tensor's
  // Since 1.3: the loops that meet the tensor's elements in ONNX order, the innermost last; none: memory order.
  uint32_t order_rank;
  bnnmf_loop order[BNNMF_MAX_RANK];
} bnnmf_probe;

// One execution with known results, for a machine to prove itself on. Indices of blobs: values of input and output
// tensors, as the caller of the engine gives and gets them, one for each of the model's. A hash is the CRC-32C of a
// probe's tensor in memory.
typedef struct bnnmf_check {
  const uint32_t *inputs;   // [input_count]
  const uint32_t *outputs;  // [output_count]
  const uint32_t *hashes;   // [probe_count]
  float tolerance;          // of outputs, relative to the largest magnitude in each; 0 or more, finite
} bnnmf_check;

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
  const bnnmf_check *checks;
  uint32_t tensor_count, op_count, blob_count, input_count, output_count, probe_count, check_count;
} bnnmf_model;

#ifdef __cplusplus
}
#endif
#endif

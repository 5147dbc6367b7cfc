// The operators of a .bnnm file as plain C: their codes, and the parameters of each. bnnm_format.h has what all share,
// and the conventions.
#ifndef BNNM_OPERATORS_H
#define BNNM_OPERATORS_H

#include "bnnm_float_layouts.h"
#include "bnnm_limits.h"
#include "bnnm_weight_layouts.h"

#ifdef __cplusplus
extern "C" {
#endif

// Operator codes are file contract: never renumbered, only added. Shapes name the tensors' dimensions in memory order.
typedef enum bnnmf_op_code {
  BNNMF_OP_TRANSPOSE = 1,      // y.dims[i] = x.dims[permutation[i]]; bits keep their last dimension
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
  BNNMF_OP_ELEMENTWISE = 12,   // 1 to 3 operands with multidirectional broadcasting; not of bits
  // Since 1.1:
  BNNMF_OP_CONCAT = 13,       // 1 to 16 tensors of one type -> one, along an axis
  BNNMF_OP_MAP = 14,          // float32 [...,M] -> an epilogue's results
  BNNMF_OP_BINARIZE_BY = 15,  // float32 or int32 [N,...,C] and thresholds of the same type [N,1,...,1,C] -> bits
  BNNMF_OP_ACCUMULATOR_THRESHOLDS = 16,  // float32 [N,1,1,C] -> int32 [N,1,1,C]
  // Since 1.2:
  BNNMF_OP_GATHER = 17,         // any type: elements along an axis, picked by int32 indices
  BNNMF_OP_RESAMPLE = 18,       // float32: weighted sums of elements along an axis
  BNNMF_OP_REDUCE = 19,         // over neighbouring axes, which keep extent 1; not of bits
  BNNMF_OP_MATMUL = 20,         // float32 [...,M,K] and [...,K,N] -> [...,M,N]
  BNNMF_OP_BINARY_MATMUL = 21,  // bits [...,M,K] and [...,N,K] -> int32 or float32 [...,M,N]
  // Since 1.3:
  BNNMF_OP_BIT_DIFFERENCE = 22,  // bits, bits -> bits: +1 where the operands differ, -1 where they are equal
  // Since 1.5:
  BNNMF_OP_LOOKUP = 23,  // uint8 [N,H,W,C] or [N,C,H,W] -> float32 [N,H,W,C]: the number of each byte in a table
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

// One step of an epilogue: x becomes f(x), rounded to float32. Blobs are float32 [M], one number a channel. An operand
// is a float32 tensor of the result's dimensions, or one that has extent 1 on every axis but the first and the last:
// a vector of each sample. Minimum, maximum and rectification give NaN for NaN.
typedef enum bnnmf_step_kind {
  BNNMF_STEP_SCALE_SHIFT = 1,    // x * a, then + b; either may be absent
  BNNMF_STEP_RECTIFY = 2,        // x < 0 ? x * a : x * b; b may be absent and counts as 1: PReLU (arXiv 1502.01852)
  BNNMF_STEP_CLAMP = 3,          // min(max(x, minimum), maximum)
  BNNMF_STEP_FUNCTION = 4,       // function(x)
  BNNMF_STEP_ADD = 5,            // x + operand
  BNNMF_STEP_SUBTRACT = 6,       // x - operand
  BNNMF_STEP_SUBTRACT_FROM = 7,  // operand - x
  BNNMF_STEP_MULTIPLY = 8,       // x * operand
  BNNMF_STEP_DIVIDE = 9,         // x / operand
  // Since 1.6:
  BNNMF_STEP_QUOTIENT = 10,  // x / a
  // Of a whole row at once, the numbers along the last dimension, at most BNNMF_MAX_ROW; in a MAP only, and one of them
  // at most. Sums and means as a REDUCE computes them, all else in float32, each operation rounded.
  BNNMF_STEP_SOFTMAX = 11,      // e / sum of e, where e = exp(x - greatest of the row)
  BNNMF_STEP_STANDARDIZE = 12,  // d * (1 / sqrt(mean of d * d + epsilon)), where d = x - mean: arXiv 1607.06450
} bnnmf_step_kind;

// Real functions, to within 1 unit in the last place of float32: EXP and ERF computed in float32, the others in float64
// and rounded once.
typedef enum bnnmf_real_function {
  BNNMF_SIGMOID = 1,  // 1 / (1 + exp(-x))
  BNNMF_TANH = 2,
  // Since 1.2:
  BNNMF_EXP = 3,
  BNNMF_LOG = 4,  // natural
  BNNMF_SQRT = 5,
  BNNMF_SIN = 6,  // of radians
  BNNMF_COS = 7,
  BNNMF_ERF = 8,
  BNNMF_GELU = 9,        // x * (1 + erf(x / sqrt(2))) / 2
  BNNMF_GELU_TANH = 10,  // x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2
  BNNMF_SOFTPLUS = 11,   // log(1 + exp(x))
  BNNMF_FLOOR = 12,
  BNNMF_CEIL = 13,
  BNNMF_ROUND = 14,  // to the nearest integer, the even one of two
} bnnmf_real_function;

typedef struct bnnmf_step {
  uint32_t kind;           // bnnmf_step_kind
  uint32_t function;       // bnnmf_real_function, for FUNCTION; else 0
  uint32_t a, b;           // blobs; or BNNMF_NONE
  uint32_t operand;        // which of the operator's inputs, 1 or more; 0 where the kind has none
  float minimum, maximum;  // for CLAMP; else -infinity and infinity
  float epsilon;           // for STANDARDIZE, at least 0; else 0
} bnnmf_step;

// The results of an epilogue, in the order in which the operator names its output and more_outputs.
typedef enum bnnmf_stores {
  BNNMF_STORES_VALUES = 1,  // what the last step gives: float32; of BINARY_CONV2D without a scale: int32 accumulators
  BNNMF_STORES_DECISIONS = 2,  // bits: the values decided by switch points
  BNNMF_STORES_AVERAGES = 4,   // float32 [N,1,1,M] of images: the mean over the map
} bnnmf_stores;

// What becomes of a result while it is at hand: steps in order, then what to store. A CONV2D or BINARY_CONV2D with
// `stores` 0 and no steps has none; a MAP has one. M is the extent of the first result's last dimension. Every input of
// the operator behind the first is an operand of a step or the mask. The averages of int32 accumulators are
// average_scale[m] * (sum / pixels) + average_shift[m], computed in float64 and rounded once; those of float32 values
// are summed in float64 and rounded once.
typedef struct bnnmf_epilogue {
  uint32_t stores;  // bits of bnnmf_stores
  uint32_t step_count;
  bnnmf_step steps[BNNMF_MAX_STEPS];
  uint32_t switch_points;  // blob, float32 [switch_count][M], for DECISIONS; else BNNMF_NONE
  uint32_t switch_count;
  uint32_t average_scale, average_shift;  // blobs, float32 [M], for AVERAGES of int32; else BNNMF_NONE
} bnnmf_epilogue;

// Zero padded. The result is clamped to [minimum, maximum]; -infinity and +infinity leave it as it is.
typedef struct bnnmf_conv2d {
  bnnmf_window window;
  uint32_t groups;
  uint32_t weights;  // blob, float32 [groups][kernel_h][kernel_w][C / groups][M / groups], or as `layout` says
  uint32_t bias;     // blob, float32 [M]; or BNNMF_NONE
  float minimum, maximum;
  uint32_t layout;          // bnnmf_float_layout; since 1.4, before always ROWS
  bnnmf_epilogue epilogue;  // behind the clamp
} bnnmf_conv2d;

// acc[m] = sum of x * w over the taps on the input, plus pad_value * (sum of w over the taps on padding).
// Output int32: acc. Output float32: clamp(round(scale[m] * acc + bias[m])), computed in float64 and rounded once.
// Output bits: the decision of acc by the switch points of channel m.
// With an epilogue the float32 result, clamped, goes through its steps; where there is no scale there are no steps and
// no decisions, and the values, which are stored, are accumulators. The operator's own switch points are absent then.
// With a mask, a second bits tensor like the input, only inputs whose mask bit is 1 count, and pad_value is 0:
// acc = popcount(mask) - 2 * popcount(mask & (x ^ w)), over the taps on the input.
//
// Weights in the layout of words, blob of uint64 [groups][B][kernel_h][kernel_w][S][BNNMF_CHANNEL_BLOCK]: S = ceil(C /
// groups / 64) words; B = ceil(M / groups / BNNMF_CHANNEL_BLOCK) blocks of output channels, the channel within its
// block innermost; missing channels of the last block are all 0. Bit i of a channel's words is input channel i of its
// group. Other layouts, which bnnm_weight_layouts.h has, hold the same bits in another order.
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
  uint32_t mask;    // which of the operator's inputs, 1 or more, is the mask; 0: none
  uint32_t layout;  // bnnmf_weight_layout; since 1.4, before always WORDS
  bnnmf_epilogue epilogue;
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

// Of two operands of one type T (float32, int32 or int64), which the result has too, unless said otherwise. Integers
// wrap around; what divides by zero gives 0. Minimum and maximum give NaN for NaN.
typedef enum bnnmf_function {
  BNNMF_ADD = 1,
  BNNMF_SUBTRACT = 2,
  BNNMF_MULTIPLY = 3,
  BNNMF_DIVIDE = 4,  // integers: towards zero
  BNNMF_MINIMUM = 5,
  BNNMF_MAXIMUM = 6,
  // Since 1.2, as are operands other than float32:
  BNNMF_POWER = 7,  // T and any of the three types -> T; computed in float64, but integers to integers >= 0 exactly
  BNNMF_EQUAL = 8,  // T or bool -> bool
  BNNMF_LESS = 9,   // -> bool
  BNNMF_LESS_OR_EQUAL = 10,  // -> bool
  BNNMF_AND = 11,            // bool -> bool
  BNNMF_OR = 12,             // bool -> bool
  BNNMF_XOR = 13,            // bool -> bool
  BNNMF_WHERE = 14,          // bool, U, U -> U, U any type but bits: the second where the first holds, else the third
  BNNMF_CAST = 15,  // one operand of any type but bits, to any but bits. Reals lose their fraction and saturate, NaN
                    // becomes 0; integers wrap around; bool is whether it is not 0
} bnnmf_function;

typedef struct bnnmf_elementwise {
  uint32_t function;  // bnnmf_function
} bnnmf_elementwise;

typedef struct bnnmf_concat {
  uint32_t axis;  // in memory order
} bnnmf_concat;

// Inputs: x, indices, and optionally a fill: one element of x's type, a constant or not.
// y[..., i, ...] = x[..., indices[i], ...] along `axis`; the indices are an int32 vector [n], and y has extent n there.
// An index below 0 or not below x's extent reads the fill, or, without one, 0 (+1 of bits).
typedef struct bnnmf_gather {
  uint32_t axis;
} bnnmf_gather;

// y[..., i, ...] = sum over t of weights[i][t] * x[..., indices[i][t], ...] along `axis`, summed in float64 and rounded
// once; y has extent `count` there.
typedef struct bnnmf_resample {
  uint32_t axis, count, taps;
  uint32_t indices;  // blob, int32 [count][taps], each an index along the axis
  uint32_t weights;  // blob, float32 [count][taps]
} bnnmf_resample;

// Sums and means of float32 are computed in float64 and rounded once; products likewise. Integers wrap around.
typedef enum bnnmf_reduction {
  BNNMF_REDUCE_SUM = 1,      // float32, int32, int64
  BNNMF_REDUCE_MEAN = 2,     // float32
  BNNMF_REDUCE_MAXIMUM = 3,  // any type but bits; NaN where there is one
  BNNMF_REDUCE_MINIMUM = 4,
  BNNMF_REDUCE_PRODUCT = 5,  // float32, int32, int64
  BNNMF_ARGMAX = 6,          // float32, int32, int64 -> int64: the index within the reduced axes; NaN is the greatest
  BNNMF_ARGMIN = 7,          // NaN is the least
} bnnmf_reduction;

typedef struct bnnmf_reduce {
  uint32_t function;     // bnnmf_reduction
  uint32_t axis;         // the first reduced, in memory order
  uint32_t axis_count;   // 1 or more
  uint32_t select_last;  // ARGMAX, ARGMIN: 1 gives the last of equal ones, 0 the first
} bnnmf_reduce;

// Of BINARY_MATMUL: how an operand's bits count. The dimensions before the last two broadcast, here and in MATMUL.
typedef enum bnnmf_operand_form {
  BNNMF_SIGNED = 0,    // bit 1: -1, bit 0: +1
  BNNMF_ZERO_ONE = 1,  // bit 1: 0, bit 0: 1
} bnnmf_operand_form;

// acc[m][n] = sum over k of a[m][k] * b[n][k]; float32 results are the same number. K is at most 2^24.
typedef struct bnnmf_binary_matmul {
  uint32_t a_form, b_form;  // bnnmf_operand_form
} bnnmf_binary_matmul;

// y[n][h][w][c] = values[table_count == 1 ? 0 : c][x], where x is x[n][h][w][c] or, with `channels_first`,
// x[n][c][h][w].
typedef struct bnnmf_lookup {
  uint32_t values;          // blob, float32 [table_count][256]
  uint32_t table_count;     // 1 or C
  uint32_t channels_first;  // 0 or 1
} bnnmf_lookup;

typedef struct bnnmf_map {
  bnnmf_epilogue epilogue;
} bnnmf_map;

// +1 where x >= t (x <= t with `below`); with `strict` not where they are equal. A NaN on either side decides -1.
typedef struct bnnmf_binarize_by {
  uint32_t below, strict;  // 0 or 1
} bnnmf_binarize_by;

// y: the least v in [-limit, limit] with f(v) >= t (> t with `strict`), or INT32_MAX where there is none or t is NaN.
// f(v) is what a BINARY_CONV2D with this scale, bias and steps, and no clamp of its own, gives for the accumulator v.
// It must not fall: steps are SCALE_SHIFT, RECTIFY and CLAMP; scales and slopes are not negative and not NaN.
typedef struct bnnmf_accumulator_thresholds {
  uint32_t scale;  // blob, float32 [C]
  uint32_t bias;   // blob, float32 [C]; or BNNMF_NONE
  uint32_t limit;  // at most 2^24
  uint32_t strict;
  uint32_t step_count;
  bnnmf_step steps[BNNMF_MAX_STEPS];
} bnnmf_accumulator_thresholds;

#ifdef __cplusplus
}
#endif
#endif

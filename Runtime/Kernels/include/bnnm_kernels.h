// The kernels: what each operation computes on raw memory, and the table through which the engine calls them.
//
// A kernel does not allocate, keeps no state, calls nothing beyond mem*, libm and what its arguments name, and trusts
// these: the engine has checked them. Each operation's arguments are a structure, declared here with its buffer
// contract. `kernels_generic.c` fills the whole table with plain C, the reference of all others; each instruction set's
// table then overrides what it does better.
//
// Images are channel-last [H][W][C], one image a call; bits are packed as bnnm_format.h says. One long file, since it
// is one table: each slot's structure of arguments, then the slots.
#ifndef BNNM_KERNELS_H
#define BNNM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Every kernel. `arguments` is the structure that the table names beside the slot; the kernel computes items
// begin..<end of its range only, so that threads can share one call's work: parts never write the same word. The type
// is that of a thread pool's task (bnnmp_task), so that a pool runs kernels as they are.
typedef void (*bnnmk_kernel)(const void *arguments, uint32_t begin, uint32_t end);

// Which core the calling thread is on: implementer and part number where MIDR_EL1 of ARM has them, all other bits 0; 0
// where that is not known.
typedef uint32_t (*bnnmk_core)(void);

// Geometry of a window over an image; taps outside the input are padding.
typedef struct bnnmk_window {
  uint32_t in_h, in_w, out_h, out_w;
  uint32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
} bnnmk_window;

typedef enum bnnmk_output {
  BNNMK_OUTPUT_BITS = 0,      // uint64 [out_h][out_w][output_words]
  BNNMK_OUTPUT_INT32 = 1,     // int32 [out_h][out_w][out_channels]
  BNNMK_OUTPUT_FLOAT32 = 2,   // float [out_h][out_w][out_channels]
  BNNMK_OUTPUT_EPILOGUE = 3,  // what the epilogue stores
} bnnmk_output;

// Numbered as bnnmf_step_kind and bnnmf_real_function; bnnm_format.h says what each computes.
typedef enum bnnmk_step_kind {
  BNNMK_STEP_SCALE_SHIFT = 1,
  BNNMK_STEP_RECTIFY = 2,
  BNNMK_STEP_CLAMP = 3,
  BNNMK_STEP_FUNCTION = 4,
  BNNMK_STEP_ADD = 5,
  BNNMK_STEP_SUBTRACT = 6,
  BNNMK_STEP_SUBTRACT_FROM = 7,
  BNNMK_STEP_MULTIPLY = 8,
  BNNMK_STEP_DIVIDE = 9,
  BNNMK_STEP_SOFTMAX = 11,  // this and the next in a map only, one of them at most: BNNMK_MAX_ROW channels
  BNNMK_STEP_STANDARDIZE = 12,
} bnnmk_step_kind;

typedef enum bnnmk_real_function {
  BNNMK_SIGMOID = 1,
  BNNMK_TANH = 2,
  BNNMK_EXP = 3,
  BNNMK_LOG = 4,
  BNNMK_SQRT = 5,
  BNNMK_SIN = 6,
  BNNMK_COS = 7,
  BNNMK_ERF = 8,
  BNNMK_GELU = 9,
  BNNMK_GELU_TANH = 10,
  BNNMK_SOFTPLUS = 11,
  BNNMK_FLOOR = 12,
  BNNMK_CEIL = 13,
  BNNMK_ROUND = 14,
} bnnmk_real_function;

#define BNNMK_MAX_STEPS 8
#define BNNMK_MAX_ROW 4096

typedef struct bnnmk_step {
  bnnmk_step_kind kind;
  bnnmk_real_function function;
  const float *a, *b;       // [channels]; NULL: absent
  const float *operand;     // [pixels][channels], or [channels] of stride 0
  uint32_t operand_stride;  // floats from pixel to pixel: the output's channels, or 0 for one vector
  float minimum, maximum;
  float epsilon;  // of STANDARDIZE
} bnnmk_step;

// What becomes of float results [rows][row_pixels][channels] while they are at hand: steps in order, then stores. All
// pointers, those of steps too, stand on the first channel of the whole output pixel, whatever the group, and, where
// they have pixels, on the image's first; results that are NULL are not stored.
typedef struct bnnmk_epilogue {
  bnnmk_step steps[BNNMK_MAX_STEPS];
  uint32_t step_count;
  uint32_t channels;           // of the whole output pixel
  float *values;               // [pixels][channels]; may be the input, or an operand of the same stride
  uint64_t *decisions;         // [pixels][ceil(channels / 64)]
  const float *switch_points;  // [switch_count][channels]; NaN points are absent, a NaN value is -1
  uint32_t switch_count;
  double *row_sums;  // [rows][channels], cleared by the caller; the kernel adds every pixel of the row in
                     // ascending order
} bnnmk_epilogue;

// Output channels that weights are interleaved by; BNNMF_CHANNEL_BLOCK.
#define BNNMK_CHANNEL_BLOCK 8

// Numbered as bnnmf_weight_layout; bnnm_weight_layouts.h describes them.
typedef enum bnnmk_weight_layout {
  BNNMK_LAYOUT_WORDS = 0,    // uint64 [ceil(out_channels / 8)][kernel_h][kernel_w][input_words][8]
  BNNMK_LAYOUT_NIBBLES = 1,  // uint8 [ceil(out_channels / 64)][kernel_h][kernel_w][2 * ceil(channels / 8)][64]; no mask
} bnnmk_weight_layout;

// One group of a binary convolution.
// acc[m] = (taps counted) * channels - 2 * popcount(x ^ w), then as `output` says:
//   bits: +1 where the number of switch points <= acc is odd; ORed into words that the caller has cleared;
//   int32: acc, and, where `row_sums` is not NULL, their sums as in bnnmk_epilogue;
//   float32: min(max((float)((double)scale * acc + bias), minimum), maximum);
//   epilogue: that number through the steps of `epilogue`; decisions are ORed into words that the caller has cleared.
// With `mask` (laid out as the input; no padding_sums) only inputs whose mask bit is 1 count:
// acc[m] = popcount(mask) - 2 * popcount(mask & (x ^ w)) over the taps on the input.
typedef struct bnnmk_binary_conv2d {
  bnnmk_window window;
  const uint64_t *input;  // [in_h][in_w], `input_stride` words from pixel to pixel, `input_words` of them used
  uint32_t input_stride, input_words;
  uint32_t channels;        // of the group; bits behind them are 0 in input and weights
  const uint64_t *weights;  // in `layout`; every level takes WORDS, and what its target wants besides
  bnnmk_weight_layout layout;
  // NULL: taps on padding count nothing; else [kernel_h + 1][kernel_w + 1][out_channels rounded up to
  // BNNMK_CHANNEL_BLOCK], at [y][x] of all taps above y and left of x in how many of their `channels` bits weights
  // differ from what padding reads
  const uint32_t *padding_sums;
  int32_t pad_value;         // +1 or -1 where that is all that padding which counts reads; else 0
  uint32_t out_channels;     // of the group
  uint32_t channel_offset;   // of the group's first channel in the output pixel
  uint32_t output_channels;  // of the whole output pixel
  bnnmk_output output_kind;
  void *output;
  const int32_t *switch_points;  // the group's first channel; [switch_count][output_channels]
  uint32_t switch_count;
  const float *scale, *bias;  // the group's first channel; bias may be NULL
  float minimum, maximum;
  const uint64_t *mask;            // NULL: all inputs count
  const bnnmk_epilogue *epilogue;  // for BNNMK_OUTPUT_EPILOGUE
  double *row_sums;                // for BNNMK_OUTPUT_INT32; [out_h][output_channels], or NULL
  // Asked once a call: cores like instructions in different orders, which no result depends on. May be NULL.
  bnnmk_core core;
} bnnmk_binary_conv2d;

// One group of a float convolution: y = clamp(rectify((bias + sum x * w) * scale + shift)), the sum, the product and
// what is added to it each rounded; where slopes are given, negative numbers are multiplied by them. Padding counts as
// 0.
typedef struct bnnmk_conv2d {
  bnnmk_window window;
  const float *input;  // [in_h][in_w], `input_stride` floats from pixel to pixel, `channels` of them used
  uint32_t input_stride, channels;
  // Weights of output channel m that meet input channel c at tap t: weights[m / 16 * block_step + (t * channels + c) *
  // weight_step + m % 16]. In rows weight_step is out_channels and block_step 16; in blocks, 0 behind the last channel,
  // weight_step is 16.
  const float *weights;
  size_t weight_step, block_step;
  const float *bias;  // [out_channels] or NULL
  float *output;      // the group's first channel of [out_h][out_w], `output_stride` floats from pixel to pixel
  uint32_t output_stride, out_channels;
  float minimum, maximum;
  const float *scale, *shift, *slopes;  // [out_channels] or NULL
} bnnmk_conv2d;

// A float convolution of as many groups as channels: y[c] = clamp((bias[c] + sum x[c] * w[c]) * scale[c] + shift[c]).
// Padding counts as 0; multiplication and addition round separately.
typedef struct bnnmk_depthwise_conv2d {
  bnnmk_window window;
  uint32_t channels;
  const float *input;    // [in_h][in_w][channels]
  const float *weights;  // [kernel_h][kernel_w][channels]
  const float *bias;     // [channels] or NULL
  float *output;         // [out_h][out_w][channels]
  float minimum, maximum;
  const float *scale, *shift;  // [channels] or NULL
} bnnmk_depthwise_conv2d;

// Maximum over the taps on the input (every window has at least one), or their average.
typedef struct bnnmk_pool {
  bnnmk_window window;
  uint32_t channels;
  const void *input;            // float or int32 [in_h][in_w][channels]; bits [in_h][in_w][ceil(channels / 64)]
  void *output;                 // the same type
  const uint64_t *or_channels;  // bits only: 1 = OR, 0 = AND
  uint32_t count_include_pad;   // average only: 1 divides by the window's taps on the padded input
  uint32_t pad_bottom, pad_right;
} bnnmk_pool;

// Decisions of rows of `channels` numbers into rows of bits. Element e = row * channels + c is decided by column
// e % period of the switch points (int32 or float as the input; float: NaN input is -1, NaN points are absent).
typedef struct bnnmk_binarize {
  const void *input;
  uint64_t *output;  // [rows][ceil(channels / 64)], written whole, tail bits 0
  uint32_t channels;
  const void *switch_points;  // [switch_count][period]
  uint32_t switch_count, period;
} bnnmk_binarize;

// Rows of bits to rows of float -1 / +1.
typedef struct bnnmk_unpack {
  const uint64_t *input;
  float *output;
  uint32_t channels;
} bnnmk_unpack;

// Bits [rows][channels] -> bits: 0 where a and b differ, 1 where they are equal; 0 behind the last channel.
typedef struct bnnmk_bit_difference {
  const uint64_t *a, *b;
  uint64_t *output;
  uint32_t channels;
} bnnmk_bit_difference;

// Bytes to rows [width][channels] of numbers: output = values[channel * table_step + byte]. Steps are in bytes.
typedef struct bnnmk_lookup {
  const uint8_t *input;
  float *output;
  const float *values;
  uint32_t width, channels;
  uint32_t table_step;  // 256, or 0 where one table is for all channels
  size_t row_step, pixel_step, channel_step;
} bnnmk_lookup;

// Copies `channels` bits a row, from bit `offset` of each row of `input_stride` words, to rows of ceil(channels / 64)
// words.
typedef struct bnnmk_extract {
  const uint64_t *input;
  uint64_t *output;
  uint32_t input_stride, offset, channels;
} bnnmk_extract;

// y[i] = x[i] * scale[i % period] + shift[i % period]; multiplication and addition round separately. x may be y.
typedef struct bnnmk_scale_shift {
  const float *input;
  float *output;
  const float *scale, *shift;
  uint32_t period;
} bnnmk_scale_shift;

// y[i] = min(max(x[i], minimum), maximum); NaN stays NaN. x may be y.
typedef struct bnnmk_clamp {
  const float *input;
  float *output;
  float minimum, maximum;
} bnnmk_clamp;

// An epilogue over rows of pixels that stand in memory. Decisions are written whole, tail bits 0.
typedef struct bnnmk_map {
  const float *input;  // [rows][row_pixels][channels]
  uint32_t row_pixels;
  bnnmk_epilogue epilogue;
} bnnmk_map;

// Rows of `row_bytes` bytes from `input_stride` to `output_stride` bytes apart.
typedef struct bnnmk_copy_rows {
  const void *input;
  void *output;
  uint64_t row_bytes, input_stride, output_stride;
} bnnmk_copy_rows;

// ORs rows of `channels` bits, each of ceil(channels / 64) words, into rows of `output_stride` words from bit `offset`
// on; the caller has cleared the output.
typedef struct bnnmk_insert {
  const uint64_t *input;
  uint64_t *output;
  uint32_t output_stride, offset, channels;
} bnnmk_insert;

// Decisions of rows of `channels` numbers against one threshold a channel: +1 where x >= t (x <= t with `below`), not
// where they are equal with `strict`; NaN on either side is -1.
typedef struct bnnmk_binarize_by {
  const void *input;       // float or int32 [rows][channels]
  const void *thresholds;  // the same type [channels]
  uint64_t *output;        // [rows][ceil(channels / 64)], written whole, tail bits 0
  uint32_t channels;
  uint32_t below, strict;
} bnnmk_binarize_by;

// output[c]: the least v in [-limit, limit] with f(v) >= t[c] (> with `strict`), INT32_MAX where there is none or t[c]
// is NaN; f(v) = (float)((double)scale[c] * v + bias[c]) through the steps, which never falls as v rises. Found by
// bisection.
typedef struct bnnmk_accumulator_thresholds {
  const float *thresholds;
  int32_t *output;
  const float *scale, *bias;  // bias may be NULL
  bnnmk_step steps[BNNMK_MAX_STEPS];
  uint32_t step_count;
  uint32_t limit, strict;
} bnnmk_accumulator_thresholds;

#define BNNMK_MAX_RANK 8

// 32-bit elements moved by strides: output (dense, row-major over dims) [i...] = input[sum i * strides].
typedef struct bnnmk_transpose {
  const uint32_t *input;
  uint32_t *output;
  uint32_t rank, dims[BNNMK_MAX_RANK], strides[BNNMK_MAX_RANK];
} bnnmk_transpose;

// Numbered as bnnmf_function. Minimum and maximum give NaN where an operand is NaN.
typedef enum bnnmk_function {
  BNNMK_ADD = 1,
  BNNMK_SUBTRACT = 2,
  BNNMK_MULTIPLY = 3,
  BNNMK_DIVIDE = 4,
  BNNMK_MINIMUM = 5,
  BNNMK_MAXIMUM = 6,
} bnnmk_function;

// y = f(a, b) over `dims`, operands by strides in elements (0 along broadcast axes). y is dense; it may be an operand
// that is not broadcast.
typedef struct bnnmk_elementwise {
  const float *a, *b;
  float *output;
  bnnmk_function function;
  uint32_t rank, dims[BNNMK_MAX_RANK], a_strides[BNNMK_MAX_RANK], b_strides[BNNMK_MAX_RANK];
} bnnmk_elementwise;

// Numbered as bnnmf_element_type.
typedef enum bnnmk_element_type {
  BNNMK_FLOAT32 = 1,
  BNNMK_INT32 = 2,
  BNNMK_INT64 = 4,
  BNNMK_BOOL = 5,
} bnnmk_element_type;

// Functions of up to three operands of any type but bits, as bnnm_format.h defines them, numbered as bnnmf_function.
// Operands by strides in elements, 0 along broadcast axes; the output is dense and no operand.
typedef struct bnnmk_compute {
  uint32_t function;
  uint32_t operand_count;
  const void *operands[3];
  bnnmk_element_type types[3];
  void *output;
  bnnmk_element_type output_type;
  uint32_t rank, dims[BNNMK_MAX_RANK], strides[3][BNNMK_MAX_RANK];
} bnnmk_compute;

// Items of `item_bytes` bytes picked by index: output[o][i] = input[o][indices[i]], for o < outer. An index that is not
// in [0, extent) reads `fill` (of `fill_bytes` bytes, 1, 4 or 8, repeated), or zeros where it is NULL.
typedef struct bnnmk_gather {
  const void *input;
  void *output;
  const int32_t *indices;  // [count]
  const void *fill;
  uint32_t fill_bytes;
  uint32_t extent, count;
  uint64_t item_bytes;
} bnnmk_gather;

// The same along the packed axis of rows of bits. `fill` 1 stands for -1. Output is written whole, tail bits 0.
typedef struct bnnmk_gather_bits {
  const uint64_t *input;  // [rows][ceil(extent / 64)]
  uint64_t *output;       // [rows][ceil(count / 64)]
  const int32_t *indices;
  uint32_t fill, extent, count;
} bnnmk_gather_bits;

// output[o][i][e] = sum of weights[i][t] * input[o][indices[i][t]][e], in float64, rounded once.
typedef struct bnnmk_resample {
  const float *input;
  float *output;
  const int32_t *indices;  // [count][taps]
  const float *weights;
  uint32_t extent, count, taps;
  uint32_t inner;  // floats of an item
} bnnmk_resample;

// Reductions of [outer][extent][inner] over the middle, numbered as bnnmf_reduction.
typedef struct bnnmk_reduce {
  const void *input;
  void *output;
  uint32_t function, select_last;
  bnnmk_element_type type;
  uint32_t extent, inner;
} bnnmk_reduce;

// output[m][n] = sum over k of a[m][k] * b[k][n], all dense.
typedef struct bnnmk_matmul {
  const float *a, *b;
  float *output;
  uint32_t m, k, n;
} bnnmk_matmul;

// output[m][n] = sum over k of a[m][k] * b[n][k], of rows of ceil(k / 64) words; a form of 1 counts bit 1 as 0 and bit
// 0 as 1.
typedef struct bnnmk_binary_matmul {
  const uint64_t *a, *b;
  void *output;
  bnnmk_element_type output_type;  // BNNMK_INT32 or BNNMK_FLOAT32
  uint32_t m, k, n;
  uint32_t a_form, b_form;
} bnnmk_binary_matmul;

// Beside each slot stands its structure of arguments.
// Items (`begin`, `end`): output rows (y) for windows; rows for binarize, binarize_by, map, unpack, lookup, extract,
// insert and copy_rows; elements for scale_shift and clamp; channels for accumulator_thresholds; output items of all
// of `outer` for gather; outer items for resample and reduce; rows m for matmul and binary_matmul; rows for
// gather_bits; the outermost dimension for transpose, elementwise and compute (a rank of 0 counts as one of extent 1).
typedef struct bnnmk_table {
  bnnmk_kernel binary_conv2d;           // bnnmk_binary_conv2d
  bnnmk_kernel conv2d;                  // bnnmk_conv2d
  bnnmk_kernel depthwise_conv2d;        // bnnmk_depthwise_conv2d
  bnnmk_kernel max_pool_f32;            // bnnmk_pool
  bnnmk_kernel max_pool_i32;            // bnnmk_pool
  bnnmk_kernel average_pool_f32;        // bnnmk_pool
  bnnmk_kernel bit_pool;                // bnnmk_pool
  bnnmk_kernel binarize_f32;            // bnnmk_binarize
  bnnmk_kernel binarize_i32;            // bnnmk_binarize
  bnnmk_kernel unpack;                  // bnnmk_unpack
  bnnmk_kernel bit_difference;          // bnnmk_bit_difference
  bnnmk_kernel lookup;                  // bnnmk_lookup
  bnnmk_kernel extract;                 // bnnmk_extract
  bnnmk_kernel scale_shift;             // bnnmk_scale_shift
  bnnmk_kernel clamp;                   // bnnmk_clamp
  bnnmk_kernel transpose;               // bnnmk_transpose
  bnnmk_kernel elementwise;             // bnnmk_elementwise
  bnnmk_kernel map;                     // bnnmk_map
  bnnmk_kernel copy_rows;               // bnnmk_copy_rows
  bnnmk_kernel insert;                  // bnnmk_insert
  bnnmk_kernel binarize_by_f32;         // bnnmk_binarize_by
  bnnmk_kernel binarize_by_i32;         // bnnmk_binarize_by
  bnnmk_kernel accumulator_thresholds;  // bnnmk_accumulator_thresholds
  bnnmk_kernel compute;                 // bnnmk_compute
  bnnmk_kernel gather;                  // bnnmk_gather
  bnnmk_kernel gather_bits;             // bnnmk_gather_bits
  bnnmk_kernel resample;                // bnnmk_resample
  bnnmk_kernel reduce;                  // bnnmk_reduce
  bnnmk_kernel matmul;                  // bnnmk_matmul
  bnnmk_kernel binary_matmul;           // bnnmk_binary_matmul
  uint32_t target;  // whose weight layouts binary_conv2d takes besides WORDS; numbered as bnnmf_target
  // Name of the kernel in each slot that an instruction set overrides, for reports: "binary_conv2d_generic".
  const char *binary_conv2d_name, *conv2d_name;
} bnnmk_table;

// Instruction set levels, as a mask. A level implies nothing about the others, but that AVX-512 (F, BW, DQ and VL, and
// VPOPCNTDQ where the CPU has it) takes AVX2's kernels where it has none of its own, and AMX those of AVX-512.
typedef enum bnnmk_level {
  BNNMK_GENERIC = 1 << 0,
  BNNMK_NEON = 1 << 1,
  BNNMK_NEON_DOTPROD = 1 << 2,
  BNNMK_AVX2 = 1 << 3,
  BNNMK_AVX512 = 1 << 4,
  BNNMK_AMX = 1 << 5,
} bnnmk_level;

// What every kernel of this build, GENERIC ones too, may use and this CPU lacks ("NEON and VFPv4"); NULL where nothing
// is missing. Where something is, no kernel may be called.
const char *bnnmk_missing_instructions(void);

// The levels that this CPU (and operating system) can execute and that this library has kernels for; GENERIC always.
uint32_t bnnmk_available_levels(void);

// Those of `mask` that need no permission: all but AMX, whose tiles Linux gives to processes that ask.
uint32_t bnnmk_free_levels(uint32_t mask);

// Asks for what the available levels of `mask` need, once and for all: 0, or the operating system's error number. The
// permission is the whole process's, and its threads' and children's.
int bnnmk_ask_for_levels(uint32_t mask);

// Fills the table for the best available levels within `mask` (GENERIC is always part of it).
void bnnmk_fill_table(bnnmk_table *table, uint32_t mask);

#ifdef __cplusplus
}
#endif
#endif

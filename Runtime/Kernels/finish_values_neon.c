// Counts of binary convolution, or values in memory, through an epilogue for NEON: up to eight pixels times eight
// channels stay in registers to what is stored. plain_values_neon.c says which epilogues, and gathers what they take.
#if defined(__ARM_NEON)

#include <math.h>

#include "finish_counts_neon.h"
#include "neon_decisions.h"
#include "neon_tile_widths.h"
#include "switch_point.h"

// The largest tile, two registers a pixel.
enum { TILE = 8 };

// scale * acc + bias, rounded once; acc = 2 * (half - count).
BNNMK_INLINE void scale_counts(const bnnmk_plain_values *plan, uint16x8_t half,
                               const uint16_t counts[][BNNMK_CHANNEL_BLOCK], float32x4_t x[], const int count) {
  const float32x4_t low = vld1q_f32(plan->half_scale), high = vld1q_f32(plan->half_scale + 4);
  const float *bias = plan->bias;
  BNNMK_UNROLL
  for (int p = 0; p < count; p++) {
    const uint16x8_t counted = vld1q_u16(counts[p]);
    const uint32x4_t acc_low = vsubl_u16(vget_low_u16(half), vget_low_u16(counted));
    const uint32x4_t acc_high = vsubl_u16(vget_high_u16(half), vget_high_u16(counted));
    // Read anew, which is cheaper than two copies.
    BNNMK_COMPUTE_HERE("r", bias);
    x[2 * p] = vfmaq_f32(vld1q_f32(bias), low, vcvtq_f32_s32(vreinterpretq_s32_u32(acc_low)));
    x[2 * p + 1] = vfmaq_f32(vld1q_f32(bias + 4), high, vcvtq_f32_s32(vreinterpretq_s32_u32(acc_high)));
  }
}

// bnnmk_clamp_value, which keeps NaN and the sign of 0. In memory: its registers would be lacking all other steps.
BNNMK_INLINE void clamp(const bnnmk_value_round *round, float32x4_t x[], const int count) {
  float32x4_t copy[2 * TILE];
  const float32x4_t low = vdupq_n_f32(round->minimum), high = vdupq_n_f32(round->maximum);
  BNNMK_UNROLL
  for (int i = 0; i < 2 * count; i++) {
    copy[i] = x[i];
  }
  BNNMK_LANES
  for (int i = 0; i < 2 * count; i++) {
    const float32x4_t y = vbslq_f32(vcltq_f32(copy[i], low), low, copy[i]);
    copy[i] = vbslq_f32(vcgtq_f32(y, high), high, y);
  }
  BNNMK_UNROLL
  for (int i = 0; i < 2 * count; i++) {
    x[i] = copy[i];
  }
}

// FMAX and FMIN keep NaN; of zeros of both signs they take another one than a comparison would.
BNNMK_INLINE void clamp_numbers(const bnnmk_value_round *round, float32x4_t x[], const int count) {
  const float32x4_t low = vdupq_n_f32(round->minimum), high = vdupq_n_f32(round->maximum);
  BNNMK_UNROLL
  for (int i = 0; i < 2 * count; i++) {
    x[i] = vmaxq_f32(x[i], low);
  }
  if (round->maximum < INFINITY) {
    BNNMK_UNROLL
    for (int i = 0; i < 2 * count; i++) {
      x[i] = vminq_f32(x[i], high);
    }
  }
}

BNNMK_INLINE void shift(const float *shifts, float32x4_t x[], const int count) {
  const float32x4_t low = vld1q_f32(shifts), high = vld1q_f32(shifts + 4);
  BNNMK_UNROLL
  for (int p = 0; p < count; p++) {
    x[2 * p] = vaddq_f32(x[2 * p], low);
    x[2 * p + 1] = vaddq_f32(x[2 * p + 1], high);
  }
}

BNNMK_INLINE void multiply(const float *factors, float32x4_t x[], const int count) {
  const float32x4_t low = vld1q_f32(factors), high = vld1q_f32(factors + 4);
  BNNMK_UNROLL
  for (int p = 0; p < count; p++) {
    x[2 * p] = vmulq_f32(x[2 * p], low);
    x[2 * p + 1] = vmulq_f32(x[2 * p + 1], high);
  }
}

BNNMK_INLINE void rectify(const float *slopes, float32x4_t x[], const int count) {
  const float32x4_t below[2] = {vld1q_f32(slopes), vld1q_f32(slopes + 4)}, zero = vdupq_n_f32(0);
  BNNMK_UNROLL
  for (int i = 0; i < 2 * count; i++) {
    x[i] = vbslq_f32(vcltq_f32(x[i], zero), vmulq_f32(x[i], below[i % 2]), x[i]);
  }
}

// With slopes in (0, 1], x * slope is above a negative x and not above a positive one; zeros, infinities and NaN too
// come out as they should.
BNNMK_INLINE void rectify_gently(const float *slopes, float32x4_t x[], const int count) {
  const float32x4_t low = vld1q_f32(slopes), high = vld1q_f32(slopes + 4);
  BNNMK_UNROLL
  for (int p = 0; p < count; p++) {
    x[2 * p] = vmaxq_f32(x[2 * p], vmulq_f32(x[2 * p], low));
    x[2 * p + 1] = vmaxq_f32(x[2 * p + 1], vmulq_f32(x[2 * p + 1], high));
  }
}

BNNMK_INLINE void add_operand(const float *operand, size_t stride, float32x4_t x[], const int count) {
  BNNMK_UNROLL
  for (int p = 0; p < count; p++) {
#if defined(__aarch64__)
    const float32x4x2_t y = vld1q_f32_x2(operand);  // which advances its pointer too
#else
    const float32x4x2_t y = {{vld1q_f32(operand), vld1q_f32(operand + 4)}};
#endif
    operand += stride;
    x[2 * p] = vaddq_f32(x[2 * p], y.val[0]);
    x[2 * p + 1] = vaddq_f32(x[2 * p + 1], y.val[1]);
  }
}

// The round's parts, a constant where they are usual ones.
BNNMK_INLINE void apply_parts(const bnnmk_value_round *round, const uint32_t parts, size_t pixel, float32x4_t x[],
                              const int count) {
  if (parts & 1 << BNNMK_ADD_OPERAND) {
    add_operand(round->operand + pixel * round->operand_stride, round->operand_stride, x, count);
  }
  if (parts & 1 << BNNMK_CLAMP_VALUES) {
    clamp(round, x, count);
  }
  if (parts & 1 << BNNMK_CLAMP_NUMBERS) {
    clamp_numbers(round, x, count);
  }
  if (parts & 1 << BNNMK_ADD_SHIFT) {
    shift(round->shift, x, count);
  }
  if (parts & 1 << BNNMK_RECTIFY_VALUES) {
    rectify(round->slopes, x, count);
  }
  if (parts & 1 << BNNMK_RECTIFY_GENTLY) {
    rectify_gently(round->slopes, x, count);
  }
  if (parts & 1 << BNNMK_SCALE_VALUES) {
    multiply(round->factors, x, count);
  }
  if (parts & 1 << BNNMK_ADD_SECOND_SHIFT) {
    shift(round->second_shift, x, count);
  }
}

// What layers mostly have: ReLU and a normalization, a residual sum, and that with RPReLU.
enum {
  RELU_NORMALIZED = 1 << BNNMK_CLAMP_NUMBERS | 1 << BNNMK_SCALE_VALUES | 1 << BNNMK_ADD_SECOND_SHIFT,
  SUM = 1 << BNNMK_ADD_OPERAND,
  SUM_RPRELU = SUM | 1 << BNNMK_ADD_SHIFT | 1 << BNNMK_RECTIFY_GENTLY | 1 << BNNMK_ADD_SECOND_SHIFT,
};

BNNMK_INLINE void apply_round(const bnnmk_value_round *round, size_t pixel, float32x4_t x[], const int count) {
  switch (round->parts) {
    case RELU_NORMALIZED:
      apply_parts(round, RELU_NORMALIZED, pixel, x, count);
      break;
    case SUM:
      apply_parts(round, SUM, pixel, x, count);
      break;
    case SUM_RPRELU:
      apply_parts(round, SUM_RPRELU, pixel, x, count);
      break;
    default:
      apply_parts(round, round->parts, pixel, x, count);
  }
}

// Four points, as bnnmk_switch_point gives them.
BNNMK_INLINE float32x4_t load_points(const float *points) {
#if defined(__arm__)
  const uint32x4_t given = vreinterpretq_u32_f32(vld1q_f32(points)), least = vdupq_n_u32(BNNMK_LEAST_NORMAL_BITS);
  const uint32x4_t one = vdupq_n_u32(1), is_denormal = vcltq_u32(vsubq_u32(given, one), vsubq_u32(least, one));
  return vreinterpretq_f32_u32(vbslq_u32(is_denormal, least, given));
#else
  return vld1q_f32(points);
#endif
}

// All ones where the value is not below the point.
BNNMK_INLINE uint16x8_t is_behind(const float32x4_t x[2], float32x4_t low, float32x4_t high) {
  return vcombine_u16(vmovn_u32(vcgeq_f32(x[0], low)), vmovn_u32(vcgeq_f32(x[1], high)));
}

// Where a block's decisions are no byte of their own.
static __attribute__((noinline)) void or_decisions(const bnnmk_plain_steps *steps, size_t pixel, uint8x8_t minus,
                                                   uint32_t count) {
  uint8_t bytes[TILE];
  vst1_u8(bytes, minus);
  for (uint32_t p = 0; p < count; p++) {
    bnnmk_or_bits(steps->decisions + (pixel + p) * steps->decision_words, steps->channel, bytes[p]);
  }
}

BNNMK_INLINE void store_decisions(const bnnmk_plain_steps *steps, size_t pixel, const float32x4_t x[],
                                  const int count) {
  const float *points = steps->points;
  uint16x8_t plus[TILE];
  float32x4_t low = load_points(points), high = load_points(points + 4);
  BNNMK_UNROLL
  for (int p = 0; p < TILE; p++) {
    plus[p] = p < count ? is_behind(x + 2 * p, low, high) : vdupq_n_u16(0);
  }
  for (uint32_t s = 1; s < steps->switch_count; s++) {
    points += steps->channels;
    low = load_points(points);
    high = load_points(points + 4);
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      plus[p] = veorq_u16(plus[p], is_behind(x + 2 * p, low, high));
    }
  }
  const uint8x8_t minus = bnnmk_join_decisions(plus);
  if (steps->decision_bytes) {
    const size_t stride = steps->decision_words * sizeof(uint64_t);
    bnnmk_store_bytes(minus, steps->decision_bytes + pixel * stride, stride, (uint32_t)count);
  } else {
    or_decisions(steps, pixel, minus, (uint32_t)count);
  }
}

// sums[m] += x[p][m] of all pixels in order, in float64, which only 64-bit ARM has vectors of.
static __attribute__((noinline)) void add_row_sums(const float x[][BNNMK_CHANNEL_BLOCK], uint32_t count, double *sums) {
  double in_registers[BNNMK_CHANNEL_BLOCK];
  BNNMK_UNROLL
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
    in_registers[m] = sums[m];
  }
  for (uint32_t p = 0; p < count; p++) {
    BNNMK_UNROLL
    for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
      in_registers[m] += x[p][m];
    }
  }
  BNNMK_UNROLL
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
    sums[m] = in_registers[m];
  }
}

// All steps of a tile, and what is stored of it.
BNNMK_INLINE void finish_tile(const bnnmk_plain_steps *steps, size_t row, size_t pixel, float32x4_t x[],
                              const int count) {
  const size_t channels = steps->channels;
  const bnnmk_value_round *end = steps->rounds + steps->round_count;
  for (const bnnmk_value_round *round = steps->rounds; round < end; round++) {
    apply_round(round, pixel, x, count);
  }
  if (steps->values) {
    float *output = steps->values + pixel * channels;
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      vst1q_f32(output, x[2 * p]);
      vst1q_f32(output + 4, x[2 * p + 1]);
      output += channels;
      BNNMK_COMPUTE_HERE("r", output);
    }
  }
  if (steps->row_sums) {
    float copy[TILE][BNNMK_CHANNEL_BLOCK];
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      vst1q_f32(copy[p], x[2 * p]);
      vst1q_f32(copy[p] + 4, x[2 * p + 1]);
    }
    add_row_sums((const float(*)[BNNMK_CHANNEL_BLOCK])copy, (uint32_t)count, steps->row_sums + row * channels);
  }
  if (steps->decisions) {
    store_decisions(steps, pixel, x, count);
  }
}

// `tile_count` tiles of `count` pixels, a constant in every call.
BNNMK_INLINE void finish_tiles(const bnnmk_plain_values *plan, uint16x8_t half, size_t row, size_t pixel,
                               uint32_t tile_count, const uint16_t counts[][BNNMK_CHANNEL_BLOCK], const int count) {
  for (; tile_count > 0; tile_count--) {
    float32x4_t x[2 * TILE];
    scale_counts(plan, half, counts, x, count);
    finish_tile(&plan->block, row, pixel, x, count);
    pixel += (size_t)count;
    counts += count;
  }
}

// One function for each of some numbers of pixels, so that each has the registers to itself.
#define FINISH_TILES(count)                                                                           \
  static BNNMK_TUNED("cortex-a72") __attribute__((noinline)) void finish_##count(                     \
      const bnnmk_plain_values *plan, uint16x8_t half, size_t row, size_t pixel, uint32_t tile_count, \
      const uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {                                                 \
    finish_tiles(plan, half, row, pixel, tile_count, counts, count);                                  \
  }
FINISH_TILES(1)
FINISH_TILES(2)
FINISH_TILES(4)
FINISH_TILES(7)
FINISH_TILES(8)

typedef void finish_pixels(const bnnmk_plain_values *plan, uint16x8_t half, size_t row, size_t pixel,
                           uint32_t tile_count, const uint16_t counts[][BNNMK_CHANNEL_BLOCK]);

void bnnmk_finish_plain_values_neon(const bnnmk_binary_conv2d *conv, const bnnmk_block_finish *finish,
                                    const bnnmk_counted_run *run) {
  if (run->all % 2 != 0) {
    bnnmk_finish_by_tiles_neon(conv, finish, run);
    return;
  }
  const uint16x8_t half = vdupq_n_u16((uint16_t)(run->all / 2));
  static finish_pixels *const by_width[TILE + 1] = {0, finish_1, finish_2, 0, finish_4, 0, 0, finish_7, finish_8};
  for (uint32_t done = 0; done < run->pixel_count;) {
    const bnnmk_tile_row tiles = bnnmk_next_tiles(run->pixel_count - done, TILE);
    by_width[tiles.width](&finish->values, half, run->row, run->pixel + done, tiles.count, run->counts + done);
    done += tiles.width * tiles.count;
  }
}

// As many tiles of `count` pixels, a constant in every call, as there are.
BNNMK_INLINE void finish_floats(const bnnmk_plain_steps *block, const float *input, size_t row, size_t pixel,
                                uint32_t pixel_count, const int count) {
  const size_t channels = block->channels;
  for (; pixel_count >= (uint32_t)count; pixel_count -= (uint32_t)count) {
    float32x4_t x[2 * TILE];
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      x[2 * p] = vld1q_f32(input);
      x[2 * p + 1] = vld1q_f32(input + 4);
      input += channels;
      BNNMK_COMPUTE_HERE("r", input);
    }
    finish_tile(block, row, pixel, x, count);
    pixel += (size_t)count;
  }
}

BNNMK_TUNED("cortex-a72")
void bnnmk_finish_floats_neon(const bnnmk_plain_steps *block, const float *input, size_t row, size_t pixel,
                              uint32_t pixel_count) {
  const uint32_t in_tiles = pixel_count / TILE * TILE;
  finish_floats(block, input, row, pixel, in_tiles, TILE);
  finish_floats(block, input + in_tiles * (size_t)block->channels, row, pixel + in_tiles, pixel_count - in_tiles, 1);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

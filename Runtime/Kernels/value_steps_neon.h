// The steps of an epilogue on eight channels of some pixels in registers, for NEON: what tiles of finish_values_neon.c
// are made of.
#ifndef BNNM_VALUE_STEPS_NEON_H
#define BNNM_VALUE_STEPS_NEON_H

#include <arm_neon.h>
#include <math.h>

#include "neon_pairs.h"
#include "plain_values_neon.h"

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

BNNMK_INLINE void subtract(const float *vector, float32x4_t x[], const int count) {
  const float32x4_t low = vld1q_f32(vector), high = vld1q_f32(vector + 4);
  BNNMK_UNROLL
  for (int p = 0; p < count; p++) {
    x[2 * p] = vsubq_f32(x[2 * p], low);
    x[2 * p + 1] = vsubq_f32(x[2 * p + 1], high);
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

// Gives the operand of the pixel behind.
BNNMK_INLINE const float *add_operand(const float *operand, size_t stride, float32x4_t x[], const int count) {
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
  return operand;
}

// The operand of a pixel, where the round has one.
BNNMK_INLINE const float *bnnmk_first_operand(const bnnmk_value_round *round, size_t pixel) {
  return round->parts & 1 << BNNMK_ADD_OPERAND ? round->operand + pixel * round->operand_stride : 0;
}

// The round's parts, a constant where they are usual ones; `operand` is the first pixel's, if there is one. Gives that
// of the pixel behind.
BNNMK_INLINE const float *apply_parts(const bnnmk_value_round *round, const uint32_t parts, const float *operand,
                                      float32x4_t x[], const int count) {
  if (parts & 1 << BNNMK_ADD_OPERAND) {
    operand = add_operand(operand, round->operand_stride, x, count);
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
  if (parts & 1 << BNNMK_SUBTRACT_VECTOR) {
    subtract(round->vector, x, count);
  }
  return operand;
}

// What layers mostly have: ReLU and a normalization, a residual sum, and that with RPReLU.
enum {
  RELU_NORMALIZED = 1 << BNNMK_CLAMP_NUMBERS | 1 << BNNMK_SCALE_VALUES | 1 << BNNMK_ADD_SECOND_SHIFT,
  SUM = 1 << BNNMK_ADD_OPERAND,
  SUM_RPRELU = SUM | 1 << BNNMK_ADD_SHIFT | 1 << BNNMK_RECTIFY_GENTLY | 1 << BNNMK_ADD_SECOND_SHIFT,
};

// All ones where the value is not below the point.
BNNMK_INLINE uint16x8_t is_behind(const float32x4_t x[2], float32x4_t low, float32x4_t high) {
  return vcombine_u16(vmovn_u32(vcgeq_f32(x[0], low)), vmovn_u32(vcgeq_f32(x[1], high)));
}

#endif

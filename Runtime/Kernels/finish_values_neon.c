// Counts of binary convolution into values and through an epilogue for NEON: up to eight pixels times eight channels
// stay in registers from the counts to what is stored. Takes the steps that layers of binary networks end in; others,
// and row sums, go by tiles in plain C.
//
// A value is (float)((double)scale * acc + bias): rounded in float64, then to float32. One fused multiply-add in
// float32 rounds the exact sum once, which is the same wherever the float64 sum is exact. With |acc| < 2^15, and
// exponents s of the scale and b of the bias, the sum's bits are those from 2^(min(s, b) - 23) to below
// 2^(max(s + 16, b + 1) + 1): at most 53 where -13 <= b - s <= 28.
#if defined(__ARM_NEON)

#include <math.h>

#include "finish_counts_neon.h"
#include "neon_decisions.h"

// The largest tile, two registers a pixel.
enum { TILE = 8 };

// What all tiles of a block have in common. Pointers stand on the block's first channel and the image's first pixel.
typedef struct block_values {
  const bnnmk_binary_conv2d *conv;
  const bnnmk_epilogue *epilogue;
  uint32_t channel;  // of the whole output pixel
  int16x8_t all;
  float32x4_t scale[2], bias[2];
} block_values;

// Biased exponents: below 24, a sum's last bit may be below float32's least number; 255 are infinities and NaN.
static int is_rounded_once(const float *scale, const float *bias) {
  enum { LEAST = 24, GREATEST = 254, BIAS_BELOW = 13, BIAS_ABOVE = 28 };
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
    const bnnmk_float_bits s = {scale[m]}, b = {bias ? bias[m] : 0.0f};
    const int of_scale = s.bits >> 23 & 255, of_bias = b.number == 0.0f ? of_scale : (int)(b.bits >> 23 & 255);
    const int distance = of_bias - of_scale;
    if (of_scale < LEAST || of_scale > GREATEST || of_bias < LEAST || of_bias > GREATEST || distance < -BIAS_BELOW ||
        distance > BIAS_ABOVE) {
      return 0;
    }
  }
  return 1;
}

int bnnmk_has_plain_values(const bnnmk_binary_conv2d *conv, uint32_t block) {
  if (conv->output_kind == BNNMK_OUTPUT_EPILOGUE) {
    const bnnmk_epilogue *epilogue = conv->epilogue;
    if (epilogue->row_sums) {
      return 0;
    }
    for (uint32_t s = 0; s < epilogue->step_count; s++) {
      const bnnmk_step_kind kind = epilogue->steps[s].kind;
      if (kind != BNNMK_STEP_SCALE_SHIFT && kind != BNNMK_STEP_RECTIFY && kind != BNNMK_STEP_CLAMP &&
          kind != BNNMK_STEP_ADD && kind != BNNMK_STEP_MULTIPLY) {
        return 0;
      }
    }
  } else if (conv->output_kind != BNNMK_OUTPUT_FLOAT32) {
    return 0;
  }
  const uint32_t channel = block * BNNMK_CHANNEL_BLOCK;
  return is_rounded_once(conv->scale + channel, conv->bias ? conv->bias + channel : 0);
}

// bnnmk_clamp_value, which keeps NaN and the sign of 0.
BNNMK_INLINE float32x4_t clamp(float32x4_t x, float32x4_t minimum, float32x4_t maximum) {
  x = vbslq_f32(vcltq_f32(x, minimum), minimum, x);
  return vbslq_f32(vcgtq_f32(x, maximum), maximum, x);
}

BNNMK_INLINE void clamp_all(float32x4_t x[], const int count, float minimum, float maximum) {
  const float32x4_t low = vdupq_n_f32(minimum), high = vdupq_n_f32(maximum);
  BNNMK_UNROLL
  for (int i = 0; i < 2 * count; i++) {
    x[i] = clamp(x[i], low, high);
  }
}

BNNMK_INLINE void scale_counts(const block_values *values, const uint16_t counts[][BNNMK_CHANNEL_BLOCK],
                               float32x4_t x[], const int count) {
  BNNMK_UNROLL
  for (int p = 0; p < count; p++) {
    const int16x8_t acc = vmlsq_n_s16(values->all, vreinterpretq_s16_u16(vld1q_u16(counts[p])), 2);
    x[2 * p] = vfmaq_f32(values->bias[0], values->scale[0], vcvtq_f32_s32(vmovl_s16(vget_low_s16(acc))));
    x[2 * p + 1] = vfmaq_f32(values->bias[1], values->scale[1], vcvtq_f32_s32(vmovl_s16(vget_high_s16(acc))));
  }
}

BNNMK_INLINE void scale_and_shift(const float *a, const float *b, float32x4_t x[], const int count) {
  if (a) {
    const float32x4_t factors[2] = {vld1q_f32(a), vld1q_f32(a + 4)};
    BNNMK_UNROLL
    for (int i = 0; i < 2 * count; i++) {
      x[i] = vmulq_f32(x[i], factors[i % 2]);
    }
  }
  if (b) {
    const float32x4_t summands[2] = {vld1q_f32(b), vld1q_f32(b + 4)};
    BNNMK_UNROLL
    for (int i = 0; i < 2 * count; i++) {
      x[i] = vaddq_f32(x[i], summands[i % 2]);
    }
  }
}

BNNMK_INLINE void rectify(const float *a, const float *b, float32x4_t x[], const int count) {
  const float32x4_t below[2] = {vld1q_f32(a), vld1q_f32(a + 4)}, zero = vdupq_n_f32(0);
  if (b) {
    const float32x4_t above[2] = {vld1q_f32(b), vld1q_f32(b + 4)};
    BNNMK_UNROLL
    for (int i = 0; i < 2 * count; i++) {
      x[i] = vmulq_f32(x[i], vbslq_f32(vcltq_f32(x[i], zero), below[i % 2], above[i % 2]));
    }
  } else {
    BNNMK_UNROLL
    for (int i = 0; i < 2 * count; i++) {
      x[i] = vbslq_f32(vcltq_f32(x[i], zero), vmulq_f32(x[i], below[i % 2]), x[i]);
    }
  }
}

BNNMK_INLINE void apply_step(const bnnmk_step *step, size_t pixel, uint32_t channel, float32x4_t x[], const int count) {
  const float *a = step->a ? step->a + channel : 0, *b = step->b ? step->b + channel : 0;
  switch (step->kind) {
    case BNNMK_STEP_SCALE_SHIFT:
      scale_and_shift(a, b, x, count);
      break;
    case BNNMK_STEP_RECTIFY:
      rectify(a, b, x, count);
      break;
    case BNNMK_STEP_CLAMP:
      clamp_all(x, count, step->minimum, step->maximum);
      break;
    default: {
      const float *y = step->operand + pixel * step->operand_stride + channel;
      if (step->kind == BNNMK_STEP_ADD) {
        BNNMK_UNROLL
        for (int p = 0; p < count; p++, y += step->operand_stride) {
          x[2 * p] = vaddq_f32(x[2 * p], vld1q_f32(y));
          x[2 * p + 1] = vaddq_f32(x[2 * p + 1], vld1q_f32(y + 4));
        }
      } else {
        BNNMK_UNROLL
        for (int p = 0; p < count; p++, y += step->operand_stride) {
          x[2 * p] = vmulq_f32(x[2 * p], vld1q_f32(y));
          x[2 * p + 1] = vmulq_f32(x[2 * p + 1], vld1q_f32(y + 4));
        }
      }
    }
  }
}

BNNMK_INLINE void store_decisions(const bnnmk_epilogue *epilogue, size_t pixel, uint32_t channel, const float32x4_t x[],
                                  const int count) {
  uint16x8_t plus[TILE];
  BNNMK_UNROLL
  for (int p = 0; p < TILE; p++) {
    plus[p] = vdupq_n_u16(0);
  }
  const float *points = epilogue->switch_points + channel;
  for (uint32_t s = 0; s < epilogue->switch_count; s++, points += epilogue->channels) {
    const float32x4_t low = vld1q_f32(points), high = vld1q_f32(points + 4);
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      const uint32x4_t behind_low = vcgeq_f32(x[2 * p], low), behind_high = vcgeq_f32(x[2 * p + 1], high);
      plus[p] = veorq_u16(plus[p], vcombine_u16(vmovn_u32(behind_low), vmovn_u32(behind_high)));
    }
  }
  const uint8x8_t minus = bnnmk_join_decisions(plus);
  const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
  uint64_t *output = epilogue->decisions + pixel * words;
  if (channel % 8 == 0) {
    bnnmk_store_bytes(minus, (uint8_t *)output + channel / 8, words * sizeof(uint64_t), (uint32_t)count);
    return;
  }
  uint8_t bytes[TILE];
  vst1_u8(bytes, minus);
  for (int p = 0; p < count; p++) {
    bnnmk_or_bits(output + p * words, channel, bytes[p]);
  }
}

// `count` pixels, a constant in every call.
BNNMK_INLINE void finish_tile(const block_values *values, size_t pixel, const uint16_t counts[][BNNMK_CHANNEL_BLOCK],
                              const int count) {
  const bnnmk_binary_conv2d *conv = values->conv;
  const bnnmk_epilogue *epilogue = values->epilogue;
  float32x4_t x[2 * TILE];
  scale_counts(values, counts, x, count);
  if (conv->minimum > -INFINITY || conv->maximum < INFINITY) {
    clamp_all(x, count, conv->minimum, conv->maximum);
  }
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    apply_step(&epilogue->steps[s], pixel, values->channel, x, count);
  }
  if (epilogue->values) {
    float *output = epilogue->values + pixel * epilogue->channels + values->channel;
    BNNMK_UNROLL
    for (int p = 0; p < count; p++, output += epilogue->channels) {
      vst1q_f32(output, x[2 * p]);
      vst1q_f32(output + 4, x[2 * p + 1]);
    }
  }
  if (epilogue->decisions) {
    store_decisions(epilogue, pixel, values->channel, x, count);
  }
}

// One function for each number of pixels, so that each has the registers to itself.
#define FINISH_TILE(count)                                                                             \
  static __attribute__((noinline)) void finish_##count(const block_values *values, size_t pixel,       \
                                                       const uint16_t counts[][BNNMK_CHANNEL_BLOCK]) { \
    finish_tile(values, pixel, counts, count);                                                         \
  }
FINISH_TILE(1)
FINISH_TILE(2)
FINISH_TILE(3)
FINISH_TILE(4)
FINISH_TILE(5)
FINISH_TILE(6)
FINISH_TILE(7)
FINISH_TILE(8)

typedef void finish_pixels(const block_values *values, size_t pixel, const uint16_t counts[][BNNMK_CHANNEL_BLOCK]);

void bnnmk_finish_plain_values_neon(const bnnmk_binary_conv2d *conv, const bnnmk_counted_run *run) {
  static finish_pixels *const by_count[TILE] = {finish_1, finish_2, finish_3, finish_4,
                                                finish_5, finish_6, finish_7, finish_8};
  const bnnmk_epilogue only_values = {.channels = conv->output_channels, .values = conv->output};
  const uint32_t channel = run->block * BNNMK_CHANNEL_BLOCK;
  const float *scale = conv->scale + channel;
  block_values values = {
      .conv = conv,
      .epilogue = conv->output_kind == BNNMK_OUTPUT_EPILOGUE ? conv->epilogue : &only_values,
      .channel = conv->channel_offset + channel,
      .all = vdupq_n_s16((int16_t)run->all),
      .scale = {vld1q_f32(scale), vld1q_f32(scale + 4)},
      .bias = {vdupq_n_f32(0), vdupq_n_f32(0)},
  };
  if (conv->bias) {
    values.bias[0] = vld1q_f32(conv->bias + channel);
    values.bias[1] = vld1q_f32(conv->bias + channel + 4);
  }
  for (uint32_t first = 0; first < run->pixel_count; first += TILE) {
    const uint32_t left = run->pixel_count - first;
    by_count[(left < TILE ? left : TILE) - 1](&values, run->pixel + first, run->counts + first);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

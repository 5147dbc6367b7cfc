// Which blocks of a binary convolution finish_values_neon.c takes, and their values' steps as it wants them: the steps
// that layers of binary networks end in. Others, and row sums, go by tiles in plain C.
//
// A value is (float)((double)scale * acc + bias): rounded in float64, then to float32. One fused multiply-add in
// float32 rounds the exact sum once, which is the same wherever the float64 sum is exact. With |acc| < 2^15, and
// exponents s of the scale and b of the bias, the sum's bits are those from 2^(min(s, b) - 23) to below
// 2^(max(s + 16, b + 1) + 1): at most 53 where -13 <= b - s <= 28.
#if defined(__ARM_NEON)

#include <arm_neon.h>
#include <math.h>

#include "finish_counts_neon.h"

// Biased exponents as in the formula; those of a number that is 0 are `other`.
BNNMK_INLINE int32x4_t exponents(float32x4_t x, float32x4_t other) {
  const uint32x4_t is_zero = vceqq_f32(x, vdupq_n_f32(0));
  const uint32x4_t bits = vbslq_u32(is_zero, vreinterpretq_u32_f32(other), vreinterpretq_u32_f32(x));
  return vreinterpretq_s32_u32(vandq_u32(vshrq_n_u32(bits, 23), vdupq_n_u32(255)));
}

// Below LEAST, a sum's last bit may be below float32's least number; above GREATEST, twice the number is no number.
BNNMK_INLINE uint32x4_t is_usual(int32x4_t exponents) {
  enum { LEAST = 24, GREATEST = 253 };
  return vandq_u32(vcgeq_s32(exponents, vdupq_n_s32(LEAST)), vcleq_s32(exponents, vdupq_n_s32(GREATEST)));
}

// All ones where four channels' values are rounded alike.
BNNMK_INLINE uint32x4_t is_rounded_once(float32x4_t scale, float32x4_t bias) {
  enum { BIAS_BELOW = 13, BIAS_ABOVE = 28 };
  const int32x4_t of_scale = exponents(scale, bias), of_bias = exponents(bias, scale);
  const int32x4_t distance = vsubq_s32(of_bias, of_scale);
  const uint32x4_t is_near =
      vandq_u32(vcgeq_s32(distance, vdupq_n_s32(-BIAS_BELOW)), vcleq_s32(distance, vdupq_n_s32(BIAS_ABOVE)));
  return vandq_u32(is_near, vandq_u32(is_usual(of_scale), is_usual(of_bias)));
}

static int make_scale(const float *scale, const float *bias, bnnmk_plain_values *values) {
  uint32x4_t is_plain = vdupq_n_u32(0xffffffff);
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m += 4) {
    const float32x4_t s = vld1q_f32(scale + m), b = bias ? vld1q_f32(bias + m) : vdupq_n_f32(0);
    is_plain = vandq_u32(is_plain, is_rounded_once(s, b));
    vst1q_f32(values->half_scale + m, vaddq_f32(s, s));
    vst1q_f32(values->bias + m, b);
  }
  const uint16x4_t narrow = vmovn_u32(is_plain);
  return vget_lane_u64(vreinterpret_u64_u16(narrow), 0) == ~(uint64_t)0;
}

// The round that does `part` after everything so far: the last one, or a new one. Every step begins one at most.
static bnnmk_value_round *round_for(bnnmk_plain_values *values, bnnmk_value_part part) {
  if (values->round_count == 0 || values->rounds[values->round_count - 1].parts >> part != 0) {
    values->rounds[values->round_count++].parts = 0;
  }
  bnnmk_value_round *round = &values->rounds[values->round_count - 1];
  round->parts |= 1u << part;
  return round;
}

static void add_clamp(bnnmk_plain_values *values, float minimum, float maximum) {
  bnnmk_value_round *round = round_for(values, BNNMK_CLAMP_VALUES);
  round->minimum = minimum;
  round->maximum = maximum;
}

static void add_shift(bnnmk_plain_values *values, const float *shift) {
  const uint32_t parts = values->round_count == 0 ? 0 : values->rounds[values->round_count - 1].parts;
  if (parts >> BNNMK_ADD_SHIFT == 0 || parts >> BNNMK_ADD_SECOND_SHIFT != 0) {
    round_for(values, BNNMK_ADD_SHIFT)->shift = shift;
  } else {
    round_for(values, BNNMK_ADD_SECOND_SHIFT)->second_shift = shift;
  }
}

static void add_rectifier(bnnmk_plain_values *values, const float *slopes) {
  int is_gentle = 1;
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
    is_gentle &= slopes[m] > 0.0f && slopes[m] <= 1.0f;
  }
  // Never both in one round, which has room for one.
  if (values->round_count > 0 && values->rounds[values->round_count - 1].parts >> BNNMK_RECTIFY_VALUES != 0) {
    values->rounds[values->round_count++].parts = 0;
  }
  round_for(values, is_gentle ? BNNMK_RECTIFY_GENTLY : BNNMK_RECTIFY_VALUES)->slopes = slopes;
}

// 0 where the step is none of those taken.
static int add_step(bnnmk_plain_values *values, const bnnmk_step *step) {
  const uint32_t channel = values->channel;
  switch (step->kind) {
    case BNNMK_STEP_CLAMP:
      add_clamp(values, step->minimum, step->maximum);
      return 1;
    case BNNMK_STEP_SCALE_SHIFT:
      if (step->a) {
        round_for(values, BNNMK_SCALE_VALUES)->factors = step->a + channel;
      }
      if (step->b) {
        add_shift(values, step->b + channel);
      }
      return 1;
    case BNNMK_STEP_RECTIFY:
      if (step->b) {
        return 0;
      }
      add_rectifier(values, step->a + channel);
      return 1;
    case BNNMK_STEP_ADD:
      if (step->operand_stride == 0) {
        add_shift(values, step->operand + channel);
      } else {
        bnnmk_value_round *round = round_for(values, BNNMK_ADD_OPERAND);
        round->operand = step->operand + channel;
        round->operand_stride = step->operand_stride;
      }
      return 1;
    case BNNMK_STEP_MULTIPLY:
      if (step->operand_stride != 0) {
        return 0;
      }
      round_for(values, BNNMK_SCALE_VALUES)->factors = step->operand + channel;
      return 1;
    default:
      return 0;
  }
}

int bnnmk_make_plain_values(const bnnmk_binary_conv2d *conv, uint32_t block, bnnmk_plain_values *values) {
  const uint32_t channel = block * BNNMK_CHANNEL_BLOCK;
  const bnnmk_epilogue *epilogue = conv->output_kind == BNNMK_OUTPUT_EPILOGUE ? conv->epilogue : 0;
  if (conv->output_kind != BNNMK_OUTPUT_FLOAT32 && !epilogue) {
    return 0;
  }
  if (!make_scale(conv->scale + channel, conv->bias ? conv->bias + channel : 0, values)) {
    return 0;
  }
  values->channel = conv->channel_offset + channel;
  values->channels = conv->output_channels;
  values->round_count = 0;
  values->values = (float *)conv->output + values->channel;
  values->decisions = 0;
  if (conv->minimum > -INFINITY || conv->maximum < INFINITY) {
    add_clamp(values, conv->minimum, conv->maximum);
  }
  if (!epilogue) {
    return 1;
  }
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    if (!add_step(values, &epilogue->steps[s])) {
      return 0;
    }
  }
  values->values = epilogue->values ? epilogue->values + values->channel : 0;
  values->decisions = epilogue->decisions;
  values->decision_bytes = 0;
  if (epilogue->decisions && values->channel % 8 == 0) {
    values->decision_bytes = (uint8_t *)epilogue->decisions + values->channel / 8;
  }
  values->decision_words = values->channels / 64 + (values->channels % 64 > 0);
  values->points = epilogue->switch_points + values->channel;
  values->switch_count = epilogue->switch_count;
  return !epilogue->row_sums && !(epilogue->decisions && epilogue->switch_count == 0);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

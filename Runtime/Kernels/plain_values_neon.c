// Which epilogues finish_values_neon.c takes, and their steps as it wants them: the steps that layers of binary
// networks end in. Others go by tiles in plain C.
//
// A value is (float)((double)scale * acc + bias): rounded in float64, then to float32. One fused multiply-add in
// float32 rounds the exact sum once, which is the same wherever the float64 sum is exact. With |acc| < 2^15, and
// exponents s of the scale and b of the bias, the sum's bits are those from 2^(min(s, b) - 23) to below
// 2^(max(s + 16, b + 1) + 1): at most 53 where -13 <= b - s <= 28.
#if defined(__ARM_NEON)

#include "plain_values_neon.h"

#include <arm_neon.h>
#include <math.h>

#include "window_taps.h"

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

// Whether a lane is -0.
BNNMK_INLINE uint32x4_t is_minus_zero(float32x4_t x) {
  return vceqq_u32(vreinterpretq_u32_f32(x), vdupq_n_u32(0x80000000));
}

BNNMK_INLINE int is_any(uint32x4_t lanes) { return vget_lane_u64(vreinterpret_u64_u16(vmovn_u32(lanes)), 0) != 0; }

// Whether one of eight numbers is -0.
static int has_minus_zero(const float *x) {
  return is_any(vorrq_u32(is_minus_zero(vld1q_f32(x)), is_minus_zero(vld1q_f32(x + 4))));
}

static int make_scale(const float *scale, const float *bias, bnnmk_plain_values *values) {
  uint32x4_t is_plain = vdupq_n_u32(0xffffffff);
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m += 4) {
    const float32x4_t s = vld1q_f32(scale + m), b = bias ? vld1q_f32(bias + m) : vdupq_n_f32(0);
    is_plain = vandq_u32(is_plain, is_rounded_once(s, b));
    vst1q_f32(values->half_scale + m, vaddq_f32(s, s));
    vst1q_f32(values->bias + m, b);
  }
  return !is_any(vmvnq_u32(is_plain));
}

// The round that does `part` after everything so far: the last one, or a new one. Every step begins one at most.
static bnnmk_value_round *round_for(bnnmk_plain_steps *steps, bnnmk_value_part part) {
  if (steps->round_count == 0 || steps->rounds[steps->round_count - 1].parts >> part != 0) {
    steps->rounds[steps->round_count++].parts = 0;
  }
  bnnmk_value_round *round = &steps->rounds[steps->round_count - 1];
  round->parts |= 1u << part;
  return round;
}

static void add_clamp(bnnmk_plain_steps *steps, float minimum, float maximum) {
  bnnmk_value_round *round = round_for(steps, BNNMK_CLAMP_VALUES);
  round->minimum = minimum;
  round->maximum = maximum;
}

static void add_shift(bnnmk_plain_steps *steps, const float *shift) {
  const uint32_t parts = steps->round_count == 0 ? 0 : steps->rounds[steps->round_count - 1].parts;
  if (parts >> BNNMK_ADD_SHIFT == 0 || parts >> BNNMK_ADD_SECOND_SHIFT != 0) {
    round_for(steps, BNNMK_ADD_SHIFT)->shift = shift;
  } else {
    round_for(steps, BNNMK_ADD_SECOND_SHIFT)->second_shift = shift;
  }
}

// 0 where the step is none of those taken.
static int add_step(bnnmk_plain_steps *steps, const bnnmk_step *step) {
  switch (step->kind) {
    case BNNMK_STEP_CLAMP:
      add_clamp(steps, step->minimum, step->maximum);
      return 1;
    case BNNMK_STEP_SCALE_SHIFT:
      if (step->a) {
        round_for(steps, BNNMK_SCALE_VALUES)->factors = step->a;
      }
      if (step->b) {
        add_shift(steps, step->b);
      }
      return 1;
    case BNNMK_STEP_RECTIFY:
      if (step->b) {
        return 0;
      }
      round_for(steps, BNNMK_RECTIFY_VALUES)->slopes = step->a;
      return 1;
    case BNNMK_STEP_ADD:
      if (step->operand_stride == 0) {
        add_shift(steps, step->operand);
      } else {
        bnnmk_value_round *round = round_for(steps, BNNMK_ADD_OPERAND);
        round->operand = step->operand;
        round->operand_stride = step->operand_stride;
      }
      return 1;
    case BNNMK_STEP_MULTIPLY:
      if (step->operand_stride != 0) {
        return 0;
      }
      round_for(steps, BNNMK_SCALE_VALUES)->factors = step->operand;
      return 1;
    default:
      return 0;
  }
}

static void begin_steps(bnnmk_plain_steps *steps, uint32_t channels) {
  steps->round_count = 0;
  steps->channel = 0;
  steps->channels = channels;
  steps->values = 0;
  steps->row_sums = 0;
  steps->decisions = 0;
}

// Behind the steps so far.
static int add_epilogue(const bnnmk_epilogue *epilogue, bnnmk_plain_steps *steps) {
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    if (!add_step(steps, &epilogue->steps[s])) {
      return 0;
    }
  }
  steps->values = epilogue->values;
  steps->row_sums = epilogue->row_sums;
  steps->decisions = epilogue->decisions;
  steps->decision_words = steps->channels / 64 + (steps->channels % 64 > 0);
  steps->points = epilogue->switch_points;
  steps->switch_count = epilogue->switch_count;
  return !(epilogue->decisions && epilogue->switch_count == 0);
}

int bnnmk_make_plain_steps(const bnnmk_epilogue *epilogue, bnnmk_plain_steps *steps) {
  begin_steps(steps, epilogue->channels);
  return add_epilogue(epilogue, steps);
}

// Whether x * slope is above a negative x and not above a positive one, for all eight slopes.
static int is_gentle(const float *slopes) {
  const float32x4_t low = vld1q_f32(slopes), high = vld1q_f32(slopes + 4);
  const float32x4_t zero = vdupq_n_f32(0), one = vdupq_n_f32(1);
  const uint32x4_t is_positive = vandq_u32(vcgtq_f32(low, zero), vcgtq_f32(high, zero));
  const uint32x4_t is_below = vandq_u32(vcleq_f32(low, one), vcleq_f32(high, one));
  return !is_any(vmvnq_u32(vandq_u32(is_positive, is_below)));
}

static const float *of_channel(const float *numbers, uint32_t channel) { return numbers ? numbers + channel : 0; }

// One part of a round by another.
static void replace_part(bnnmk_value_round *round, bnnmk_value_part part, bnnmk_value_part by) {
  round->parts ^= 1u << part | 1u << by;
}

// The parts of a block's round that its numbers allow to be done in a shorter way. Gives whether values may be -0
// behind it. A sum is -0 only where both summands are; a product may be one.
static int shorten_round(bnnmk_value_round *round, int may_be_minus_zero) {
  const uint32_t parts = round->parts;
  if (parts & 1 << BNNMK_CLAMP_VALUES) {
    const int to_minus_zero = round->maximum == 0 && __builtin_signbit(round->maximum);
    if (!may_be_minus_zero && !to_minus_zero) {
      replace_part(round, BNNMK_CLAMP_VALUES, BNNMK_CLAMP_NUMBERS);
    }
    may_be_minus_zero |= to_minus_zero || (round->minimum == 0 && __builtin_signbit(round->minimum));
  }
  if (parts & 1 << BNNMK_ADD_SHIFT) {
    may_be_minus_zero = may_be_minus_zero && has_minus_zero(round->shift);
  }
  if (parts & 1 << BNNMK_RECTIFY_VALUES) {
    if (is_gentle(round->slopes)) {
      replace_part(round, BNNMK_RECTIFY_VALUES, BNNMK_RECTIFY_GENTLY);
    }
    may_be_minus_zero = 1;
  }
  may_be_minus_zero |= (parts & 1 << BNNMK_SCALE_VALUES) != 0;
  if (parts & 1 << BNNMK_ADD_SECOND_SHIFT) {
    may_be_minus_zero = may_be_minus_zero && has_minus_zero(round->second_shift);
  }
  return may_be_minus_zero;
}

void bnnmk_choose_block_steps(const bnnmk_plain_steps *all, uint32_t channel, int may_be_minus_zero,
                              bnnmk_plain_steps *block) {
  for (uint32_t i = 0; i < all->round_count; i++) {
    const bnnmk_value_round *from = &all->rounds[i];
    block->rounds[i] = (bnnmk_value_round){
        .parts = from->parts,
        .minimum = from->minimum,
        .maximum = from->maximum,
        .shift = of_channel(from->shift, channel),
        .slopes = of_channel(from->slopes, channel),
        .factors = of_channel(from->factors, channel),
        .second_shift = of_channel(from->second_shift, channel),
        .operand = of_channel(from->operand, channel),
        .operand_stride = from->operand_stride,
    };
    may_be_minus_zero = shorten_round(&block->rounds[i], may_be_minus_zero);
  }
  block->round_count = all->round_count;
  block->channel = channel;
  block->channels = all->channels;
  block->values = all->values ? all->values + channel : 0;
  block->row_sums = all->row_sums ? all->row_sums + channel : 0;
  block->decisions = all->decisions;
  block->decision_bytes = 0;
  if (all->decisions) {
    if (channel % 8 == 0) {
      block->decision_bytes = (uint8_t *)all->decisions + channel / 8;
    }
    block->decision_words = all->decision_words;
    block->points = all->points + channel;
    block->switch_count = all->switch_count;
  }
}

int bnnmk_make_plain_values(const bnnmk_binary_conv2d *conv, bnnmk_plain_values *values) {
  const bnnmk_epilogue *epilogue = conv->output_kind == BNNMK_OUTPUT_EPILOGUE ? conv->epilogue : 0;
  if (conv->output_kind != BNNMK_OUTPUT_FLOAT32 && !epilogue) {
    return 0;
  }
  begin_steps(&values->all, conv->output_channels);
  if (conv->minimum > -INFINITY || conv->maximum < INFINITY) {
    add_clamp(&values->all, conv->minimum, conv->maximum);
  }
  if (epilogue) {
    return add_epilogue(epilogue, &values->all);
  }
  values->all.values = conv->output;
  return 1;
}

int bnnmk_choose_plain_values(const bnnmk_binary_conv2d *conv, uint32_t block, bnnmk_plain_values *values) {
  const uint32_t channel = block * BNNMK_CHANNEL_BLOCK;
  if (!make_scale(conv->scale + channel, conv->bias ? conv->bias + channel : 0, values)) {
    return 0;
  }
  bnnmk_choose_block_steps(&values->all, conv->channel_offset + channel, has_minus_zero(values->bias), &values->block);
  return 1;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

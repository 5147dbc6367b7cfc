// Which epilogues finish_values_neon.c takes, and their steps as it wants them: the steps that layers of binary
// networks end in. Others go by tiles in plain C.
//
// A value is (float)((double)scale * acc + bias): rounded in float64, then to float32. One fused multiply-add in
// float32 rounds the exact sum once, which is the same wherever the float64 sum is exact. With |acc| < 2^15, and
// exponents s of the scale and b of the bias, the sum's bits are those from 2^(min(s, b) - 23) to below
// 2^(max(s + 16, b + 1) + 1): at most 53 where -13 <= b - s <= 28.
#if defined(__ARM_NEON)

#include "plain_values_neon.h"

#include <math.h>

#include "neon_pairs.h"

// The upper halves of eight floats, with all of the sign and the exponent.
BNNMK_INLINE uint16x8_t upper_halves(float32x4_t low, float32x4_t high) {
  return vcombine_u16(vshrn_n_u32(vreinterpretq_u32_f32(low), 16), vshrn_n_u32(vreinterpretq_u32_f32(high), 16));
}

BNNMK_INLINE uint16x8_t is_zero(float32x4_t low, float32x4_t high) {
  const float32x4_t zero = vdupq_n_f32(0);
  return vcombine_u16(vmovn_u32(vceqq_f32(low, zero)), vmovn_u32(vceqq_f32(high, zero)));
}

// Whether lanes are from `first` to `last`, which is above it.
BNNMK_INLINE uint16x8_t is_between(uint16x8_t lanes, int first, int last) {
  return vcleq_u16(vsubq_u16(lanes, vdupq_n_u16((uint16_t)first)), vdupq_n_u16((uint16_t)(last - first)));
}

// Whether all lanes are ones, where each is that or 0.
BNNMK_INLINE int are_all(uint16x8_t lanes) {
  return vget_lane_u64(vreinterpret_u64_u8(vmovn_u16(lanes)), 0) == UINT64_MAX;
}

// Whether values of eight channels are rounded alike. Below LEAST, a sum's last bit may be below float32's least
// number; above GREATEST, twice the number is no number.
BNNMK_INLINE int are_rounded_once(const float32x4_t scale[2], const float32x4_t bias[2]) {
  enum { LEAST = 24, GREATEST = 253, BIAS_BELOW = 13, BIAS_ABOVE = 28 };
  // Biased exponents as in the formula; those of a number that is 0 are the other's.
  const uint16x8_t all_of_scale = upper_halves(scale[0], scale[1]), all_of_bias = upper_halves(bias[0], bias[1]);
  const uint16x8_t halves_of_scale = vbslq_u16(is_zero(scale[0], scale[1]), all_of_bias, all_of_scale);
  const uint16x8_t halves_of_bias = vbslq_u16(is_zero(bias[0], bias[1]), all_of_scale, all_of_bias);
  const uint16x8_t of_scale = vandq_u16(vshrq_n_u16(halves_of_scale, 7), vdupq_n_u16(255));
  const uint16x8_t of_bias = vandq_u16(vshrq_n_u16(halves_of_bias, 7), vdupq_n_u16(255));
  const uint16x8_t is_near = is_between(vsubq_u16(of_bias, of_scale), -BIAS_BELOW, BIAS_ABOVE);
  const uint16x8_t is_usual = vandq_u16(is_between(of_scale, LEAST, GREATEST), is_between(of_bias, LEAST, GREATEST));
  return are_all(vandq_u16(is_near, is_usual));
}

// Whether one of eight numbers is -0.
BNNMK_INLINE int is_minus_zero(float32x4_t low, float32x4_t high) {
  const uint32x4_t minus_zero = vdupq_n_u32(0x80000000);
  const uint32x4_t is_low = vceqq_u32(vreinterpretq_u32_f32(low), minus_zero);
  const uint32x4_t is_high = vceqq_u32(vreinterpretq_u32_f32(high), minus_zero);
  return vget_lane_u64(vreinterpret_u64_u16(vmovn_u32(vorrq_u32(is_low, is_high))), 0) != 0;
}

BNNMK_INLINE int has_minus_zero(const float *x) { return is_minus_zero(vld1q_f32(x), vld1q_f32(x + 4)); }

// The round that does `part` after everything so far: the last one, or a new one. Every step begins one at most.
static bnnmk_value_round *round_for(bnnmk_plain_steps *steps, bnnmk_value_part part) {
  if (steps->round_count == 0 || steps->rounds[steps->round_count - 1].parts >> part != 0) {
    steps->rounds[steps->round_count++] = (bnnmk_value_round){.parts = 0};
  }
  bnnmk_value_round *round = &steps->rounds[steps->round_count - 1];
  round->parts |= 1u << part;
  return round;
}

static void add_clamp(bnnmk_plain_steps *steps, float minimum, float maximum) {
  steps->has_clamps = 1;
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
    case BNNMK_STEP_SUBTRACT:
      if (step->operand_stride != 0) {
        return 0;
      }
      round_for(steps, BNNMK_SUBTRACT_VECTOR)->vector = step->operand;
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
  steps->has_clamps = 0;
  steps->channel = 0;
  steps->channels = channels;
  steps->values = 0;
  steps->row_sums = 0;
  steps->decisions = 0;
  steps->decision_bytes = 0;
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
  const uint32x4_t is_positive = vcgtq_f32(vminq_f32(low, high), zero);
  const uint32x4_t is_below = vcleq_f32(vmaxq_f32(low, high), one);
  return vget_lane_u64(vreinterpret_u64_u16(vmovn_u32(vandq_u32(is_positive, is_below))), 0) == UINT64_MAX;
}

// The parts of a round in the eight channels from `channel` on, one in place of another where it does the same.
BNNMK_INLINE uint32_t shorten_round(const bnnmk_value_round *round, uint32_t channel, int may_be_minus_zero) {
  uint32_t parts = round->parts;
  if (parts & 1 << BNNMK_CLAMP_VALUES && !may_be_minus_zero &&
      !(round->maximum == 0 && __builtin_signbit(round->maximum))) {
    parts ^= 1 << BNNMK_CLAMP_VALUES | 1 << BNNMK_CLAMP_NUMBERS;
  }
  if (parts & 1 << BNNMK_RECTIFY_VALUES && is_gentle(round->slopes + channel)) {
    parts ^= 1 << BNNMK_RECTIFY_VALUES | 1 << BNNMK_RECTIFY_GENTLY;
  }
  return parts;
}

// Whether values may be -0 behind a round. A sum is -0 only where both summands are; a product may be one.
BNNMK_INLINE int may_be_minus_zero_behind(const bnnmk_value_round *round, uint32_t channel, int may_be_minus_zero) {
  const uint32_t parts = round->parts;
  if (parts & 1 << BNNMK_CLAMP_VALUES) {
    may_be_minus_zero |= round->minimum == 0 && __builtin_signbit(round->minimum);
    may_be_minus_zero |= round->maximum == 0 && __builtin_signbit(round->maximum);
  }
  if (parts & 1 << BNNMK_ADD_SHIFT) {
    may_be_minus_zero = may_be_minus_zero && has_minus_zero(round->shift + channel);
  }
  may_be_minus_zero |= (parts & (1 << BNNMK_RECTIFY_VALUES | 1 << BNNMK_SCALE_VALUES)) != 0;
  if (parts & 1 << BNNMK_ADD_SECOND_SHIFT) {
    may_be_minus_zero = may_be_minus_zero && has_minus_zero(round->second_shift + channel);
  }
  return may_be_minus_zero;
}

void bnnmk_choose_parts(const bnnmk_plain_steps *all, uint32_t channel, int may_be_minus_zero,
                        bnnmk_block_parts *parts) {
  for (uint32_t i = 0; i < all->round_count; i++) {
    if (i > 0 && all->has_clamps) {
      may_be_minus_zero = may_be_minus_zero_behind(&all->rounds[i - 1], channel, may_be_minus_zero);
    }
    parts->of_round[i] = shorten_round(&all->rounds[i], channel, may_be_minus_zero);
  }
  parts->of_round[all->round_count] = 0;
}

static const float *of_channel(const float *numbers, uint32_t channel) { return numbers ? numbers + channel : 0; }

void bnnmk_choose_block_steps(const bnnmk_plain_steps *all, uint32_t channel, const bnnmk_block_parts *parts,
                              bnnmk_plain_steps *block) {
  for (uint32_t i = 0; i < all->round_count; i++) {
    const bnnmk_value_round *from = &all->rounds[i];
    bnnmk_value_round *round = &block->rounds[i];
    round->parts = parts->of_round[i];
    round->shift = of_channel(from->shift, channel);
    round->slopes = of_channel(from->slopes, channel);
    round->factors = of_channel(from->factors, channel);
    round->second_shift = of_channel(from->second_shift, channel);
    round->vector = of_channel(from->vector, channel);
    round->operand = of_channel(from->operand, channel);
  }
  block->channel = channel;
  block->values = all->values ? all->values + channel : 0;
  block->row_sums = all->row_sums ? all->row_sums + channel : 0;
  if (all->decisions) {
    block->decision_bytes = channel % 8 == 0 ? (uint8_t *)all->decisions + channel / 8 : 0;
    block->points = all->points + channel;
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
  if (!epilogue) {
    values->all.values = conv->output;
  } else if (!add_epilogue(epilogue, &values->all)) {
    return 0;
  }
  values->block = values->all;
  return 1;
}

int bnnmk_choose_plain_values(const bnnmk_binary_conv2d *conv, uint32_t block, bnnmk_plain_values *values) {
  const uint32_t channel = block * BNNMK_CHANNEL_BLOCK;
  const float32x4_t scale[2] = {vld1q_f32(conv->scale + channel), vld1q_f32(conv->scale + channel + 4)};
  float32x4_t bias[2] = {vdupq_n_f32(0), vdupq_n_f32(0)};
  if (conv->bias) {
    bias[0] = vld1q_f32(conv->bias + channel);
    bias[1] = vld1q_f32(conv->bias + channel + 4);
  }
  BNNMK_UNROLL
  for (int i = 0; i < 2; i++) {
    vst1q_f32(values->half_scale + 4 * i, vaddq_f32(scale[i], scale[i]));
    vst1q_f32(values->bias + 4 * i, bias[i]);
  }
  if (!are_rounded_once(scale, bias)) {
    return 0;
  }
  values->channel = conv->channel_offset + channel;
  values->has_block = 0;
  // What the first round may be told to keep; only clamping asks for it.
  const int may_be_minus_zero = values->all.has_clamps && is_minus_zero(bias[0], bias[1]);
  bnnmk_choose_parts(&values->all, values->channel, may_be_minus_zero, &values->parts);
  return 1;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

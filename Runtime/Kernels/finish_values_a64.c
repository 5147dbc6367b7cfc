// Which epilogues go by assembly on 64-bit ARM, and what it takes of them.
#include "finish_values_a64.h"

#if defined(BNNMK_HAS_A64_ASSEMBLY)

#include <arm_neon.h>
#include <math.h>

#include "value_steps_neon.h"

// Other parts of rounds than value_steps_neon.h has.
enum { NORMALIZED = 1 << BNNMK_SCALE_VALUES | 1 << BNNMK_ADD_SECOND_SHIFT, SUM_RELU = SUM | 1 << BNNMK_CLAMP_NUMBERS };

static int has_no_maximum(const bnnmk_value_round *round) {
  return !(round->parts & 1 << BNNMK_CLAMP_VALUES) || round->maximum == INFINITY;
}

typedef struct finish_program {
  uint32_t first, second;  // parts of the rounds, 0 where there is but one
  bnnmk_finish_tiles *of_seven, *of_eight;
} finish_program;

static const finish_program of_counts[] = {
    {SUM, 0, bnnmk_finish_sum_7_a64, bnnmk_finish_sum_8_a64},
    {SUM_RPRELU, 0, bnnmk_finish_sum_rprelu_7_a64, bnnmk_finish_sum_rprelu_8_a64},
    {NORMALIZED, SUM, bnnmk_finish_normalized_sum_7_a64, bnnmk_finish_normalized_sum_8_a64},
    {RELU_NORMALIZED, SUM, bnnmk_finish_relu_sum_7_a64, bnnmk_finish_relu_sum_8_a64},
    {RELU_NORMALIZED, SUM_RELU, bnnmk_finish_relu_sum_relu_7_a64, bnnmk_finish_relu_sum_relu_8_a64},
};
static const finish_program of_floats[] = {
    {NORMALIZED, 0, 0, bnnmk_finish_normalized_floats_8_a64},
    {NORMALIZED, 1 << BNNMK_CLAMP_NUMBERS, 0, bnnmk_finish_normalized_relu_floats_8_a64},
};

void bnnmk_find_program_a64(uint32_t first, uint32_t second, bnnmk_finish_a64 *finish) {
  const int is_of_counts = finish->tiles.half_scale != 0;
  const finish_program *program = is_of_counts ? of_counts : of_floats;
  const finish_program *end = is_of_counts ? of_counts + sizeof of_counts / sizeof *of_counts
                                           : of_floats + sizeof of_floats / sizeof *of_floats;
  while (program < end && (program->first != first || program->second != second)) {
    program++;
  }
  finish->first_parts = first;
  finish->second_parts = second;
  finish->of_seven = program < end ? program->of_seven : 0;
  finish->of_eight = program < end ? program->of_eight : 0;
}

int bnnmk_begin_finish_a64(const bnnmk_plain_steps *steps, const float *scale, const float *bias,
                           bnnmk_finish_a64 *finish) {
  static const uint32_t places[4] = {0x11111111, 0x22222222, 0x44444444, 0x88888888};
  const uint32_t round_count = steps->round_count;
  const bnnmk_value_round *first = &steps->rounds[0];
  if (round_count < 1 || round_count > 2 || !has_no_maximum(first) || !has_no_maximum(&first[round_count - 1]) ||
      steps->row_sums || (steps->decisions && steps->switch_count != 1)) {
    return 0;
  }
  const bnnmk_value_round *last = &first[round_count - 1];
  finish->steps = steps;
  finish->last = last;
  finish->first_parts = 0;
  finish->second_parts = 0;
  finish->of_eight = 0;
  bnnmk_finished_tiles *tiles = &finish->tiles;
  tiles->value_step = steps->values ? steps->channels * sizeof(float) : 0;
  tiles->operand_step = last->parts & SUM ? last->operand_stride * sizeof(float) : 0;
  tiles->decision_step = steps->decisions ? steps->decision_words * sizeof(uint64_t) : 0;
  tiles->half_scale = scale;
  tiles->bias = bias;
  vst1q_u32(tiles->places, vld1q_u32(places));
  tiles->points = finish->unwanted_values;  // any numbers
  finish->values = finish->unwanted_values;
  finish->operand = finish->unwanted_values;
  finish->decisions = &finish->unwanted_decisions;
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
    finish->unwanted_values[m] = 0;
  }
  vst1q_f32(tiles->minimum, vdupq_n_f32(first->minimum));
  vst1q_f32(tiles->last_minimum, vdupq_n_f32(last->minimum));
  return 1;
}

#endif

// ISO C wants a declaration in every file.
typedef int bnnmk_nothing_else_here;

// Which epilogues go by assembly on 64-bit ARM, and what it takes of them.
#include "finish_values_a64.h"

#if defined(BNNMK_HAS_A64_ASSEMBLY)

#include <arm_neon.h>
#include <math.h>

#include "value_steps_neon.h"

// Other parts of rounds than value_steps_neon.h has.
enum { NORMALIZED = 1 << BNNMK_SCALE_VALUES | 1 << BNNMK_ADD_SECOND_SHIFT, SUM_RELU = SUM | 1 << BNNMK_CLAMP_NUMBERS };

static int has_no_maximum(const bnnmk_value_round *round) {
  return !(round->parts & 1 << BNNMK_CLAMP_NUMBERS) || round->maximum == INFINITY;
}

bnnmk_finish_tiles *bnnmk_find_finish_a64(const bnnmk_plain_steps *block, uint32_t width) {
  const int has_bytes = !block->decisions || (block->decision_bytes && block->switch_count == 1);
  if (width < 7 || block->row_sums || !has_bytes) {
    return 0;
  }
  static const struct {
    uint32_t first, second;  // parts of the rounds, 0 where there is but one
    bnnmk_finish_tiles *of_seven, *of_eight;
  } programs[] = {
      {SUM, 0, bnnmk_finish_sum_7_a64, bnnmk_finish_sum_8_a64},
      {SUM_RPRELU, 0, bnnmk_finish_sum_rprelu_7_a64, bnnmk_finish_sum_rprelu_8_a64},
      {NORMALIZED, SUM, bnnmk_finish_normalized_sum_7_a64, bnnmk_finish_normalized_sum_8_a64},
      {RELU_NORMALIZED, SUM, bnnmk_finish_relu_sum_7_a64, bnnmk_finish_relu_sum_8_a64},
      {RELU_NORMALIZED, SUM_RELU, bnnmk_finish_relu_sum_relu_7_a64, bnnmk_finish_relu_sum_relu_8_a64},
  };
  const bnnmk_value_round *first = &block->rounds[0], *second = &block->rounds[1];
  if (block->round_count < 1 || block->round_count > 2 || !has_no_maximum(first)) {
    return 0;
  }
  if (block->round_count == 2 && !has_no_maximum(second)) {
    return 0;
  }
  const uint32_t second_parts = block->round_count == 2 ? second->parts : 0;
  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
    if (programs[i].first == first->parts && programs[i].second == second_parts) {
      return width == 7 ? programs[i].of_seven : programs[i].of_eight;
    }
  }
  return 0;
}

void bnnmk_finish_by_assembly(bnnmk_finish_tiles *finish, const bnnmk_plain_values *plan, uint16_t half, size_t pixel,
                              uint32_t tile_count, const uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
  static const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const bnnmk_plain_steps *steps = &plan->block;
  const bnnmk_value_round *first = &steps->rounds[0], *last = &steps->rounds[steps->round_count - 1];
  // What is not wanted is written to one place, over and over.
  float unwanted_values[BNNMK_CHANNEL_BLOCK];
  uint8_t unwanted_decisions;
  bnnmk_finished_tiles tiles = {
      .counts = counts,
      .values = unwanted_values,
      .operand = last->operand + pixel * last->operand_stride,
      .decisions = &unwanted_decisions,
      .operand_step = last->operand_stride * sizeof(float),
      .half_scale = plan->half_scale,
      .bias = plan->bias,
      .points = plan->bias,  // any numbers
      .shift = first->shift,
      .factors = first->parts & 1 << BNNMK_RECTIFY_GENTLY ? first->slopes : first->factors,
      .second_shift = first->second_shift,
      .places = places,
      .tile_count = tile_count,
  };
  if (steps->values) {
    tiles.values = steps->values + pixel * steps->channels;
    tiles.value_step = steps->channels * sizeof(float);
  }
  if (steps->decisions) {
    tiles.decision_step = steps->decision_words * sizeof(uint64_t);
    tiles.decisions = steps->decision_bytes + pixel * tiles.decision_step;
    tiles.points = steps->points;
  }
  vst1q_u16(tiles.half, vdupq_n_u16(half));
  vst1q_f32(tiles.minimum, vdupq_n_f32(first->minimum));
  vst1q_f32(tiles.last_minimum, vdupq_n_f32(last->minimum));
  finish(&tiles);
}

#endif

// ISO C wants a declaration in every file.
typedef int bnnmk_nothing_else_here;

// Straight code for the epilogues that layers of binary networks mostly have: nothing is decided between the counts of a
// tile and what is stored of it, and pointers step on as they load and store.
#if defined(__aarch64__)

#include "finish_usual_neon.h"

#include "neon_decisions.h"
#include "value_steps_neon.h"

// Decisions of a tile, a byte each, which are stored `stride` apart. Gives the address behind.
BNNMK_INLINE uint8_t *decide(const float32x4_t x[], const float *points, uint8_t *output, size_t stride,
                             const int count) {
  const float32x4_t low = vld1q_f32(points), high = vld1q_f32(points + 4);
  uint16x8_t plus[TILE];
  BNNMK_UNROLL
  for (int p = 0; p < TILE; p++) {
    plus[p] = p < count ? is_behind(x + 2 * p, low, high) : plus[count - 1];
  }
  return bnnmk_store_next_bytes(bnnmk_join_decisions(plus), output, stride, count);
}

// `first` and `second` are the parts of the rounds, the second one 0 where there is but one; `count` is the tile's width: all
// constants in every call.
BNNMK_INLINE void finish_usual(const bnnmk_plain_values *plan, uint16x8_t half, size_t pixel, uint32_t tile_count,
                               const uint16_t counts[][BNNMK_CHANNEL_BLOCK], const uint32_t first,
                               const uint32_t second, const int count) {
  const bnnmk_plain_steps *steps = &plan->block;
  const bnnmk_value_round first_round = steps->rounds[0], second_round = steps->rounds[second != 0];
  const float *operand = bnnmk_first_operand(second != 0 ? &second_round : &first_round, pixel);
  const float *points = steps->points;
  float *values = steps->values + pixel * steps->channels;
  const size_t step = steps->channels, byte_step = steps->decision_words * sizeof(uint64_t);
  uint8_t *bytes = steps->decision_bytes + pixel * byte_step;
  do {
    float32x4_t x[2 * TILE];
    scale_counts(plan, half, counts, x, count);
    counts += count;
    if (second != 0) {
      apply_parts(&first_round, first, 0, x, count);
    }
    operand = apply_parts(&second_round, second != 0 ? second : first, operand, x, count);
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      const float32x4x2_t both = {{x[2 * p], x[2 * p + 1]}};
      vst1q_f32_x2(values, both);
      values += step;
    }
    bytes = decide(x, points, bytes, byte_step, count);
  } while (--tile_count > 0);
}

#define FINISH_USUAL(name, first, second, count)                                                      \
  static BNNMK_TUNED("cortex-a72") __attribute__((noinline)) void name##_##count(                     \
      const bnnmk_plain_values *plan, uint16x8_t half, size_t row, size_t pixel, uint32_t tile_count, \
      const uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {                                                 \
    (void)row;                                                                                        \
    finish_usual(plan, half, pixel, tile_count, counts, first, second, count);                        \
  }
FINISH_USUAL(sum, SUM, 0, 7)
FINISH_USUAL(sum, SUM, 0, 8)
FINISH_USUAL(sum_rprelu, SUM_RPRELU, 0, 7)
FINISH_USUAL(sum_rprelu, SUM_RPRELU, 0, 8)
FINISH_USUAL(relu_sum, RELU_NORMALIZED, SUM, 7)
FINISH_USUAL(relu_sum, RELU_NORMALIZED, SUM, 8)

bnnmk_usual_finish bnnmk_find_usual_finish(const bnnmk_plain_steps *block) {
  const bnnmk_usual_finish none = {0, 0};
  if (!block->values || block->row_sums || !block->decisions || !block->decision_bytes || block->switch_count != 1) {
    return none;
  }
  const uint32_t first = block->round_count > 0 ? block->rounds[0].parts : 0;
  if (block->round_count == 1 && first == SUM) {
    return (bnnmk_usual_finish){sum_7, sum_8};
  }
  if (block->round_count == 1 && first == SUM_RPRELU) {
    return (bnnmk_usual_finish){sum_rprelu_7, sum_rprelu_8};
  }
  if (block->round_count == 2 && first == RELU_NORMALIZED && block->rounds[1].parts == SUM) {
    return (bnnmk_usual_finish){relu_sum_7, relu_sum_8};
  }
  return none;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

// Epilogues that layers of binary networks mostly have, in assembly, on 64-bit ARM: finish_values_a64.S, which
// Runtime/KernelGenerator writes. Each stores values and, or, one byte of decisions a pixel; what they compute is what
// finish_values_neon.c does.
#ifndef BNNM_FINISH_VALUES_A64_H
#define BNNM_FINISH_VALUES_A64_H

#include "columns_a64.h"
#include "plain_values_neon.h"

#if defined(BNNMK_HAS_A64_ASSEMBLY)

// Tiles of seven, or of eight pixels, one behind the other. The assembly knows these offsets.
typedef struct bnnmk_finished_tiles {
  const uint16_t (*counts)[BNNMK_CHANNEL_BLOCK];
  float *values;
  const float *operand;
  uint8_t *decisions;
  size_t value_step, operand_step, decision_step;  // bytes from pixel to pixel
  const float *half_scale, *bias, *points, *shift, *factors, *second_shift;  // factors: slopes, where values are rectified
  const uint8_t *places;                                                     // [16]: the bit of a channel, twice
  uint32_t tile_count;                                                       // at least 1
  uint16_t half[BNNMK_CHANNEL_BLOCK] __attribute__((aligned(16)));           // acc = 2 * (half - count)
  float minimum[4], last_minimum[4];                                         // of the first round, and of the last
} bnnmk_finished_tiles;
_Static_assert(offsetof(bnnmk_finished_tiles, tile_count) == 112 && offsetof(bnnmk_finished_tiles, last_minimum) == 160,
               "finish_values.py has these numbers");

typedef void bnnmk_finish_tiles(bnnmk_finished_tiles *tiles);
bnnmk_finish_tiles bnnmk_finish_sum_7_a64, bnnmk_finish_sum_8_a64, bnnmk_finish_sum_rprelu_7_a64,
    bnnmk_finish_sum_rprelu_8_a64, bnnmk_finish_normalized_sum_7_a64, bnnmk_finish_normalized_sum_8_a64,
    bnnmk_finish_relu_sum_7_a64, bnnmk_finish_relu_sum_8_a64, bnnmk_finish_relu_sum_relu_7_a64,
    bnnmk_finish_relu_sum_relu_8_a64;

// What finishes a block's tiles of so many pixels; NULL where its epilogue is another one, or tiles have another width.
bnnmk_finish_tiles *bnnmk_find_finish_a64(const bnnmk_plain_steps *block, uint32_t width);

// Runs it for `tile_count` tiles from `pixel` on.
void bnnmk_finish_by_assembly(bnnmk_finish_tiles *finish, const bnnmk_plain_values *plan, uint16_t half, size_t pixel,
                              uint32_t tile_count, const uint16_t counts[][BNNMK_CHANNEL_BLOCK]);

#endif

#endif

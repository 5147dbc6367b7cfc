// Epilogues that layers of binary networks mostly have, in assembly, on 64-bit ARM: finish_values_a64.S, which
// Runtime/KernelGenerator writes. Each takes counts of a binary convolution, or floats of another layer, and stores
// values and, or, one byte of decisions a pixel; what they compute is what finish_values_neon.c does.
#ifndef BNNM_FINISH_VALUES_A64_H
#define BNNM_FINISH_VALUES_A64_H

#include "columns_arm.h"
#include "plain_values_neon.h"

#if defined(BNNMK_HAS_A64_ASSEMBLY)

#include <arm_neon.h>

// Pixels of the largest tile.
enum { BNNMK_FINISHED_PIXELS = 8 };

// Tiles of seven, or of eight pixels, one behind the other. The assembly knows these offsets.
typedef struct bnnmk_finished_tiles {
  const void *input;  // counts, or floats
  float *values;
  const float *operand;
  uint8_t *decisions;
  size_t value_step, operand_step, decision_step;  // bytes from pixel to pixel
  const float *half_scale, *bias, *points, *shift, *factors,
      *second_shift;                                                // factors: slopes, where values are rectified
  uint32_t tile_count;                                              // at least 1
  size_t input_step;                                                // bytes from pixel to pixel of floats
  uint16_t half[BNNMK_CHANNEL_BLOCK] __attribute__((aligned(16)));  // acc = 2 * (half - count)
  uint32_t places[4];                                               // the bits of channels i and i + 4, four times
  float minimum[4], last_minimum[4];                                // of the first round, and of the last
} bnnmk_finished_tiles;
_Static_assert(offsetof(bnnmk_finished_tiles, tile_count) == 104 && offsetof(bnnmk_finished_tiles, last_minimum) == 176,
               "finish_values.py has these numbers");

typedef void bnnmk_finish_tiles(bnnmk_finished_tiles *tiles);
bnnmk_finish_tiles bnnmk_finish_sum_7_a64, bnnmk_finish_sum_8_a64, bnnmk_finish_sum_rprelu_7_a64,
    bnnmk_finish_sum_rprelu_8_a64, bnnmk_finish_normalized_sum_7_a64, bnnmk_finish_normalized_sum_8_a64,
    bnnmk_finish_relu_sum_7_a64, bnnmk_finish_relu_sum_8_a64, bnnmk_finish_relu_sum_relu_7_a64,
    bnnmk_finish_relu_sum_relu_8_a64, bnnmk_finish_normalized_floats_8_a64, bnnmk_finish_normalized_relu_floats_8_a64;

// An epilogue by assembly, and what its tiles have in common.
typedef struct bnnmk_finish_a64 {
  const bnnmk_plain_steps *steps;           // of the whole output pixel
  const bnnmk_value_round *last;            // their last round
  uint32_t first_parts, second_parts;       // of the block's rounds
  bnnmk_finish_tiles *of_seven, *of_eight;  // what does these, or NULL
  bnnmk_finished_tiles tiles;               // all but pixels and the counts' half
  // The image's first pixel of the block. What is not wanted is written to one place, over and over.
  float *values;
  const float *operand;
  uint8_t *decisions;
  float unwanted_values[BNNMK_CHANNEL_BLOCK];
  uint8_t unwanted_decisions;
} bnnmk_finish_a64;

// What all blocks have in common: counts times `scale`, plus `bias`, which stand where the block's do; floats where
// these are NULL.
int bnnmk_begin_finish_a64(const bnnmk_plain_steps *steps, const float *scale, const float *bias,
                           bnnmk_finish_a64 *finish);

// Finds what does these parts, if anything does.
void bnnmk_find_program_a64(uint32_t first, uint32_t second, bnnmk_finish_a64 *finish);

// The assembly for eight channels from `channel` on. 1 where there is some.
BNNMK_INLINE int bnnmk_choose_finish_a64(uint32_t channel, const bnnmk_block_parts *parts, bnnmk_finish_a64 *finish) {
  const bnnmk_plain_steps *steps = finish->steps;
  if (steps->decisions && channel % 8 != 0) {
    return 0;
  }
  const uint32_t first_parts = parts->of_round[0], second_parts = parts->of_round[1];
  // Mostly those of the block before.
  if (first_parts != finish->first_parts || second_parts != finish->second_parts) {
    bnnmk_find_program_a64(first_parts, second_parts, finish);
  }
  if (!finish->of_eight) {
    return 0;
  }
  bnnmk_finished_tiles *tiles = &finish->tiles;
  if (steps->values) {
    finish->values = steps->values + channel;
  }
  if (steps->decisions) {
    finish->decisions = (uint8_t *)steps->decisions + channel / 8;
    tiles->points = steps->points + channel;
  }
  if (finish->last->parts & 1 << BNNMK_ADD_OPERAND) {
    finish->operand = finish->last->operand + channel;
  }
  const bnnmk_value_round *first = steps->rounds;
  if (first_parts & 1 << BNNMK_ADD_SHIFT) {
    tiles->shift = first->shift + channel;
  }
  if (first_parts & 1 << BNNMK_ADD_SECOND_SHIFT) {
    tiles->second_shift = first->second_shift + channel;
    tiles->factors = (first_parts & 1 << BNNMK_SCALE_VALUES ? first->factors : first->slopes) + channel;
  }
  return 1;
}

// `tile_count` tiles from `pixel` on.
BNNMK_INLINE void bnnmk_set_pixels_a64(bnnmk_finish_a64 *finish, size_t pixel, uint32_t tile_count, const void *input) {
  bnnmk_finished_tiles *tiles = &finish->tiles;
  tiles->input = input;
  tiles->values = (float *)((char *)finish->values + pixel * tiles->value_step);
  tiles->operand = (const float *)((const char *)finish->operand + pixel * tiles->operand_step);
  tiles->decisions = finish->decisions + pixel * tiles->decision_step;
  tiles->tile_count = tile_count;
}

// Runs it for tiles of seven or eight pixels, of floats always eight.
BNNMK_INLINE void bnnmk_finish_counts_a64(bnnmk_finish_a64 *finish, uint32_t width, uint16_t half, size_t pixel,
                                          uint32_t tile_count, const uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
  bnnmk_set_pixels_a64(finish, pixel, tile_count, counts);
  vst1q_u16(finish->tiles.half, vdupq_n_u16(half));
  (width == 7 ? finish->of_seven : finish->of_eight)(&finish->tiles);
}

BNNMK_INLINE void bnnmk_finish_floats_a64(bnnmk_finish_a64 *finish, size_t pixel, uint32_t tile_count,
                                          const float *input, size_t input_stride) {
  bnnmk_set_pixels_a64(finish, pixel, tile_count, input);
  finish->tiles.input_step = input_stride * sizeof(float);
  finish->of_eight(&finish->tiles);
}

#endif

#endif

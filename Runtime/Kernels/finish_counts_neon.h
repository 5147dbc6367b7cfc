// The output transform of binary convolution for NEON: counts of differing bits become what the convolution stores.
#ifndef BNNM_FINISH_COUNTS_NEON_H
#define BNNM_FINISH_COUNTS_NEON_H

#include "binary_conv2d_tile.h"

// Counts of neighbouring pixels of one row and one block of channels: acc = all - 2 * count, |acc| <= 32767.
typedef struct bnnmk_counted_run {
  size_t row, pixel;  // of the first one
  uint32_t pixel_count, block;
  int32_t all;
  const uint16_t (*counts)[BNNMK_CHANNEL_BLOCK];  // those of a multiple of eight pixels can be read
} bnnmk_counted_run;

typedef void bnnmk_finish_counts(const bnnmk_binary_conv2d *conv, const bnnmk_counted_run *run);

// The fastest function that stores such runs of `block`.
bnnmk_finish_counts *bnnmk_choose_finish_neon(const bnnmk_binary_conv2d *conv, uint32_t block);

// Values through the epilogue in registers: whole blocks where bnnmk_has_plain_values holds.
bnnmk_finish_counts bnnmk_finish_plain_values_neon;
int bnnmk_has_plain_values(const bnnmk_binary_conv2d *conv, uint32_t block);

// bnnmk_decide.
uint32_t bnnmk_decide_neon(const int32_t accumulators[BNNMK_CHANNEL_BLOCK], const int32_t *points,
                           uint32_t switch_count, size_t point_stride);

#endif

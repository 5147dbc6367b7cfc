// The output transform of binary convolution for NEON: counts of differing bits become what the convolution stores.
#ifndef BNNM_FINISH_COUNTS_NEON_H
#define BNNM_FINISH_COUNTS_NEON_H

#include "binary_conv2d_tile.h"
#include "finish_values_a64.h"

// Counts of neighbouring pixels of one row and one block of channels: acc = all - 2 * count, |acc| <= 32767.
typedef struct bnnmk_counted_run {
  size_t row, pixel;  // of the first one
  uint32_t pixel_count, block;
  int32_t all;
  const uint16_t (*counts)[BNNMK_CHANNEL_BLOCK];  // those of a multiple of eight pixels can be read
} bnnmk_counted_run;

// How runs of a block are stored.
typedef struct bnnmk_block_finish bnnmk_block_finish;
typedef void bnnmk_finish_counts(const bnnmk_binary_conv2d *conv, bnnmk_block_finish *finish,
                                 const bnnmk_counted_run *run);
struct bnnmk_block_finish {
  bnnmk_finish_counts *finish;
  int has_values;        // where steps are those of plain values
  int may_use_assembly;  // where there is some; before bnnmk_prepare_finish_neon, whether it is wanted
  bnnmk_plain_values values;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  bnnmk_finish_a64 by_assembly;
#endif
};

// What all blocks of the convolution have in common.
void bnnmk_prepare_finish_neon(const bnnmk_binary_conv2d *conv, bnnmk_block_finish *finish);

// The fastest way for `block`.
void bnnmk_choose_finish_neon(const bnnmk_binary_conv2d *conv, uint32_t block, bnnmk_block_finish *finish);

// Values in registers through to what is stored.
bnnmk_finish_counts bnnmk_finish_plain_values_neon;

// By tiles of accumulators and the transform that all levels share: everything.
bnnmk_finish_counts bnnmk_finish_by_tiles_neon;

// bnnmk_decide.
uint32_t bnnmk_decide_neon(const int32_t accumulators[BNNMK_CHANNEL_BLOCK], const int32_t *points,
                           uint32_t switch_count, size_t point_stride);

#endif

// Binary convolution: what an instruction set gives (inner loops, and what becomes of the differences counted) and the
// outer loops over them, which binary_conv2d_loops.c has once for all.
#ifndef BNNM_BINARY_CONV2D_H
#define BNNM_BINARY_CONV2D_H

#include "binary_conv2d_tile.h"
#include "count_differences.h"

// A bnnmk_count_differences of the bits that `mask`, beside the input, has: counts[p][m] += popcount(mask & (x ^ w));
// and ones[p] += popcount(mask), what the channels have in common.
typedef void bnnmk_count_masked_differences(const uint64_t *input, const uint64_t *mask, size_t pixel_step,
                                            uint32_t pixel_count, const uint64_t *weights, const bnnmk_tap_box *box,
                                            uint32_t counts[][BNNMK_CHANNEL_BLOCK], uint32_t ones[]);

// Plain C, for levels without one of their own.
bnnmk_count_masked_differences bnnmk_count_masked_generic;

// The parts of an instruction set.
typedef struct bnnmk_binary_conv2d_parts {
  uint32_t pixel_block;  // pixels of a tile: those that share the loads of weights
  bnnmk_count_differences *count_differences;
  bnnmk_count_masked_differences *count_masked_differences;
  bnnmk_finish_tile *finish_tile;
} bnnmk_binary_conv2d_parts;

// The whole kernel: output rows begin..<end.
void bnnmk_binary_conv2d_by_parts(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                  const bnnmk_binary_conv2d_parts *parts);

#endif

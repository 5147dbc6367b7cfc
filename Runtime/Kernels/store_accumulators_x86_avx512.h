// Accumulators of binary convolution for AVX-512, sixteen or 32 channels of some pixels, to what the layer's output is.
#ifndef BNNM_STORE_ACCUMULATORS_X86_AVX512_H
#define BNNM_STORE_ACCUMULATORS_X86_AVX512_H

#include "bnnm_kernels.h"

enum {
  BNNMK_WIDE_CHANNELS = 16,
  BNNMK_MOST_STORED_PIXELS = 14,  // at once
};

// Where accumulators stand in the output: neighbouring pixels of one row.
typedef struct bnnmk_accumulator_place {
  size_t row, pixel;
  uint32_t pixel_count, channel, channel_count;  // `channel` of the group
} bnnmk_accumulator_place;

// Of up to sixteen channels, `stride` numbers from pixel to pixel.
void bnnmk_store_accumulators(const bnnmk_binary_conv2d *conv, const bnnmk_accumulator_place *place,
                              const int32_t *accumulators, size_t stride);

// Of 32 channels, through the epilogue in registers. Fused multiply-adds in float32 must scale all of them exactly.
void bnnmk_finish_accumulators(const bnnmk_binary_conv2d *conv, const bnnmk_accumulator_place *place,
                               const int32_t *accumulators, size_t stride);

// Whether fused multiply-adds in float32 give all channels' values, of half the accumulators and twice the scales too.
int bnnmk_wide_scales_are_exact(const bnnmk_binary_conv2d *conv);

#endif

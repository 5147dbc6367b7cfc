// Float convolution: what an instruction set's file gives, a tile of pixels and output channels, and the loops around
// it. Each sum is bias (or 0), then the taps' terms one after the other in the order of the weights (of up to three
// output channels on x86: eight such sums, added up): it does not depend on how the work is split.
#ifndef BNNM_CONV2D_H
#define BNNM_CONV2D_H

#include "separate_roundings.h"
#include "tap_box.h"

// Output channels that weights are interleaved by; BNNMF_FLOAT_BLOCK.
enum { BNNMK_FLOAT_BLOCK = 16 };

// What becomes of sums before they are clamped, from the first channel at hand on; each is NULL where it is not done.
typedef struct bnnmk_sum_steps {
  const float *scale, *shift, *slopes;
} bnnmk_sum_steps;

BNNMK_INLINE bnnmk_sum_steps bnnmk_steps_from(bnnmk_sum_steps steps, uint32_t channel) {
  return (bnnmk_sum_steps){steps.scale ? steps.scale + channel : 0, steps.shift ? steps.shift + channel : 0,
                           steps.slopes ? steps.slopes + channel : 0};
}

BNNMK_INLINE int bnnmk_has_steps(bnnmk_sum_steps steps) { return steps.scale || steps.shift || steps.slopes; }

typedef struct bnnmk_conv2d_tile {
  const float *input;  // the first pixel's first tap
  size_t pixel_step;   // floats from pixel to pixel
  uint32_t pixel_count;
  const bnnmk_tap_box *box;
  const float *weights;  // the box's first tap, the first channel
  const float *bias;     // the first channel; or NULL
  bnnmk_sum_steps steps;
  float *output;       // the first pixel and channel
  size_t output_step;  // floats from pixel to pixel
  uint32_t channel_count;
} bnnmk_conv2d_tile;

// Computes a tile, of at most as many pixels and channels as the loops were asked for.
typedef void bnnmk_convolve_tile(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile);

// The tiles of an instruction set: at most `channels` output channels, a multiple of BNNMK_FLOAT_BLOCK, of
// `wide_pixels` pixels as long as so many are left, then of 1...`pixels`, or of all that are left; of `few_channels`
// along lines of at most `few_pixels`, which are too few to have a register each for sums that do not wait for others.
enum { BNNMK_WHOLE_LINES = 0 };
typedef struct bnnmk_conv2d_tiles {
  uint32_t wide_pixels, pixels, channels, few_pixels, few_channels;
  bnnmk_convolve_tile *convolve;
} bnnmk_conv2d_tiles;

// The whole kernel: output rows begin..<end.
void bnnmk_conv2d_rows(const bnnmk_conv2d *conv, uint32_t begin, uint32_t end, const bnnmk_conv2d_tiles *tiles);

#if defined(__x86_64__) || defined(__i386__)
// Output rows begin..<end of a convolution to up to three channels; 0, and nothing is done, of others.
int bnnmk_convolve_few_x86_avx2(const bnnmk_conv2d *conv, uint32_t begin, uint32_t end);
#endif

#endif

// Tiles of float convolutions in assembly, on 64-bit ARM: convolve_floats_a64.S, which Runtime/KernelGenerator writes.
// What it computes is what conv2d_f32_neon.c does, the same chain of fused multiply-adds for each output.
#ifndef BNNM_CONVOLVE_FLOATS_A64_H
#define BNNM_CONVOLVE_FLOATS_A64_H

#include "columns_arm.h"
#include "tap_box.h"

#if defined(BNNMK_HAS_A64_ASSEMBLY)

// Pixels and output channels of a tile.
enum { BNNMK_CONVOLVED_PIXELS = 5, BNNMK_CONVOLVED_CHANNELS = 16 };

// Tiles one behind the other. The assembly knows these offsets.
typedef struct bnnmk_convolved_tiles {
  const float *input, *weights;  // the first pixel's first element, and its weights
  const float *bias;             // of the channels
  float *output;
  size_t pixel_step, output_step;               // bytes from pixel to pixel
  size_t input_run_jump, weights_run_jump;      // bytes from behind a run to the next one of its row
  size_t input_row_jump, weights_row_jump;      // and from behind a row's last run to the next row
  uint32_t row_count, run_count;                // at least 1
  uint32_t four_count, rest_count, tile_count;  // of a run: elements by fours, and the others; tiles, at least 1
} bnnmk_convolved_tiles;
_Static_assert(offsetof(bnnmk_convolved_tiles, input_run_jump) == 48 &&
                   offsetof(bnnmk_convolved_tiles, tile_count) == 96,
               "convolve_floats.py has these numbers");

// Of the box's taps; steps are floats.
BNNMK_INLINE bnnmk_convolved_tiles bnnmk_make_convolved_tiles(const bnnmk_tap_box *box, const float *input,
                                                              size_t pixel_step, const float *weights,
                                                              const float *bias, float *output, size_t output_step,
                                                              uint32_t tile_count) {
  const size_t runs = box->run_count - 1, length = box->run_length;
  const size_t weight_bytes = BNNMK_CONVOLVED_CHANNELS * sizeof(float);
  return (bnnmk_convolved_tiles){
      .input = input,
      .weights = weights,
      .bias = bias,
      .output = output,
      .pixel_step = pixel_step * sizeof(float),
      .output_step = output_step * sizeof(float),
      .input_run_jump = (box->input_run_step - length) * sizeof(float),
      .weights_run_jump = (box->weights_run_step - length) * weight_bytes,
      .input_row_jump = (box->input_row_step - runs * box->input_run_step - length) * sizeof(float),
      .weights_row_jump = (box->weights_row_step - runs * box->weights_run_step - length) * weight_bytes,
      .row_count = box->row_count,
      .run_count = box->run_count,
      .four_count = (uint32_t)(length / 4),
      .rest_count = (uint32_t)(length % 4),
      .tile_count = tile_count,
  };
}

void bnnmk_convolve_floats_a64(const bnnmk_convolved_tiles *tiles);

#endif

#endif

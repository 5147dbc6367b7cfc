// Float convolution in plain C: the tile, one pixel and sixteen output channels at a time.
#include "clamp_value.h"
#include "conv2d.h"
#include "kernel_declarations.h"

// `channel_count` (at most BNNMK_FLOAT_BLOCK) output channels of pixel p.
BNNMK_INLINE void convolve_pixel(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, uint32_t p,
                                 uint32_t channel_count) {
  const bnnmk_tap_box *box = tile->box;
  float sums[BNNMK_FLOAT_BLOCK];
  for (uint32_t m = 0; m < channel_count; m++) {
    sums[m] = tile->bias ? tile->bias[m] : 0.0f;
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = tile->input + p * tile->pixel_step + row * box->input_row_step + run * box->input_run_step;
      const float *w = tile->weights + (row * box->weights_row_step + run * box->weights_run_step) * conv->weight_step;
      for (size_t i = 0; i < box->run_length; i++, w += conv->weight_step) {
        for (uint32_t m = 0; m < channel_count; m++) {
          sums[m] += x[i] * w[m];
        }
      }
    }
  }
  float *output = tile->output + p * tile->output_step;
  for (uint32_t m = 0; m < channel_count; m++) {
    const bnnmk_sum_steps steps = tile->steps;
    const float scaled = steps.scale ? sums[m] * steps.scale[m] : sums[m];
    const float shifted = steps.shift ? scaled + steps.shift[m] : scaled;
    const float rectified = steps.slopes && shifted < 0 ? shifted * steps.slopes[m] : shifted;
    output[m] = bnnmk_clamp_value(rectified, conv->minimum, conv->maximum);
  }
}

static void convolve_tile(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile) {
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    if (tile->channel_count == BNNMK_FLOAT_BLOCK) {
      convolve_pixel(conv, tile, p, BNNMK_FLOAT_BLOCK);
    } else {
      convolve_pixel(conv, tile, p, tile->channel_count);
    }
  }
}

// A tile takes any number of pixels: it has no registers to fill.
static const bnnmk_conv2d_tiles tiles = {1024, 1024, BNNMK_FLOAT_BLOCK, 1, BNNMK_FLOAT_BLOCK, convolve_tile};

void bnnmk_conv2d_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_conv2d_rows(arguments, begin, end, &tiles);
}

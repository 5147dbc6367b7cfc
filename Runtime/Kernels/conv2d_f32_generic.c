// Float convolution in plain C: the inner loop, one pixel and sixteen output channels at a time.
#include "clamp_value.h"
#include "conv2d.h"
#include "kernel_declarations.h"

enum { CHANNEL_BLOCK = 16 };

// `channel_count` (at most CHANNEL_BLOCK) output channels of one pixel; all pointers stand on the first of them.
BNNMK_INLINE void convolve_channels(const bnnmk_conv2d *conv, const float *input, const float *weights,
                                    const float *bias, const bnnmk_tap_box *box, uint32_t channel_count,
                                    float *output) {
  const size_t step = conv->out_channels;
  float sums[CHANNEL_BLOCK];
  for (uint32_t m = 0; m < channel_count; m++) {
    sums[m] = bias ? bias[m] : 0.0f;
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = input + row * box->input_row_step + run * box->input_run_step;
      const float *w = weights + (row * box->weights_row_step + run * box->weights_run_step) * step;
      for (size_t i = 0; i < box->run_length; i++, w += step) {
        for (uint32_t m = 0; m < channel_count; m++) {
          sums[m] += x[i] * w[m];
        }
      }
    }
  }
  for (uint32_t m = 0; m < channel_count; m++) {
    output[m] = bnnmk_clamp_value(sums[m], conv->minimum, conv->maximum);
  }
}

static void convolve_pixels(const bnnmk_conv2d *conv, const float *input, size_t pixel_step, uint32_t pixel_count,
                            const float *weights, const bnnmk_tap_box *box, float *output) {
  for (uint32_t p = 0; p < pixel_count; p++) {
    const float *x = input + p * pixel_step;
    float *y = output + (size_t)p * conv->output_stride;
    for (uint32_t m = 0; m < conv->out_channels;) {
      const float *bias = conv->bias ? conv->bias + m : 0;
      const uint32_t left = conv->out_channels - m;
      if (left >= CHANNEL_BLOCK) {
        convolve_channels(conv, x, weights + m, bias, box, CHANNEL_BLOCK, y + m);
        m += CHANNEL_BLOCK;
      } else {
        convolve_channels(conv, x, weights + m, bias, box, left, y + m);
        m += left;
      }
    }
  }
}

void bnnmk_conv2d_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_conv2d *conv = arguments;
  bnnmk_conv2d_rows(conv, begin, end, convolve_pixels);
}

// Depthwise convolution in float32, written once: some neighbouring pixels times some channels at a time, whose sums
// are registers where the compiler has vectors of that width. Each output is bias (or 0), then the taps' products one
// after the other in the order of the weights, each rounded, each sum rounded: the same at every level.
#ifndef BNNM_DEPTHWISE_H
#define BNNM_DEPTHWISE_H

#include <stddef.h>

#include "clamp_value.h"
#include "lanes.h"
#include "separate_roundings.h"
#include "window_taps.h"

enum { BNNMK_DEPTHWISE_PIXELS = 4, BNNMK_DEPTHWISE_CHANNELS = 16 };

// `pixel_count` pixels from (y, x) on, whose taps are `rows` and `columns`, times `channel_count` channels from
// `channel` on; both are constants in the calls of fast levels.
BNNMK_INLINE void bnnmk_depthwise_tile(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x, bnnmk_tap_range rows,
                                       bnnmk_tap_range columns, const uint32_t pixel_count, uint32_t channel,
                                       const uint32_t channel_count) {
  const bnnmk_window *w = &conv->window;
  float sums[BNNMK_DEPTHWISE_PIXELS][BNNMK_DEPTHWISE_CHANNELS];
  BNNMK_REGISTERS
  for (uint32_t p = 0; p < pixel_count; p++) {
    BNNMK_LANES
    for (uint32_t c = 0; c < channel_count; c++) {
      sums[p][c] = conv->bias ? conv->bias[channel + c] : 0.0f;
    }
  }
  for (uint32_t row = rows.first; row < rows.last; row++) {
    const size_t in_y = (size_t)((int64_t)y * w->stride_h - w->pad_top + (int64_t)row * w->dilation_h);
    for (uint32_t column = columns.first; column < columns.last; column++) {
      const size_t in_x = (size_t)((int64_t)x * w->stride_w - w->pad_left + (int64_t)column * w->dilation_w);
      const float *input = conv->input + (in_y * w->in_w + in_x) * conv->channels + channel;
      const float *weights = conv->weights + ((size_t)row * w->kernel_w + column) * conv->channels + channel;
      BNNMK_REGISTERS
      for (uint32_t p = 0; p < pixel_count; p++) {
        const float *pixel = input + (size_t)p * w->stride_w * conv->channels;
        BNNMK_LANES
        for (uint32_t c = 0; c < channel_count; c++) {
          sums[p][c] += pixel[c] * weights[c];
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (uint32_t p = 0; p < pixel_count; p++) {
    float *output = conv->output + ((size_t)y * w->out_w + x + p) * conv->channels + channel;
    BNNMK_LANES
    for (uint32_t c = 0; c < channel_count; c++) {
      output[c] = bnnmk_clamp_value(sums[p][c], conv->minimum, conv->maximum);
    }
  }
}

// All channels of `pixel_count` pixels, a constant in every call.
BNNMK_INLINE void bnnmk_depthwise_pixels(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x,
                                         bnnmk_tap_range rows, bnnmk_tap_range columns, const uint32_t pixel_count) {
  uint32_t c = 0;
  for (; conv->channels - c >= BNNMK_DEPTHWISE_CHANNELS; c += BNNMK_DEPTHWISE_CHANNELS) {
    bnnmk_depthwise_tile(conv, y, x, rows, columns, pixel_count, c, BNNMK_DEPTHWISE_CHANNELS);
  }
  for (; conv->channels - c >= 4; c += 4) {
    bnnmk_depthwise_tile(conv, y, x, rows, columns, pixel_count, c, 4);
  }
  for (; c < conv->channels; c++) {
    bnnmk_depthwise_tile(conv, y, x, rows, columns, pixel_count, c, 1);
  }
}

// The whole kernel: output rows begin..<end.
BNNMK_INLINE void bnnmk_depthwise_rows(const bnnmk_depthwise_conv2d *conv, uint32_t begin, uint32_t end) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range interior = bnnmk_interior_columns(w), all = {0, w->kernel_w};
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    for (uint32_t x = 0; x < w->out_w;) {
      if (x >= interior.first && x + BNNMK_DEPTHWISE_PIXELS <= interior.last) {
        bnnmk_depthwise_pixels(conv, y, x, rows, all, BNNMK_DEPTHWISE_PIXELS);
        x += BNNMK_DEPTHWISE_PIXELS;
      } else if (x >= interior.first && x + 2 <= interior.last) {
        bnnmk_depthwise_pixels(conv, y, x, rows, all, 2);
        x += 2;
      } else {
        bnnmk_depthwise_pixels(conv, y, x, rows, bnnmk_column_taps(w, x), 1);
        x++;
      }
    }
  }
}

#endif

// Depthwise convolution in float32, written once: some neighbouring pixels times some channels at a time, whose sums
// are registers where the compiler has vectors of that width. Each output is bias (or 0), then the taps' products one
// after the other in the order of the weights, each rounded, each sum rounded: the same at every level.
#ifndef BNNM_DEPTHWISE_H
#define BNNM_DEPTHWISE_H

#include <stddef.h>

#include "float_vectors.h"

enum { BNNMK_DEPTHWISE_PIXELS = 4, BNNMK_DEPTHWISE_VECTORS = 64 / BNNMK_VECTOR_BYTES };

// `pixel_count` pixels from (y, x) on, whose taps are `rows` and `columns`, times `vector_count` vectors of channels
// from `channel` on, of which `lane_count` lanes exist. Constants in every call: pixel_count and vector_count, and
// lane_count of whole vectors.
BNNMK_INLINE void bnnmk_depthwise_tile(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x, bnnmk_tap_range rows,
                                       bnnmk_tap_range columns, const uint32_t pixel_count, uint32_t channel,
                                       const uint32_t vector_count, const uint32_t lane_count) {
  const bnnmk_window *w = &conv->window;
  const size_t pixel_step = (size_t)w->stride_w * conv->channels;
  bnnmk_floats sums[BNNMK_DEPTHWISE_PIXELS][BNNMK_DEPTHWISE_VECTORS];
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count; v++) {
    bnnmk_floats start = {0};
    if (conv->bias) {
      bnnmk_load_floats(&start, conv->bias + channel + v * BNNMK_LANE_COUNT, lane_count);
    }
    BNNMK_REGISTERS
    for (uint32_t p = 0; p < pixel_count; p++) {
      sums[p][v] = start;
    }
  }
  for (uint32_t row = rows.first; row < rows.last; row++) {
    const size_t in_y = (size_t)((int64_t)y * w->stride_h - w->pad_top + (int64_t)row * w->dilation_h);
    for (uint32_t column = columns.first; column < columns.last; column++) {
      const size_t in_x = (size_t)((int64_t)x * w->stride_w - w->pad_left + (int64_t)column * w->dilation_w);
      const float *input = conv->input + (in_y * w->in_w + in_x) * conv->channels + channel;
      const float *weights = conv->weights + ((size_t)row * w->kernel_w + column) * conv->channels + channel;
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        bnnmk_floats weight;
        bnnmk_load_floats(&weight, weights + v * BNNMK_LANE_COUNT, lane_count);
        BNNMK_REGISTERS
        for (uint32_t p = 0; p < pixel_count; p++) {
          bnnmk_floats value;
          bnnmk_load_floats(&value, input + p * pixel_step + v * BNNMK_LANE_COUNT, lane_count);
          sums[p][v] += value * weight;
        }
      }
    }
  }
  const bnnmk_floats minimum = conv->minimum - (bnnmk_floats){0}, maximum = conv->maximum - (bnnmk_floats){0};
  BNNMK_REGISTERS
  for (uint32_t p = 0; p < pixel_count; p++) {
    float *output = conv->output + ((size_t)y * w->out_w + x + p) * conv->channels + channel;
    BNNMK_REGISTERS
    for (uint32_t v = 0; v < vector_count; v++) {
      // NaN stays: it compares false.
      const bnnmk_choices is_below = sums[p][v] < minimum;
      bnnmk_choose_floats(&sums[p][v], &is_below, &minimum, &sums[p][v]);
      const bnnmk_choices is_above = sums[p][v] > maximum;
      bnnmk_choose_floats(&sums[p][v], &is_above, &maximum, &sums[p][v]);
      bnnmk_store_floats_of(output + v * BNNMK_LANE_COUNT, &sums[p][v], lane_count);
    }
  }
}

// All channels of `pixel_count` pixels, a constant in every call.
BNNMK_INLINE void bnnmk_depthwise_pixels(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x,
                                         bnnmk_tap_range rows, bnnmk_tap_range columns, const uint32_t pixel_count) {
  const uint32_t block = BNNMK_DEPTHWISE_VECTORS * BNNMK_LANE_COUNT;
  uint32_t c = 0;
  for (; conv->channels - c >= block; c += block) {
    bnnmk_depthwise_tile(conv, y, x, rows, columns, pixel_count, c, BNNMK_DEPTHWISE_VECTORS, BNNMK_LANE_COUNT);
  }
  for (; conv->channels - c >= BNNMK_LANE_COUNT; c += BNNMK_LANE_COUNT) {
    bnnmk_depthwise_tile(conv, y, x, rows, columns, pixel_count, c, 1, BNNMK_LANE_COUNT);
  }
  if (c < conv->channels) {
    bnnmk_depthwise_tile(conv, y, x, rows, columns, pixel_count, c, 1, conv->channels - c);
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

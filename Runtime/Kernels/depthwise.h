// Depthwise convolution in float32, written once: some neighbouring pixels times some channels at a time, whose sums
// are registers where the compiler has vectors of that width; of kernels three taps wide, pixels share columns. Each
// sum is bias (or 0), then the taps' products one after the other in the order of the weights, each rounded, each
// sum rounded: the same at every level.
#ifndef BNNM_DEPTHWISE_H
#define BNNM_DEPTHWISE_H

#include <math.h>
#include <stddef.h>

#include "float_vectors.h"

enum { BNNMK_DEPTHWISE_PIXELS = 4, BNNMK_DEPTHWISE_VECTORS = 64 / BNNMK_VECTOR_BYTES };

// Vectors of four pixels beside the weights of a row of three taps.
#if defined(__aarch64__)
enum { BNNMK_THREE_TAP_VECTORS = 2 };
#else
enum { BNNMK_THREE_TAP_VECTORS = 1 };
#endif

// Sums before the first tap: of `pixel_count` pixels times `vector_count` vectors of channels from `channel` on, of
// which `lane_count` lanes exist. Constants in every call: pixel_count and vector_count, and lane_count of whole
// vectors.
BNNMK_INLINE void bnnmk_start_depthwise(const bnnmk_depthwise_conv2d *conv, uint32_t channel,
                                        const uint32_t pixel_count, const uint32_t vector_count,
                                        const uint32_t lane_count, bnnmk_floats sums[][BNNMK_DEPTHWISE_VECTORS]) {
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
}

// Stores them, scaled, shifted and clamped.
BNNMK_INLINE void bnnmk_store_depthwise(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x, uint32_t channel,
                                        const uint32_t pixel_count, const uint32_t vector_count,
                                        const uint32_t lane_count, bnnmk_floats sums[][BNNMK_DEPTHWISE_VECTORS]) {
  const bnnmk_window *w = &conv->window;
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count && conv->scale; v++) {
    bnnmk_floats by;
    bnnmk_load_floats(&by, conv->scale + channel + v * BNNMK_LANE_COUNT, lane_count);
    BNNMK_REGISTERS
    for (uint32_t p = 0; p < pixel_count; p++) {
      sums[p][v] *= by;
    }
  }
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count && conv->shift; v++) {
    bnnmk_floats by;
    bnnmk_load_floats(&by, conv->shift + channel + v * BNNMK_LANE_COUNT, lane_count);
    BNNMK_REGISTERS
    for (uint32_t p = 0; p < pixel_count; p++) {
      sums[p][v] += by;
    }
  }
  const bnnmk_floats minimum = conv->minimum - (bnnmk_floats){0}, maximum = conv->maximum - (bnnmk_floats){0};
  if (conv->minimum > -INFINITY || conv->maximum < INFINITY) {
    BNNMK_REGISTERS
    for (uint32_t p = 0; p < pixel_count; p++) {
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        // NaN stays: it compares false.
        const bnnmk_choices is_below = sums[p][v] < minimum;
        bnnmk_choose_floats(&sums[p][v], &is_below, &minimum, &sums[p][v]);
        const bnnmk_choices is_above = sums[p][v] > maximum;
        bnnmk_choose_floats(&sums[p][v], &is_above, &maximum, &sums[p][v]);
      }
    }
  }
  float *output = conv->output + ((size_t)y * w->out_w + x) * conv->channels + channel;
  BNNMK_REGISTERS
  for (uint32_t p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (uint32_t v = 0; v < vector_count; v++) {
      bnnmk_store_floats_of(output + p * conv->channels + v * BNNMK_LANE_COUNT, &sums[p][v], lane_count);
    }
  }
}

// `pixel_count` pixels from (y, x) on, whose taps are `rows` and `columns`, times `vector_count` vectors of channels
// from `channel` on, of which `lane_count` lanes exist. Constants in every call: pixel_count and vector_count, and
// lane_count of whole vectors.
BNNMK_INLINE void bnnmk_depthwise_tile(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x, bnnmk_tap_range rows,
                                       bnnmk_tap_range columns, const uint32_t pixel_count, uint32_t channel,
                                       const uint32_t vector_count, const uint32_t lane_count) {
  const bnnmk_window *w = &conv->window;
  const size_t pixel_step = (size_t)w->stride_w * conv->channels;
  bnnmk_floats sums[BNNMK_DEPTHWISE_PIXELS][BNNMK_DEPTHWISE_VECTORS];
  bnnmk_start_depthwise(conv, channel, pixel_count, vector_count, lane_count, sums);
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
  bnnmk_store_depthwise(conv, y, x, channel, pixel_count, vector_count, lane_count, sums);
}

// The same of whole vectors and a kernel three taps wide without dilation, all of whose columns lie on the input: each
// column is loaded once for all pixels. The stride, 1 or 2, is a constant too.
BNNMK_INLINE void bnnmk_depthwise_three(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x,
                                        bnnmk_tap_range rows, const uint32_t stride, uint32_t channel,
                                        const uint32_t vector_count) {
  const bnnmk_window *w = &conv->window;
  const size_t step = conv->channels, row_step = (size_t)w->dilation_h * w->in_w * step;
  bnnmk_floats sums[BNNMK_DEPTHWISE_PIXELS][BNNMK_DEPTHWISE_VECTORS];
  bnnmk_start_depthwise(conv, channel, BNNMK_DEPTHWISE_PIXELS, vector_count, BNNMK_LANE_COUNT, sums);
  // Not on the input where there are no rows.
  const int64_t in_y = (int64_t)y * w->stride_h - w->pad_top + (int64_t)rows.first * w->dilation_h;
  const int64_t in_x = (int64_t)x * stride - w->pad_left;
  const float *input = conv->input + (in_y * w->in_w + in_x) * (int64_t)step + channel;
  const float *weights = conv->weights + (size_t)rows.first * 3 * step + channel;
  for (uint32_t row = rows.first; row < rows.last; row++, input += row_step, weights += 3 * step) {
    bnnmk_floats taps[3][BNNMK_THREE_TAP_VECTORS];
    BNNMK_REGISTERS
    for (uint32_t tap = 0; tap < 3; tap++) {
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        bnnmk_load_floats(&taps[tap][v], weights + tap * step + v * BNNMK_LANE_COUNT, BNNMK_LANE_COUNT);
      }
    }
    const float *column = input;
    BNNMK_REGISTERS
    for (uint32_t c = 0; c < (BNNMK_DEPTHWISE_PIXELS - 1) * stride + 3; c++, column += step) {
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        bnnmk_floats value;
        bnnmk_load_floats(&value, column + v * BNNMK_LANE_COUNT, BNNMK_LANE_COUNT);
        BNNMK_REGISTERS
        for (uint32_t p = 0; p < BNNMK_DEPTHWISE_PIXELS; p++) {
          if (c >= p * stride && c < p * stride + 3) {
            sums[p][v] += value * taps[c - p * stride][v];
          }
        }
      }
    }
  }
  bnnmk_store_depthwise(conv, y, x, channel, BNNMK_DEPTHWISE_PIXELS, vector_count, BNNMK_LANE_COUNT, sums);
}

// Channels from `channel` on of `pixel_count` pixels, a constant in every call.
BNNMK_INLINE void bnnmk_depthwise_pixels(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x,
                                         bnnmk_tap_range rows, bnnmk_tap_range columns, const uint32_t pixel_count,
                                         uint32_t channel) {
  const uint32_t block = BNNMK_DEPTHWISE_VECTORS * BNNMK_LANE_COUNT;
  uint32_t c = channel;
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

// Whole vectors of four pixels that share columns; gives the channels that are done.
BNNMK_INLINE uint32_t bnnmk_depthwise_threes(const bnnmk_depthwise_conv2d *conv, uint32_t y, uint32_t x,
                                             bnnmk_tap_range rows, const uint32_t stride) {
  const uint32_t block = BNNMK_THREE_TAP_VECTORS * BNNMK_LANE_COUNT;
  uint32_t c = 0;
  for (; conv->channels - c >= block; c += block) {
    bnnmk_depthwise_three(conv, y, x, rows, stride, c, BNNMK_THREE_TAP_VECTORS);
  }
  for (; BNNMK_THREE_TAP_VECTORS > 1 && conv->channels - c >= BNNMK_LANE_COUNT; c += BNNMK_LANE_COUNT) {
    bnnmk_depthwise_three(conv, y, x, rows, stride, c, 1);
  }
  return c;
}

// The whole kernel: output rows begin..<end.
BNNMK_INLINE void bnnmk_depthwise_rows(const bnnmk_depthwise_conv2d *arguments, uint32_t begin, uint32_t end) {
  // A copy, which no store can change.
  const bnnmk_depthwise_conv2d copy = *arguments, *const conv = &copy;
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range interior = bnnmk_interior_columns(w), all = {0, w->kernel_w};
  const int has_three = w->kernel_w == 3 && w->dilation_w == 1;
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    for (uint32_t x = 0; x < w->out_w;) {
      if (x >= interior.first && x + BNNMK_DEPTHWISE_PIXELS <= interior.last) {
        uint32_t done = 0;
        if (has_three && w->stride_w == 1) {
          done = bnnmk_depthwise_threes(conv, y, x, rows, 1);
        } else if (has_three && w->stride_w == 2) {
          done = bnnmk_depthwise_threes(conv, y, x, rows, 2);
        }
        bnnmk_depthwise_pixels(conv, y, x, rows, all, BNNMK_DEPTHWISE_PIXELS, done);
        x += BNNMK_DEPTHWISE_PIXELS;
      } else if (x >= interior.first && x + 2 <= interior.last) {
        bnnmk_depthwise_pixels(conv, y, x, rows, all, 2, 0);
        x += 2;
      } else {
        bnnmk_depthwise_pixels(conv, y, x, rows, bnnmk_column_taps(w, x), 1, 0);
        x++;
      }
    }
  }
}

#endif

// Maximum of float windows over the taps on the input, for some channels at a time. A NaN among them is the result.
#ifndef BNNM_MAX_POOL_H
#define BNNM_MAX_POOL_H

#include <math.h>
#include <stddef.h>

#include "lanes.h"
#include "window_taps.h"

enum { BNNMK_MAX_POOL_CHANNELS = 32 };

// `channel_count` channels, a constant in the calls for many, of the window whose taps stand at `input`.
BNNMK_INLINE void bnnmk_max_pixel(const bnnmk_pool *pool, const float *input, uint32_t row_count, uint32_t column_count,
                                  const uint32_t channel_count, float *output) {
  const bnnmk_window *w = &pool->window;
  float greatest[BNNMK_MAX_POOL_CHANNELS];
  BNNMK_LANES
  for (uint32_t c = 0; c < channel_count; c++) {
    greatest[c] = -INFINITY;
  }
  for (uint32_t row = 0; row < row_count; row++) {
    for (uint32_t column = 0; column < column_count; column++) {
      const float *x =
          input + ((size_t)row * w->dilation_h * w->in_w + (size_t)column * w->dilation_w) * pool->channels;
      BNNMK_LANES
      for (uint32_t c = 0; c < channel_count; c++) {
        const int is_greater = (x[c] > greatest[c]) | (x[c] != x[c]);
        greatest[c] = is_greater ? x[c] : greatest[c];
      }
    }
  }
  BNNMK_LANES
  for (uint32_t c = 0; c < channel_count; c++) {
    output[c] = greatest[c];
  }
}

// Output rows begin..<end.
BNNMK_INLINE void bnnmk_max_rows(const bnnmk_pool *pool, uint32_t begin, uint32_t end) {
  const bnnmk_window *w = &pool->window;
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    const size_t in_y = (size_t)((int64_t)y * w->stride_h - w->pad_top + (int64_t)rows.first * w->dilation_h);
    for (uint32_t x = 0; x < w->out_w; x++) {
      const bnnmk_tap_range columns = bnnmk_column_taps(w, x);
      const size_t in_x = (size_t)((int64_t)x * w->stride_w - w->pad_left + (int64_t)columns.first * w->dilation_w);
      const uint32_t row_count = rows.last - rows.first, column_count = columns.last - columns.first;
      const float *input = (const float *)pool->input + (in_y * w->in_w + in_x) * pool->channels;
      float *output = (float *)pool->output + ((size_t)y * w->out_w + x) * pool->channels;
      uint32_t c = 0;
      for (; pool->channels - c >= BNNMK_MAX_POOL_CHANNELS; c += BNNMK_MAX_POOL_CHANNELS) {
        bnnmk_max_pixel(pool, input + c, row_count, column_count, BNNMK_MAX_POOL_CHANNELS, output + c);
      }
      if (c < pool->channels) {
        bnnmk_max_pixel(pool, input + c, row_count, column_count, pool->channels - c, output + c);
      }
    }
  }
}

#endif

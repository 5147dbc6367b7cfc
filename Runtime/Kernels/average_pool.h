// Average of float windows: summed in float64 and rounded once after the division, for sixteen channels at a time.
#ifndef BNNM_AVERAGE_POOL_H
#define BNNM_AVERAGE_POOL_H

#include <stddef.h>

#include "lanes.h"
#include "window_taps.h"

enum { BNNMK_POOL_CHANNELS = 16 };

// Taps of one axis that count in the divisor.
BNNMK_INLINE uint32_t bnnmk_counted_taps(const bnnmk_pool *pool, bnnmk_tap_range on_input, uint32_t out,
                                         uint32_t stride, uint32_t dilation, uint32_t kernel, uint64_t padded_extent) {
  if (!pool->count_include_pad) {
    return on_input.last - on_input.first;
  }
  // Seen from the padded input, whose origin is that of the padding. A window may hang over its end (ceil_mode).
  return bnnmk_taps_on_input(out, stride, 0, dilation, kernel, padded_extent).last;
}

BNNMK_INLINE void bnnmk_average_pixel(const bnnmk_pool *pool, const float *input, bnnmk_tap_range rows,
                                      bnnmk_tap_range columns, double divisor, const uint32_t channel_count,
                                      float *output) {
  const bnnmk_window *w = &pool->window;
  double sums[BNNMK_POOL_CHANNELS] = {0};
  for (uint32_t row = 0; row < rows.last - rows.first; row++) {
    for (uint32_t column = 0; column < columns.last - columns.first; column++) {
      const float *x =
          input + ((size_t)row * w->dilation_h * w->in_w + (size_t)column * w->dilation_w) * pool->channels;
      BNNMK_LANES
      for (uint32_t c = 0; c < channel_count; c++) {
        sums[c] += x[c];
      }
    }
  }
  BNNMK_LANES
  for (uint32_t c = 0; c < channel_count; c++) {
    output[c] = (float)(sums[c] / divisor);
  }
}

BNNMK_INLINE void bnnmk_average_rows(const bnnmk_pool *pool, uint32_t begin, uint32_t end) {
  const bnnmk_window *w = &pool->window;
  const uint64_t padded_h = (uint64_t)w->in_h + w->pad_top + pool->pad_bottom;
  const uint64_t padded_w = (uint64_t)w->in_w + w->pad_left + pool->pad_right;
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    const double high = bnnmk_counted_taps(pool, rows, y, w->stride_h, w->dilation_h, w->kernel_h, padded_h);
    for (uint32_t x = 0; x < w->out_w; x++) {
      const bnnmk_tap_range columns = bnnmk_column_taps(w, x);
      const double wide = bnnmk_counted_taps(pool, columns, x, w->stride_w, w->dilation_w, w->kernel_w, padded_w);
      const size_t in_y = (size_t)((int64_t)y * w->stride_h - w->pad_top + (int64_t)rows.first * w->dilation_h);
      const size_t in_x = (size_t)((int64_t)x * w->stride_w - w->pad_left + (int64_t)columns.first * w->dilation_w);
      const float *input = (const float *)pool->input + (in_y * w->in_w + in_x) * pool->channels;
      float *output = (float *)pool->output + ((size_t)y * w->out_w + x) * pool->channels;
      for (uint32_t c = 0; c < pool->channels; c += BNNMK_POOL_CHANNELS) {
        const uint32_t left = pool->channels - c;
        if (left >= BNNMK_POOL_CHANNELS) {
          bnnmk_average_pixel(pool, input + c, rows, columns, high * wide, BNNMK_POOL_CHANNELS, output + c);
        } else {
          bnnmk_average_pixel(pool, input + c, rows, columns, high * wide, left, output + c);
        }
      }
    }
  }
}

#endif

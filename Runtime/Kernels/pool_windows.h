// The outer loops of pooling, written once: every tap on the input of every window. A kernel's file says what a pixel
// starts as, how a tap enters it, and how it ends.
#ifndef BNNM_POOL_WINDOWS_H
#define BNNM_POOL_WINDOWS_H

#include <stddef.h>

#include "window_taps.h"

// Pixels are given by number, row-major: input pixel in [in_h][in_w], output pixel in [out_h][out_w].
typedef void bnnmk_pool_start(const bnnmk_pool *pool, size_t output_pixel);
typedef void bnnmk_pool_tap(const bnnmk_pool *pool, size_t output_pixel, size_t input_pixel);

BNNMK_INLINE void bnnmk_pool_rows(const bnnmk_pool *pool, uint32_t begin, uint32_t end, bnnmk_pool_start *start,
                                  bnnmk_pool_tap *tap) {
  const bnnmk_window *w = &pool->window;
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    for (uint32_t x = 0; x < w->out_w; x++) {
      const bnnmk_tap_range columns = bnnmk_column_taps(w, x);
      const size_t output_pixel = (size_t)y * w->out_w + x;
      start(pool, output_pixel);
      for (uint32_t row = rows.first; row < rows.last; row++) {
        const size_t in_y = (size_t)((int64_t)y * w->stride_h - w->pad_top + (int64_t)row * w->dilation_h);
        for (uint32_t column = columns.first; column < columns.last; column++) {
          const size_t in_x = (size_t)((int64_t)x * w->stride_w - w->pad_left + (int64_t)column * w->dilation_w);
          tap(pool, output_pixel, in_y * w->in_w + in_x);
        }
      }
    }
  }
}

#endif

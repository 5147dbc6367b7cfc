// Maximum of float windows over the taps on the input, for some vectors of channels at a time. A NaN among them is the
// result.
#ifndef BNNM_MAX_POOL_H
#define BNNM_MAX_POOL_H

#include <math.h>
#include <stddef.h>

#include "float_vectors.h"

enum { BNNMK_MAX_POOL_VECTORS = 128 / BNNMK_VECTOR_BYTES };

// `vector_count` vectors of channels, of which `lane_count` lanes exist, of the window whose taps stand at `input`.
// Constants in every call: vector_count, and lane_count of whole vectors.
BNNMK_INLINE void bnnmk_max_pixel(const bnnmk_pool *pool, const float *input, uint32_t row_count, uint32_t column_count,
                                  const uint32_t vector_count, const uint32_t lane_count, float *output) {
  const bnnmk_window *w = &pool->window;
  bnnmk_floats greatest[BNNMK_MAX_POOL_VECTORS];
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count; v++) {
    greatest[v] = -INFINITY - (bnnmk_floats){0};
  }
  for (uint32_t row = 0; row < row_count; row++) {
    for (uint32_t column = 0; column < column_count; column++) {
      const float *x =
          input + ((size_t)row * w->dilation_h * w->in_w + (size_t)column * w->dilation_w) * pool->channels;
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        bnnmk_floats value;
        bnnmk_load_floats(&value, x + v * BNNMK_LANE_COUNT, lane_count);
        const bnnmk_choices is_taken = (value > greatest[v]) | (value != value);
        bnnmk_choose_floats(&greatest[v], &is_taken, &value, &greatest[v]);
      }
    }
  }
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count; v++) {
    bnnmk_store_floats_of(output + v * BNNMK_LANE_COUNT, &greatest[v], lane_count);
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
      const uint32_t block = BNNMK_MAX_POOL_VECTORS * BNNMK_LANE_COUNT;
      uint32_t c = 0;
      for (; pool->channels - c >= block; c += block) {
        bnnmk_max_pixel(pool, input + c, row_count, column_count, BNNMK_MAX_POOL_VECTORS, BNNMK_LANE_COUNT, output + c);
      }
      for (; pool->channels - c >= BNNMK_LANE_COUNT; c += BNNMK_LANE_COUNT) {
        bnnmk_max_pixel(pool, input + c, row_count, column_count, 1, BNNMK_LANE_COUNT, output + c);
      }
      if (c < pool->channels) {
        bnnmk_max_pixel(pool, input + c, row_count, column_count, 1, pool->channels - c, output + c);
      }
    }
  }
}

#endif

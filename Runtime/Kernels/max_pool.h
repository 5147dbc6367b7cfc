// Maximum of float windows over the taps on the input, for some vectors of channels at a time. A NaN among them is the
// result. Of kernels three taps wide, neighbouring pixels share the maxima of columns.
#ifndef BNNM_MAX_POOL_H
#define BNNM_MAX_POOL_H

#include <math.h>
#include <stddef.h>

#include "float_vectors.h"

// Vectors of a window, and of four columns that stay in registers.
#if defined(__aarch64__)
enum { BNNMK_MAX_POOL_VECTORS = 8, BNNMK_COLUMN_VECTORS = 4 };
#else
enum { BNNMK_MAX_POOL_VECTORS = 128 / BNNMK_VECTOR_BYTES, BNNMK_COLUMN_VECTORS = 2 };
#endif

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
        bnnmk_take_greater(&greatest[v], &value);
      }
    }
  }
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count; v++) {
    bnnmk_store_floats_of(output + v * BNNMK_LANE_COUNT, &greatest[v], lane_count);
  }
}

// The maxima of `column_count` neighbouring columns of `row_count` taps each, which is at least 1. Constants in every
// call: column_count and vector_count.
BNNMK_INLINE void bnnmk_max_columns(const float *input, size_t column_step, size_t row_step, uint32_t row_count,
                                    const uint32_t column_count, const uint32_t vector_count,
                                    bnnmk_floats columns[][BNNMK_COLUMN_VECTORS]) {
  BNNMK_REGISTERS
  for (uint32_t c = 0; c < column_count; c++) {
    BNNMK_REGISTERS
    for (uint32_t v = 0; v < vector_count; v++) {
      bnnmk_load_floats(&columns[c][v], input + c * column_step + v * BNNMK_LANE_COUNT, BNNMK_LANE_COUNT);
    }
  }
  for (; row_count > 1; row_count--) {
    input += row_step;
    BNNMK_REGISTERS
    for (uint32_t c = 0; c < column_count; c++) {
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        bnnmk_floats value;
        bnnmk_load_floats(&value, input + c * column_step + v * BNNMK_LANE_COUNT, BNNMK_LANE_COUNT);
        bnnmk_take_greater(&columns[c][v], &value);
      }
    }
  }
}

// The maximum of two columns; stores with it that of all three.
BNNMK_INLINE void bnnmk_store_greatest(const bnnmk_floats *pair, const bnnmk_floats *third, float *output) {
  bnnmk_floats greatest = *third;
  bnnmk_take_greater(&greatest, pair);
  bnnmk_store_floats_of(output, &greatest, BNNMK_LANE_COUNT);
}

// `pixel_count` neighbouring pixels of a kernel three taps wide without dilation, all of whose columns lie on the
// input; `input` is the first one's first tap. Constants in every call: the stride, 1 or 2, and vector_count.
BNNMK_INLINE void bnnmk_max_run(const bnnmk_pool *pool, const float *input, uint32_t row_count, uint32_t pixel_count,
                                const uint32_t stride, const uint32_t vector_count, float *output) {
  const size_t step = pool->channels, row_step = (size_t)pool->window.dilation_h * pool->window.in_w * pool->channels;
  bnnmk_floats columns[4][BNNMK_COLUMN_VECTORS];
  bnnmk_max_columns(input, step, row_step, row_count, stride == 1 ? 2 : 1, vector_count, columns);
  input += stride == 1 ? 2 * step : step;
  if (stride == 1) {
    for (; pixel_count >= 2; pixel_count -= 2, input += 2 * step, output += 2 * step) {
      bnnmk_max_columns(input, step, row_step, row_count, 2, vector_count, columns + 2);
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        bnnmk_floats inner = columns[1][v];
        bnnmk_take_greater(&inner, &columns[2][v]);
        bnnmk_store_greatest(&inner, &columns[0][v], output + v * BNNMK_LANE_COUNT);
        bnnmk_store_greatest(&inner, &columns[3][v], output + step + v * BNNMK_LANE_COUNT);
        columns[0][v] = columns[2][v];
        columns[1][v] = columns[3][v];
      }
    }
  }
  for (; pixel_count > 0; pixel_count--, input += 2 * step, output += step) {
    // With stride 1 it is the last one.
    bnnmk_max_columns(input, step, row_step, row_count, stride == 1 ? 1 : 2, vector_count,
                      columns + (stride == 1 ? 2 : 1));
    BNNMK_REGISTERS
    for (uint32_t v = 0; v < vector_count; v++) {
      bnnmk_floats pair = columns[1][v];
      bnnmk_take_greater(&pair, &columns[2][v]);
      bnnmk_store_greatest(&pair, &columns[0][v], output + v * BNNMK_LANE_COUNT);
      columns[0][v] = columns[2][v];
    }
  }
}

// Whether neighbouring pixels can share the maxima of columns.
BNNMK_INLINE int bnnmk_shares_columns(const bnnmk_window *w) {
  return w->kernel_w == 3 && w->dilation_w == 1 && (w->stride_w == 1 || w->stride_w == 2);
}

// Whole vectors of such pixels; gives the channels that are done.
BNNMK_INLINE uint32_t bnnmk_max_runs(const bnnmk_pool *pool, const float *input, uint32_t row_count,
                                     uint32_t pixel_count, const uint32_t stride, float *output) {
  const uint32_t block = BNNMK_COLUMN_VECTORS * BNNMK_LANE_COUNT;
  uint32_t c = 0;
  for (; pool->channels - c >= block; c += block) {
    bnnmk_max_run(pool, input + c, row_count, pixel_count, stride, BNNMK_COLUMN_VECTORS, output + c);
  }
  for (; pool->channels - c >= BNNMK_LANE_COUNT; c += BNNMK_LANE_COUNT) {
    bnnmk_max_run(pool, input + c, row_count, pixel_count, stride, 1, output + c);
  }
  return c;
}

// Channels from `channel` on of one pixel.
BNNMK_INLINE void bnnmk_max_channels(const bnnmk_pool *pool, const float *input, uint32_t row_count,
                                     uint32_t column_count, uint32_t channel, float *output) {
  const uint32_t block = BNNMK_MAX_POOL_VECTORS * BNNMK_LANE_COUNT;
  uint32_t c = channel;
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

// Output rows begin..<end.
BNNMK_INLINE void bnnmk_max_rows(const bnnmk_pool *arguments, uint32_t begin, uint32_t end) {
  // A copy, which no store can change.
  const bnnmk_pool copy = *arguments, *const pool = &copy;
  const bnnmk_window *w = &pool->window;
  const bnnmk_tap_range none = {0, 0}, shared = bnnmk_shares_columns(w) ? bnnmk_interior_columns(w) : none;
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    const uint32_t row_count = rows.last - rows.first;
    const size_t in_y = (size_t)((int64_t)y * w->stride_h - w->pad_top + (int64_t)rows.first * w->dilation_h);
    uint32_t done = 0;  // channels of the shared pixels
    for (uint32_t x = 0; x < w->out_w; x++) {
      const bnnmk_tap_range columns = bnnmk_column_taps(w, x);
      const size_t in_x = (size_t)((int64_t)x * w->stride_w - w->pad_left + (int64_t)columns.first * w->dilation_w);
      const float *input = (const float *)pool->input + (in_y * w->in_w + in_x) * pool->channels;
      float *output = (float *)pool->output + ((size_t)y * w->out_w + x) * pool->channels;
      if (shared.first < shared.last && x == shared.first && row_count > 0) {
        const uint32_t pixel_count = shared.last - shared.first;
        done = w->stride_w == 1 ? bnnmk_max_runs(pool, input, row_count, pixel_count, 1, output)
                                : bnnmk_max_runs(pool, input, row_count, pixel_count, 2, output);
        if (done == pool->channels) {
          x = shared.last - 1;
          continue;
        }
      }
      const uint32_t channel = x >= shared.first && x < shared.last ? done : 0;
      bnnmk_max_channels(pool, input, row_count, columns.last - columns.first, channel, output);
    }
  }
}

#endif

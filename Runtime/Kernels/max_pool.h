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

// One more tap of `column_count` neighbouring columns. Constants in every call: column_count and vector_count.
BNNMK_INLINE void bnnmk_max_taps(const float *input, size_t column_step, const uint32_t column_count,
                                 const uint32_t vector_count, bnnmk_floats columns[][BNNMK_COLUMN_VECTORS]) {
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

// The maxima of such columns of `row_count` taps each, which is at least 1, and a constant where it is 3.
BNNMK_INLINE void bnnmk_max_columns(const float *input, size_t column_step, size_t row_step, const uint32_t row_count,
                                    const uint32_t column_count, const uint32_t vector_count,
                                    bnnmk_floats columns[][BNNMK_COLUMN_VECTORS]) {
  BNNMK_REGISTERS
  for (uint32_t c = 0; c < column_count; c++) {
    BNNMK_REGISTERS
    for (uint32_t v = 0; v < vector_count; v++) {
      bnnmk_load_floats(&columns[c][v], input + c * column_step + v * BNNMK_LANE_COUNT, BNNMK_LANE_COUNT);
    }
  }
  if (row_count == 3) {
    bnnmk_max_taps(input + row_step, column_step, column_count, vector_count, columns);
    bnnmk_max_taps(input + 2 * row_step, column_step, column_count, vector_count, columns);
    return;
  }
  for (uint32_t row = 1; row < row_count; row++) {
    input += row_step;
    bnnmk_max_taps(input, column_step, column_count, vector_count, columns);
  }
}

// to[v] = max(a[v], b[v]).
BNNMK_INLINE void bnnmk_join_columns(const bnnmk_floats a[], const bnnmk_floats b[], const uint32_t vector_count,
                                     bnnmk_floats to[]) {
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count; v++) {
    to[v] = a[v];
    bnnmk_take_greater(&to[v], &b[v]);
  }
}

// The same, stored.
BNNMK_INLINE void bnnmk_store_greatest(const bnnmk_floats a[], const bnnmk_floats b[], const uint32_t vector_count,
                                       float *output) {
  bnnmk_floats greatest[BNNMK_COLUMN_VECTORS];
  bnnmk_join_columns(a, b, vector_count, greatest);
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count; v++) {
    bnnmk_store_floats_of(output + v * BNNMK_LANE_COUNT, &greatest[v], BNNMK_LANE_COUNT);
  }
}

// Neighbouring pixels of a kernel three taps wide without dilation, all of whose columns lie on the input.
typedef struct bnnmk_max_line {
  const float *input;  // the next column
  float *output;
  size_t step, row_step;  // floats from pixel to pixel, and from tap to tap of a column
} bnnmk_max_line;

// Two pixels of stride 1 behind the columns `last`; `next` are the two columns then.
BNNMK_INLINE void bnnmk_max_two(bnnmk_max_line *line, const uint32_t row_count, const uint32_t vector_count,
                                const bnnmk_floats last[][BNNMK_COLUMN_VECTORS],
                                bnnmk_floats next[][BNNMK_COLUMN_VECTORS]) {
  bnnmk_floats inner[BNNMK_COLUMN_VECTORS];
  bnnmk_max_columns(line->input, line->step, line->row_step, row_count, 2, vector_count, next);
  bnnmk_join_columns(last[1], next[0], vector_count, inner);
  bnnmk_store_greatest(inner, last[0], vector_count, line->output);
  bnnmk_store_greatest(inner, next[1], vector_count, line->output + line->step);
  line->input += 2 * line->step;
  line->output += 2 * line->step;
  BNNMK_COMPUTE_HERE("r", line->input);
  BNNMK_COMPUTE_HERE("r", line->output);
}

// Constants in every call: the stride, 1 or 2, and vector_count; row_count where it is 3.
BNNMK_INLINE void bnnmk_max_run(bnnmk_max_line line, const uint32_t row_count, uint32_t pixel_count,
                                const uint32_t stride, const uint32_t vector_count) {
  bnnmk_floats even[2][BNNMK_COLUMN_VECTORS], odd[2][BNNMK_COLUMN_VECTORS], pair[BNNMK_COLUMN_VECTORS];
  bnnmk_max_columns(line.input, line.step, line.row_step, row_count, stride == 1 ? 2 : 1, vector_count, even);
  line.input += stride == 1 ? 2 * line.step : line.step;
  if (stride == 2) {
    for (; pixel_count > 0; pixel_count--, line.input += 2 * line.step, line.output += line.step) {
      bnnmk_max_columns(line.input, line.step, line.row_step, row_count, 2, vector_count, odd);
      bnnmk_join_columns(even[0], odd[0], vector_count, pair);
      bnnmk_store_greatest(pair, odd[1], vector_count, line.output);
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        even[0][v] = odd[1][v];
      }
    }
    return;
  }
  for (; pixel_count >= 4; pixel_count -= 4) {
    bnnmk_max_two(&line, row_count, vector_count, even, odd);
    bnnmk_max_two(&line, row_count, vector_count, odd, even);
  }
  for (; pixel_count > 0; pixel_count--, line.input += line.step, line.output += line.step) {
    bnnmk_max_columns(line.input, line.step, line.row_step, row_count, 1, vector_count, odd);
    bnnmk_join_columns(even[0], even[1], vector_count, pair);
    bnnmk_store_greatest(pair, odd[0], vector_count, line.output);
    BNNMK_REGISTERS
    for (uint32_t v = 0; v < vector_count; v++) {
      even[0][v] = even[1][v];
      even[1][v] = odd[0][v];
    }
  }
}

// Whether neighbouring pixels can share the maxima of columns.
BNNMK_INLINE int bnnmk_shares_columns(const bnnmk_window *w) {
  return w->kernel_w == 3 && w->dilation_w == 1 && (w->stride_w == 1 || w->stride_w == 2);
}

// Whole vectors of such pixels from the first one's first tap on; gives the channels that are done.
BNNMK_INLINE uint32_t bnnmk_max_runs(const bnnmk_pool *pool, const float *input, const uint32_t row_count,
                                     uint32_t pixel_count, const uint32_t stride, float *output) {
  const uint32_t block = BNNMK_COLUMN_VECTORS * BNNMK_LANE_COUNT;
  bnnmk_max_line line = {input, output, pool->channels,
                         (size_t)pool->window.dilation_h * pool->window.in_w * pool->channels};
  uint32_t c = 0;
  for (; pool->channels - c >= block; c += block, line.input += block, line.output += block) {
    bnnmk_max_run(line, row_count, pixel_count, stride, BNNMK_COLUMN_VECTORS);
  }
  for (; pool->channels - c >= BNNMK_LANE_COUNT; c += BNNMK_LANE_COUNT) {
    bnnmk_max_run(line, row_count, pixel_count, stride, 1);
    line.input += BNNMK_LANE_COUNT;
    line.output += BNNMK_LANE_COUNT;
  }
  return c;
}

// The same of any such stride.
BNNMK_INLINE uint32_t bnnmk_max_interior(const bnnmk_pool *pool, const float *input, uint32_t row_count,
                                         uint32_t pixel_count, float *output) {
  if (pool->window.stride_w == 2) {
    return row_count == 3 ? bnnmk_max_runs(pool, input, 3, pixel_count, 2, output)
                          : bnnmk_max_runs(pool, input, row_count, pixel_count, 2, output);
  }
  return row_count == 3 ? bnnmk_max_runs(pool, input, 3, pixel_count, 1, output)
                        : bnnmk_max_runs(pool, input, row_count, pixel_count, 1, output);
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
        done = bnnmk_max_interior(pool, input, row_count, shared.last - shared.first, output);
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

// Average of float windows: summed in float64 and rounded once after the division, for some vectors of channels at a
// time.
#ifndef BNNM_AVERAGE_POOL_H
#define BNNM_AVERAGE_POOL_H

#include <stddef.h>

#include "float_vectors.h"

// Channels in a vector of float64, and of a window at a time.
enum { BNNMK_DOUBLE_COUNT = BNNMK_VECTOR_BYTES / sizeof(double), BNNMK_SUM_VECTORS = 4 };

typedef double bnnmk_doubles __attribute__((vector_size(BNNMK_VECTOR_BYTES)));
typedef float bnnmk_half_floats __attribute__((vector_size(BNNMK_VECTOR_BYTES / 2)));

// Taps of one axis that count in the divisor.
BNNMK_INLINE uint32_t bnnmk_counted_taps(const bnnmk_pool *pool, bnnmk_tap_range on_input, uint32_t out,
                                         uint32_t stride, uint32_t dilation, uint32_t kernel, uint64_t padded_extent) {
  if (!pool->count_include_pad) {
    return on_input.last - on_input.first;
  }
  // Seen from the padded input, whose origin is that of the padding. A window may hang over its end (ceil_mode).
  return bnnmk_taps_on_input(out, stride, 0, dilation, kernel, padded_extent).last;
}

// *sum += values.
BNNMK_INLINE void bnnmk_add_floats(bnnmk_doubles *sum, const bnnmk_half_floats *values) {
#if defined(BNNMK_INLINE_TARGET) && BNNMK_VECTOR_BYTES == 64
  *sum += (bnnmk_doubles)_mm512_cvtps_pd((__m256)*values);
#elif defined(BNNMK_INLINE_TARGET)
  // gcc would convert by halves.
  *sum += (bnnmk_doubles)_mm256_cvtps_pd((__m128)*values);
#else
  *sum += __builtin_convertvector(*values, bnnmk_doubles);
#endif
}

// What sums of a window are divided by; by a power of two they are multiplied by its inverse, which is exact.
typedef struct bnnmk_window_divisor {
  double number, inverse;
  int has_inverse;
} bnnmk_window_divisor;

BNNMK_INLINE bnnmk_window_divisor bnnmk_divisor_of(uint64_t count) {
  return (bnnmk_window_divisor){(double)count, 1.0 / (double)count, (count & (count - 1)) == 0};
}

// `vector_count` vectors of channels, of which `lane_count` lanes exist, of the window whose taps stand at `input`.
// Constants in every call: vector_count, and lane_count of whole vectors.
BNNMK_INLINE void bnnmk_average_pixel(const bnnmk_pool *pool, const float *input, bnnmk_tap_range rows,
                                      bnnmk_tap_range columns, bnnmk_window_divisor divisor,
                                      const uint32_t vector_count, const uint32_t lane_count, float *output) {
  const bnnmk_window *w = &pool->window;
  const size_t step = (size_t)w->dilation_w * pool->channels,
               row_step = (size_t)w->dilation_h * w->in_w * pool->channels;
  bnnmk_doubles sums[BNNMK_SUM_VECTORS] = {{0}};
  for (uint32_t row = rows.first; row < rows.last; row++, input += row_step) {
    const float *x = input;
    for (uint32_t column = columns.first; column < columns.last; column++, x += step) {
      BNNMK_REGISTERS
      for (uint32_t v = 0; v < vector_count; v++) {
        bnnmk_half_floats value;
        if (lane_count < BNNMK_DOUBLE_COUNT) {
          memset(&value, 0, sizeof value);
        }
        memcpy(&value, x + v * BNNMK_DOUBLE_COUNT, lane_count * sizeof(float));
        bnnmk_add_floats(&sums[v], &value);
      }
    }
  }
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < vector_count; v++) {
    const bnnmk_doubles exact = divisor.has_inverse ? sums[v] * divisor.inverse : sums[v] / divisor.number;
    const bnnmk_half_floats average = __builtin_convertvector(exact, bnnmk_half_floats);
    memcpy(output + v * BNNMK_DOUBLE_COUNT, &average, lane_count * sizeof(float));
  }
}

// Output rows begin..<end.
BNNMK_INLINE void bnnmk_average_rows(const bnnmk_pool *arguments, uint32_t begin, uint32_t end) {
  // A copy, which no store can change.
  const bnnmk_pool copy = *arguments, *const pool = &copy;
  const bnnmk_window *w = &pool->window;
  const uint64_t padded_h = (uint64_t)w->in_h + w->pad_top + pool->pad_bottom;
  const uint64_t padded_w = (uint64_t)w->in_w + w->pad_left + pool->pad_right;
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    const uint64_t high = bnnmk_counted_taps(pool, rows, y, w->stride_h, w->dilation_h, w->kernel_h, padded_h);
    for (uint32_t x = 0; x < w->out_w; x++) {
      const bnnmk_tap_range columns = bnnmk_column_taps(w, x);
      const uint64_t wide = bnnmk_counted_taps(pool, columns, x, w->stride_w, w->dilation_w, w->kernel_w, padded_w);
      const size_t in_y = (size_t)((int64_t)y * w->stride_h - w->pad_top + (int64_t)rows.first * w->dilation_h);
      const size_t in_x = (size_t)((int64_t)x * w->stride_w - w->pad_left + (int64_t)columns.first * w->dilation_w);
      const float *input = (const float *)pool->input + (in_y * w->in_w + in_x) * pool->channels;
      float *output = (float *)pool->output + ((size_t)y * w->out_w + x) * pool->channels;
      const bnnmk_window_divisor divisor = bnnmk_divisor_of(high * wide);
      const uint32_t block = BNNMK_SUM_VECTORS * BNNMK_DOUBLE_COUNT;
      uint32_t c = 0;
      for (; pool->channels - c >= block; c += block) {
        bnnmk_average_pixel(pool, input + c, rows, columns, divisor, BNNMK_SUM_VECTORS, BNNMK_DOUBLE_COUNT, output + c);
      }
      for (; pool->channels - c >= BNNMK_DOUBLE_COUNT; c += BNNMK_DOUBLE_COUNT) {
        bnnmk_average_pixel(pool, input + c, rows, columns, divisor, 1, BNNMK_DOUBLE_COUNT, output + c);
      }
      if (c < pool->channels) {
        bnnmk_average_pixel(pool, input + c, rows, columns, divisor, 1, pool->channels - c, output + c);
      }
    }
  }
}

#endif

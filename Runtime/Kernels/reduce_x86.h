// Sums, means and extremes of float32 on registers of AVX2, or of AVX-512 for sums: which one, BNNMK_VECTOR_BYTES and
// BNNMK_INLINE_TARGET of the including file say. Other reductions, and what is left over, by plain C. Sums take their
// elements in plain C's order, so that results are the same to the bit.
#ifndef BNNM_REDUCE_X86_H
#define BNNM_REDUCE_X86_H

#include <math.h>
#include <string.h>

#include "kernel_declarations.h"
#include "separate_roundings.h"
#include "transpose_eight_x86_avx2.h"
#include "window_taps.h"

// Numbered as bnnmf_reduction.
enum { BNNMK_REDUCE_SUM = 1, BNNMK_REDUCE_MEAN = 2, BNNMK_REDUCE_MAXIMUM = 3, BNNMK_REDUCE_MINIMUM = 4 };

enum { BNNMK_REDUCED_LANES = 8 };

// The greater or lesser of each two, the second one where one is NaN or both are 0. `function` is a constant in every
// call, here and below.
BNNMK_INLINE __m256 bnnmk_extreme(uint32_t function, __m256 x, __m256 y) {
  return function == BNNMK_REDUCE_MAXIMUM ? _mm256_max_ps(x, y) : _mm256_min_ps(x, y);
}

// Eight columns that are neighbours, whose elements are `inner` apart. What was there stays, but for a NaN that comes.
BNNMK_INLINE void bnnmk_extremes_of_columns(uint32_t function, const bnnmk_reduce *reduce, const float *x, float *to) {
  __m256 y = _mm256_set1_ps(function == BNNMK_REDUCE_MAXIMUM ? -INFINITY : INFINITY);
  for (uint32_t i = 0; i < reduce->extent; i++, x += reduce->inner) {
    const __m256 value = _mm256_loadu_ps(x);
    y = _mm256_blendv_ps(bnnmk_extreme(function, value, y), value, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
  }
  _mm256_storeu_ps(to, y);
}

// One column, a row in memory, in any order. 0: NaN, or a zero, whose sign the order decides.
BNNMK_INLINE int bnnmk_extreme_of_row(uint32_t function, const bnnmk_reduce *reduce, const float *x, float *to) {
  __m256 y = _mm256_set1_ps(*x), is_nan = _mm256_setzero_ps();
  uint32_t i = 0;
  for (; reduce->extent - i >= BNNMK_REDUCED_LANES; i += BNNMK_REDUCED_LANES) {
    const __m256 value = _mm256_loadu_ps(x + i);
    y = bnnmk_extreme(function, value, y);
    is_nan = _mm256_or_ps(is_nan, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
  }
  for (; i < reduce->extent; i++) {
    const __m256 value = _mm256_broadcast_ss(x + i);
    y = bnnmk_extreme(function, value, y);
    is_nan = _mm256_or_ps(is_nan, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
  }
  y = bnnmk_extreme(function, y, _mm256_permute2f128_ps(y, y, 1));
  y = bnnmk_extreme(function, y, _mm256_permute_ps(y, 0x4e));
  y = bnnmk_extreme(function, y, _mm256_permute_ps(y, 0xb1));
  *to = _mm256_cvtss_f32(y);
  return _mm256_movemask_ps(is_nan) == 0 && *to != 0.0f;
}

// The sums of eight columns so far, in float64.
#if BNNMK_VECTOR_BYTES == 64
typedef __m512d bnnmk_eight_sums;

BNNMK_INLINE void bnnmk_enter_sums(bnnmk_eight_sums *sums, __m256 x) {
  *sums = _mm512_add_pd(*sums, _mm512_cvtps_pd(x));
}

// Stores them divided by a number.
BNNMK_INLINE void bnnmk_store_sums(const bnnmk_eight_sums *sums, double by, float *to) {
  _mm256_storeu_ps(to, _mm512_cvtpd_ps(_mm512_div_pd(*sums, _mm512_set1_pd(by))));
}
#else
typedef struct bnnmk_eight_sums {
  __m256d low, high;
} bnnmk_eight_sums;

BNNMK_INLINE void bnnmk_enter_sums(bnnmk_eight_sums *sums, __m256 x) {
  sums->low = _mm256_add_pd(sums->low, _mm256_cvtps_pd(_mm256_castps256_ps128(x)));
  sums->high = _mm256_add_pd(sums->high, _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)));
}

// Stores them divided by a number.
BNNMK_INLINE void bnnmk_store_sums(const bnnmk_eight_sums *sums, double by, float *to) {
  _mm_storeu_ps(to, _mm256_cvtpd_ps(_mm256_div_pd(sums->low, _mm256_set1_pd(by))));
  _mm_storeu_ps(to + 4, _mm256_cvtpd_ps(_mm256_div_pd(sums->high, _mm256_set1_pd(by))));
}
#endif

// What sums are divided by.
BNNMK_INLINE double bnnmk_sum_divisor(const bnnmk_reduce *reduce) {
  return reduce->function == BNNMK_REDUCE_MEAN ? reduce->extent : 1.0;
}

// Eight columns that are neighbours.
BNNMK_INLINE void bnnmk_sums_of_columns(const bnnmk_reduce *reduce, const float *x, float *to) {
  bnnmk_eight_sums sums;
  memset(&sums, 0, sizeof sums);
  for (uint32_t i = 0; i < reduce->extent; i++, x += reduce->inner) {
    bnnmk_enter_sums(&sums, _mm256_loadu_ps(x));
  }
  bnnmk_store_sums(&sums, bnnmk_sum_divisor(reduce), to);
}

// Eight columns, rows in memory.
BNNMK_INLINE void bnnmk_sums_of_rows(const bnnmk_reduce *reduce, const float *x, float *to) {
  const size_t extent = reduce->extent;
  bnnmk_eight_sums sums;
  memset(&sums, 0, sizeof sums);
  size_t i = 0;
  for (; extent - i >= BNNMK_REDUCED_LANES; i += BNNMK_REDUCED_LANES) {
    __m256 columns[BNNMK_REDUCED_LANES];
    bnnmk_transpose_eight(x + i, extent, columns);
    BNNMK_REGISTERS
    for (int c = 0; c < BNNMK_REDUCED_LANES; c++) {
      bnnmk_enter_sums(&sums, columns[c]);
    }
  }
  const __m256i places = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32((int)extent));
  for (; i < extent; i++) {
    bnnmk_enter_sums(&sums, _mm256_i32gather_ps(x + i, places, sizeof(float)));
  }
  bnnmk_store_sums(&sums, bnnmk_sum_divisor(reduce), to);
}

// Rows begin..<end of which each is a column.
BNNMK_INLINE void bnnmk_reduce_rows(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end) {
  const float *input = reduce->input;
  float *output = reduce->output;
  const size_t extent = reduce->extent;
  uint32_t row = begin;
  if (reduce->function == BNNMK_REDUCE_SUM || reduce->function == BNNMK_REDUCE_MEAN) {
    for (; end - row >= BNNMK_REDUCED_LANES; row += BNNMK_REDUCED_LANES) {
      bnnmk_sums_of_rows(reduce, input + row * extent, output + row);
    }
    bnnmk_reduce_generic(reduce, row, end);
    return;
  }
  for (; row < end; row++) {
    const float *x = input + row * extent;
    const int is_found = reduce->function == BNNMK_REDUCE_MAXIMUM
                             ? bnnmk_extreme_of_row(BNNMK_REDUCE_MAXIMUM, reduce, x, output + row)
                             : bnnmk_extreme_of_row(BNNMK_REDUCE_MINIMUM, reduce, x, output + row);
    if (!is_found) {
      bnnmk_reduce_generic(reduce, row, row + 1);
    }
  }
}

// Of the planes begin..<end, whose columns are neighbours and divide by eight.
BNNMK_INLINE void bnnmk_reduce_planes(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end) {
  const float *input = reduce->input;
  float *output = reduce->output;
  const size_t inner = reduce->inner;
  for (size_t plane = begin; plane < end; plane++) {
    for (size_t column = 0; column < inner; column += BNNMK_REDUCED_LANES) {
      const float *x = input + plane * reduce->extent * inner + column;
      float *to = output + plane * inner + column;
      if (reduce->function == BNNMK_REDUCE_MAXIMUM) {
        bnnmk_extremes_of_columns(BNNMK_REDUCE_MAXIMUM, reduce, x, to);
      } else if (reduce->function == BNNMK_REDUCE_MINIMUM) {
        bnnmk_extremes_of_columns(BNNMK_REDUCE_MINIMUM, reduce, x, to);
      } else {
        bnnmk_sums_of_columns(reduce, x, to);
      }
    }
  }
}

BNNMK_INLINE void bnnmk_reduce_vectors(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end) {
  const int is_here = reduce->type == BNNMK_FLOAT32 && reduce->function <= BNNMK_REDUCE_MINIMUM;
  if (is_here && reduce->inner == 1) {
    bnnmk_reduce_rows(reduce, begin, end);
  } else if (is_here && reduce->inner % BNNMK_REDUCED_LANES == 0) {
    bnnmk_reduce_planes(reduce, begin, end);
  } else {
    bnnmk_reduce_generic(reduce, begin, end);
  }
}

#endif

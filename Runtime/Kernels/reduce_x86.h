// Sums, means and extremes of float32 on registers of AVX2, or of AVX-512 for sums: which one, BNNMK_VECTOR_BYTES and
// BNNMK_INLINE_TARGET of the including file say. Other reductions, and what is left over, by plain C. Sums take their
// elements in plain C's order, eight in turns in rows, so that results are the same to the bit.
#ifndef BNNM_REDUCE_X86_H
#define BNNM_REDUCE_X86_H

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernel_declarations.h"
#include "lanes.h"
#include "row_sums.h"
#include "separate_roundings.h"
#include "window_taps.h"

// Numbered as bnnmf_reduction.
enum { BNNMK_REDUCE_SUM = 1, BNNMK_REDUCE_MEAN = 2, BNNMK_REDUCE_MAXIMUM = 3, BNNMK_REDUCE_MINIMUM = 4 };

// Lanes of a register; extremes of one row at once, since those of one would wait for each other.
enum { BNNMK_REDUCED_LANES = 8, BNNMK_EXTREMES = 4 };

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
BNNMK_INLINE int bnnmk_extreme_of_row(uint32_t function, const float *x, size_t extent, float *to) {
  const __m256 first = _mm256_set1_ps(*x);
  __m256 several[BNNMK_EXTREMES] = {first, first, first, first}, is_nan = _mm256_setzero_ps();
  size_t i = 0;
  for (; extent - i >= BNNMK_EXTREMES * BNNMK_REDUCED_LANES; i += BNNMK_EXTREMES * BNNMK_REDUCED_LANES) {
    BNNMK_REGISTERS
    for (int k = 0; k < BNNMK_EXTREMES; k += 2) {
      const __m256 even = _mm256_loadu_ps(x + i + k * BNNMK_REDUCED_LANES);
      const __m256 odd = _mm256_loadu_ps(x + i + (k + 1) * BNNMK_REDUCED_LANES);
      several[k] = bnnmk_extreme(function, even, several[k]);
      several[k + 1] = bnnmk_extreme(function, odd, several[k + 1]);
      is_nan = _mm256_or_ps(is_nan, _mm256_cmp_ps(even, odd, _CMP_UNORD_Q));
    }
  }
  __m256 y = bnnmk_extreme(function, bnnmk_extreme(function, several[0], several[1]),
                           bnnmk_extreme(function, several[2], several[3]));
  for (; extent - i >= BNNMK_REDUCED_LANES; i += BNNMK_REDUCED_LANES) {
    const __m256 value = _mm256_loadu_ps(x + i);
    y = bnnmk_extreme(function, value, y);
    is_nan = _mm256_or_ps(is_nan, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
  }
  for (; i < extent; i++) {
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

// Eight sums so far, in float64. Conversions are made by the units for additions, on CPUs that have others for fused
// multiply-adds: so numbers are added by the latter, times 1, which the compiler must not know. Of several rows, or
// columns, at once, since additions wait for each other.
#if BNNMK_VECTOR_BYTES == 64
enum { BNNMK_SUMMED_TOGETHER = 8 };

typedef __m512d bnnmk_ones;
typedef __m512d bnnmk_eight_sums;

BNNMK_INLINE void bnnmk_set_ones(bnnmk_ones *ones) {
  *ones = _mm512_set1_pd(1.0);
  __asm__("" : "+v"(*ones));
}

BNNMK_INLINE void bnnmk_enter_sums(bnnmk_eight_sums *sums, __m256 x, const bnnmk_ones *ones) {
  *sums = _mm512_fmadd_pd(_mm512_cvtps_pd(x), *ones, *sums);
}

// Stores them divided by a number.
BNNMK_INLINE void bnnmk_store_sums(const bnnmk_eight_sums *sums, double by, float *to) {
  _mm256_storeu_ps(to, _mm512_cvtpd_ps(_mm512_div_pd(*sums, _mm512_set1_pd(by))));
}

// Of the first and the second four, of each two.
BNNMK_INLINE __m256d bnnmk_four_sums(const bnnmk_eight_sums *sums) {
  return _mm256_add_pd(_mm512_castpd512_pd256(*sums), _mm512_extractf64x4_pd(*sums, 1));
}
#else
enum { BNNMK_SUMMED_TOGETHER = 4 };

typedef __m256d bnnmk_ones;
typedef struct bnnmk_eight_sums {
  __m256d low, high;
} bnnmk_eight_sums;

BNNMK_INLINE void bnnmk_set_ones(bnnmk_ones *ones) {
  *ones = _mm256_set1_pd(1.0);
  __asm__("" : "+x"(*ones));
}

BNNMK_INLINE void bnnmk_enter_sums(bnnmk_eight_sums *sums, __m256 x, const bnnmk_ones *ones) {
  sums->low = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm256_castps256_ps128(x)), *ones, sums->low);
  sums->high = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)), *ones, sums->high);
}

// Stores them divided by a number.
BNNMK_INLINE void bnnmk_store_sums(const bnnmk_eight_sums *sums, double by, float *to) {
  _mm_storeu_ps(to, _mm256_cvtpd_ps(_mm256_div_pd(sums->low, _mm256_set1_pd(by))));
  _mm_storeu_ps(to + 4, _mm256_cvtpd_ps(_mm256_div_pd(sums->high, _mm256_set1_pd(by))));
}

// Of the first and the second four, of each two.
BNNMK_INLINE __m256d bnnmk_four_sums(const bnnmk_eight_sums *sums) { return _mm256_add_pd(sums->low, sums->high); }
#endif

// What sums are divided by.
BNNMK_INLINE double bnnmk_sum_divisor(const bnnmk_reduce *reduce) {
  return reduce->function == BNNMK_REDUCE_MEAN ? reduce->extent : 1.0;
}

// Eight columns that are neighbours.
BNNMK_INLINE void bnnmk_sums_of_columns(const bnnmk_reduce *reduce, const float *x, float *to) {
  bnnmk_ones ones;
  bnnmk_eight_sums sums;
  bnnmk_set_ones(&ones);
  memset(&sums, 0, sizeof sums);
  for (uint32_t i = 0; i < reduce->extent; i++, x += reduce->inner) {
    bnnmk_enter_sums(&sums, _mm256_loadu_ps(x), &ones);
  }
  bnnmk_store_sums(&sums, bnnmk_sum_divisor(reduce), to);
}

// bnnmk_sum_of_row of `row_count` columns, a constant number, which are rows in memory: of several, whose additions
// wait for each other, at once. Each has its mean where there are means, which is a constant in every call.
BNNMK_INLINE void bnnmk_sums_of_rows(const float *x, size_t extent, const float *means, double by, const int row_count,
                                     float *to) {
  bnnmk_ones ones;
  bnnmk_eight_sums sums[BNNMK_SUMMED_TOGETHER];
  bnnmk_set_ones(&ones);
  memset(sums, 0, sizeof sums);
  size_t i = 0;
  for (; extent - i >= BNNMK_REDUCED_LANES; i += BNNMK_REDUCED_LANES) {
    BNNMK_REGISTERS
    for (int r = 0; r < row_count; r++) {
      __m256 term = _mm256_loadu_ps(x + (size_t)r * extent + i);
      if (means) {
        term = _mm256_sub_ps(term, _mm256_set1_ps(means[r]));
        term = _mm256_mul_ps(term, term);
      }
      bnnmk_enter_sums(&sums[r], term, &ones);
    }
  }
  // What is left out adds 0, which changes none of them: they began with 0, and are not -0.
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i is_left = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(extent - i)), lanes);
  BNNMK_REGISTERS
  for (int r = 0; r < row_count; r++) {
    __m256 term = _mm256_maskload_ps(x + (size_t)r * extent + i, is_left);
    if (means) {
      term = _mm256_sub_ps(term, _mm256_and_ps(_mm256_set1_ps(means[r]), _mm256_castsi256_ps(is_left)));
      term = _mm256_mul_ps(term, term);
    }
    bnnmk_enter_sums(&sums[r], term, &ones);
    const __m256d four = bnnmk_four_sums(&sums[r]);
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    to[r] = (float)((_mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two))) / by);
  }
}

// Rows from `row` on, as many at a time as `together`, a constant in every call, as long as so many are left; gives the
// next.
BNNMK_INLINE uint32_t bnnmk_sum_groups(const float *x, size_t extent, uint32_t row, uint32_t row_count,
                                       const float *means, double by, const uint32_t together, float *to) {
  for (; row_count - row >= together; row += together) {
    if (means) {
      bnnmk_sums_of_rows(x + row * extent, extent, means + row, by, (int)together, to + row);
    } else {
      bnnmk_sums_of_rows(x + row * extent, extent, 0, by, (int)together, to + row);
    }
  }
  return row;
}

// A bnnmk_sum_of_rows.
BNNMK_INLINE void bnnmk_sum_rows(const float *x, size_t extent, uint32_t row_count, const float *means, double by,
                                 float *to) {
  uint32_t row = bnnmk_sum_groups(x, extent, 0, row_count, means, by, BNNMK_SUMMED_TOGETHER, to);
  if (BNNMK_SUMMED_TOGETHER > 4) {
    row = bnnmk_sum_groups(x, extent, row, row_count, means, by, 4, to);
  }
  bnnmk_sum_groups(x, extent, row, row_count, means, by, 1, to);
}

// A bnnmk_add_rows.
BNNMK_INLINE void bnnmk_add_wide_rows(const float *x, uint32_t row_count, size_t extent, double *sums) {
  enum { COLUMNS = BNNMK_SUMMED_TOGETHER * BNNMK_REDUCED_LANES };
  bnnmk_ones ones;
  bnnmk_set_ones(&ones);
  size_t first = 0;
  for (; extent - first >= COLUMNS; first += COLUMNS) {
    bnnmk_eight_sums several[BNNMK_SUMMED_TOGETHER];
    memcpy(several, sums + first, sizeof several);
    for (uint32_t row = 0; row < row_count; row++) {
      BNNMK_REGISTERS
      for (int k = 0; k < BNNMK_SUMMED_TOGETHER; k++) {
        bnnmk_enter_sums(&several[k], _mm256_loadu_ps(x + row * extent + first + k * BNNMK_REDUCED_LANES), &ones);
      }
    }
    memcpy(sums + first, several, sizeof several);
  }
  bnnmk_add_columns(x, row_count, extent, first, sums);
}

// Rows begin..<end of which each is a column.
BNNMK_INLINE void bnnmk_reduce_rows(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end,
                                    bnnmk_sum_of_rows *sum_rows) {
  const float *input = reduce->input;
  float *output = reduce->output;
  const size_t extent = reduce->extent;
  uint32_t row = begin;
  if (reduce->function == BNNMK_REDUCE_SUM || reduce->function == BNNMK_REDUCE_MEAN) {
    sum_rows(input + row * extent, extent, end - row, 0, bnnmk_sum_divisor(reduce), output + row);
    return;
  }
  for (; row < end; row++) {
    const float *x = input + row * extent;
    const int is_found = reduce->function == BNNMK_REDUCE_MAXIMUM
                             ? bnnmk_extreme_of_row(BNNMK_REDUCE_MAXIMUM, x, extent, output + row)
                             : bnnmk_extreme_of_row(BNNMK_REDUCE_MINIMUM, x, extent, output + row);
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

BNNMK_INLINE void bnnmk_reduce_vectors(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end,
                                       bnnmk_sum_of_rows *sum_rows) {
  const int is_here = reduce->type == BNNMK_FLOAT32 && reduce->function <= BNNMK_REDUCE_MINIMUM;
  if (is_here && reduce->inner == 1) {
    bnnmk_reduce_rows(reduce, begin, end, sum_rows);
  } else if (is_here && reduce->inner % BNNMK_REDUCED_LANES == 0) {
    bnnmk_reduce_planes(reduce, begin, end);
  } else {
    bnnmk_reduce_generic(reduce, begin, end);
  }
}

#endif

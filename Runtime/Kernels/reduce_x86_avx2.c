// Sums, means and extremes of float32 for AVX2; other reductions, and what is left over, by plain C. Sums take their
// elements in plain C's order, so that results are the same to the bit.
#if defined(__x86_64__) || defined(__i386__)

#include <math.h>

#include "kernel_declarations.h"
#include "separate_roundings.h"
#include "transpose_eight_x86_avx2.h"

#define INLINE static inline __attribute__((always_inline, target("avx2")))

// Numbered as bnnmf_reduction.
enum { SUM = 1, MEAN = 2, MAXIMUM = 3, MINIMUM = 4 };

enum { LANES = 8, GROUPS = 2 };

// The greater or lesser of each two, the second one where one is NaN or both are 0. `function` is a constant in every
// call, here and below.
INLINE __m256 extreme(uint32_t function, __m256 x, __m256 y) {
  return function == MAXIMUM ? _mm256_max_ps(x, y) : _mm256_min_ps(x, y);
}

// Eight columns that are neighbours, whose elements are `inner` apart. What was there stays, but for a NaN that comes.
INLINE void extremes_of_columns(uint32_t function, const bnnmk_reduce *reduce, const float *x, float *to) {
  __m256 y = _mm256_set1_ps(function == MAXIMUM ? -INFINITY : INFINITY);
  for (uint32_t i = 0; i < reduce->extent; i++, x += reduce->inner) {
    const __m256 value = _mm256_loadu_ps(x);
    y = _mm256_blendv_ps(extreme(function, value, y), value, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
  }
  _mm256_storeu_ps(to, y);
}

// One column, a row in memory, in any order. 0: NaN, or a zero, whose sign the order decides.
INLINE int extreme_of_row(uint32_t function, const bnnmk_reduce *reduce, const float *x, float *to) {
  __m256 y = _mm256_set1_ps(*x), is_nan = _mm256_setzero_ps();
  uint32_t i = 0;
  for (; reduce->extent - i >= LANES; i += LANES) {
    const __m256 value = _mm256_loadu_ps(x + i);
    y = extreme(function, value, y);
    is_nan = _mm256_or_ps(is_nan, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
  }
  for (; i < reduce->extent; i++) {
    const __m256 value = _mm256_broadcast_ss(x + i);
    y = extreme(function, value, y);
    is_nan = _mm256_or_ps(is_nan, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
  }
  y = extreme(function, y, _mm256_permute2f128_ps(y, y, 1));
  y = extreme(function, y, _mm256_permute_ps(y, 0x4e));
  y = extreme(function, y, _mm256_permute_ps(y, 0xb1));
  *to = _mm256_cvtss_f32(y);
  return _mm256_movemask_ps(is_nan) == 0 && *to != 0.0f;
}

// The sums of eight columns so far, in float64: of four each.
typedef struct eight_sums {
  __m256d low, high;
} eight_sums;

INLINE void enter(eight_sums *sums, __m256 x) {
  sums->low = _mm256_add_pd(sums->low, _mm256_cvtps_pd(_mm256_castps256_ps128(x)));
  sums->high = _mm256_add_pd(sums->high, _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)));
}

// Stores sums, or means.
INLINE void store(const bnnmk_reduce *reduce, const eight_sums *sums, float *to) {
  const __m256d by = _mm256_set1_pd(reduce->function == MEAN ? reduce->extent : 1.0);
  _mm_storeu_ps(to, _mm256_cvtpd_ps(_mm256_div_pd(sums->low, by)));
  _mm_storeu_ps(to + 4, _mm256_cvtpd_ps(_mm256_div_pd(sums->high, by)));
}

// Eight columns that are neighbours.
INLINE void sums_of_columns(const bnnmk_reduce *reduce, const float *x, float *to) {
  eight_sums sums = {_mm256_setzero_pd(), _mm256_setzero_pd()};
  for (uint32_t i = 0; i < reduce->extent; i++, x += reduce->inner) {
    enter(&sums, _mm256_loadu_ps(x));
  }
  store(reduce, &sums, to);
}

// `group_count` times eight columns, rows in memory; a constant in every call. Additions wait for each other, but not
// for those of another group.
INLINE void sums_of_rows(const bnnmk_reduce *reduce, const float *x, int group_count, float *to) {
  const size_t extent = reduce->extent;
  eight_sums sums[GROUPS];
  BNNMK_REGISTERS
  for (int g = 0; g < group_count; g++) {
    sums[g].low = sums[g].high = _mm256_setzero_pd();
  }
  size_t i = 0;
  for (; extent - i >= LANES; i += LANES) {
    BNNMK_REGISTERS
    for (int g = 0; g < group_count; g++) {
      __m256 columns[LANES];
      bnnmk_transpose_eight(x + (size_t)g * LANES * extent + i, extent, columns);
      BNNMK_REGISTERS
      for (int c = 0; c < LANES; c++) {
        enter(&sums[g], columns[c]);
      }
    }
  }
  const __m256i places = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32((int)extent));
  for (; i < extent; i++) {
    BNNMK_REGISTERS
    for (int g = 0; g < group_count; g++) {
      enter(&sums[g], _mm256_i32gather_ps(x + (size_t)g * LANES * extent + i, places, sizeof(float)));
    }
  }
  BNNMK_REGISTERS
  for (int g = 0; g < group_count; g++) {
    store(reduce, &sums[g], to + g * LANES);
  }
}

// Rows begin..<end of which each is a column.
INLINE void reduce_rows(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end) {
  const float *input = reduce->input;
  float *output = reduce->output;
  const size_t extent = reduce->extent;
  uint32_t row = begin;
  if (reduce->function == SUM || reduce->function == MEAN) {
    for (; end - row >= GROUPS * LANES; row += GROUPS * LANES) {
      sums_of_rows(reduce, input + row * extent, GROUPS, output + row);
    }
    for (; end - row >= LANES; row += LANES) {
      sums_of_rows(reduce, input + row * extent, 1, output + row);
    }
    bnnmk_reduce_generic(reduce, row, end);
    return;
  }
  for (; row < end; row++) {
    const float *x = input + row * extent;
    const int is_found = reduce->function == MAXIMUM ? extreme_of_row(MAXIMUM, reduce, x, output + row)
                                                     : extreme_of_row(MINIMUM, reduce, x, output + row);
    if (!is_found) {
      bnnmk_reduce_generic(reduce, row, row + 1);
    }
  }
}

// Of the planes begin..<end, whose columns are neighbours and divide by eight.
INLINE void reduce_planes(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end) {
  const float *input = reduce->input;
  float *output = reduce->output;
  const size_t inner = reduce->inner;
  for (size_t plane = begin; plane < end; plane++) {
    for (size_t column = 0; column < inner; column += LANES) {
      const float *x = input + plane * reduce->extent * inner + column;
      float *to = output + plane * inner + column;
      if (reduce->function == MAXIMUM) {
        extremes_of_columns(MAXIMUM, reduce, x, to);
      } else if (reduce->function == MINIMUM) {
        extremes_of_columns(MINIMUM, reduce, x, to);
      } else {
        sums_of_columns(reduce, x, to);
      }
    }
  }
}

__attribute__((target("avx2"))) void bnnmk_reduce_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_reduce *reduce = arguments;
  const int is_here = reduce->type == BNNMK_FLOAT32 && reduce->function <= MINIMUM;
  if (is_here && reduce->inner == 1) {
    reduce_rows(reduce, begin, end);
  } else if (is_here && reduce->inner % LANES == 0) {
    reduce_planes(reduce, begin, end);
  } else {
    bnnmk_reduce_generic(arguments, begin, end);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Sums of rows of float32 in float64: what they are, in plain C, and the functions of instruction sets.
#ifndef BNNM_ROW_SUMS_H
#define BNNM_ROW_SUMS_H

#include <stddef.h>

#include "separate_roundings.h"
#include "window_taps.h"

// What a number adds: itself, or, with a mean, the square of what is left of it without that, both rounded to float32.
BNNMK_INLINE float bnnmk_term_of_sum(float x, const float *mean) {
  const float difference = mean ? x - *mean : x;
  return mean ? difference * difference : x;
}

// The sum of a row's terms divided by `by`, rounded once: eight sums in turns, so that registers take neighbours, and
// then those of each other,
//   ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7))
// Whether there is a mean is a constant in every call.
BNNMK_INLINE float bnnmk_sum_of_row(const float *x, size_t extent, const float *mean, double by) {
  enum { TURNS = 8 };
  double sums[TURNS] = {0};
  size_t i = 0;
  for (; extent - i >= TURNS; i += TURNS) {
    for (size_t turn = 0; turn < TURNS; turn++) {
      sums[turn] += bnnmk_term_of_sum(x[i + turn], mean);
    }
  }
  for (size_t turn = 0; i + turn < extent; turn++) {
    sums[turn] += bnnmk_term_of_sum(x[i + turn], mean);
  }
  const double even = (sums[0] + sums[4]) + (sums[2] + sums[6]), odd = (sums[1] + sums[5]) + (sums[3] + sums[7]);
  return (float)((even + odd) / by);
}

// bnnmk_sum_of_row of `row_count` rows, one behind the other; each with its mean where there are means.
typedef void bnnmk_sum_of_rows(const float *x, size_t extent, uint32_t row_count, const float *means, double by,
                               float *to);

// In plain C: a bnnmk_sum_of_rows.
BNNMK_INLINE void bnnmk_sum_rows_in_c(const float *x, size_t extent, uint32_t row_count, const float *means, double by,
                                      float *to) {
  for (uint32_t row = 0; row < row_count; row++, x += extent) {
    to[row] = means ? bnnmk_sum_of_row(x, extent, &means[row], by) : bnnmk_sum_of_row(x, extent, 0, by);
  }
}

// Adds `row_count` rows, one behind the other, to the sums of their columns, in ascending order.
typedef void bnnmk_add_rows(const float *x, uint32_t row_count, size_t extent, double *sums);

// Of the columns from `first` on.
BNNMK_INLINE void bnnmk_add_columns(const float *x, uint32_t row_count, size_t extent, size_t first, double *sums) {
  for (uint32_t row = 0; row < row_count; row++) {
    for (size_t i = first; i < extent; i++) {
      sums[i] += x[row * extent + i];
    }
  }
}

// In plain C: a bnnmk_add_rows.
BNNMK_INLINE void bnnmk_add_rows_in_c(const float *x, uint32_t row_count, size_t extent, double *sums) {
  typedef double eight_sums __attribute__((vector_size(64)));
  typedef float eight_numbers __attribute__((vector_size(32)));
  enum { AT_ONCE = 8, VECTORS = 2 };
  size_t first = 0;
  for (; extent - first >= VECTORS * AT_ONCE; first += VECTORS * AT_ONCE) {
    eight_sums several[VECTORS];
    __builtin_memcpy(several, sums + first, sizeof several);
    for (uint32_t row = 0; row < row_count; row++) {
      eight_numbers numbers[VECTORS];
      __builtin_memcpy(numbers, x + row * extent + first, sizeof numbers);
      several[0] += __builtin_convertvector(numbers[0], eight_sums);
      several[1] += __builtin_convertvector(numbers[1], eight_sums);
    }
    __builtin_memcpy(sums + first, several, sizeof several);
  }
  bnnmk_add_columns(x, row_count, extent, first, sums);
}

#if defined(__x86_64__) || defined(__i386__)
bnnmk_sum_of_rows bnnmk_sum_rows_x86_avx2, bnnmk_sum_rows_x86_avx512;
bnnmk_add_rows bnnmk_add_rows_x86_avx2, bnnmk_add_rows_x86_avx512;
#endif

#endif

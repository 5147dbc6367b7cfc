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

#if defined(__x86_64__) || defined(__i386__)
bnnmk_sum_of_rows bnnmk_sum_rows_x86_avx2, bnnmk_sum_rows_x86_avx512;

// The greatest number of a row: anything where one is NaN.
float bnnmk_greatest_of_row_x86_avx2(const float *x, size_t extent);
float bnnmk_greatest_of_row_x86_avx512(const float *x, size_t extent);
#endif

#endif

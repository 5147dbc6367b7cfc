// The steps that take rows as a whole, SOFTMAX and STANDARDIZE, over rows that stand in the first cache: what
// instruction sets differ in are the greatest number of a row, sums, and exponentials.
#ifndef BNNM_ROW_STEPS_H
#define BNNM_ROW_STEPS_H

#include <stddef.h>

#include "lanes.h"
#include "real_functions.h"
#include "row_sums.h"
#include "separate_roundings.h"
#include "window_taps.h"

// A step that takes rows, and what may stand around it: a SCALE_SHIFT each, or NULL.
typedef struct bnnmk_row_steps {
  const bnnmk_step *before, *step, *behind;
  double *sums;  // to which results are added, one for each place in a row; or NULL
} bnnmk_row_steps;

// `row_count` rows of `extent` numbers, one behind the other, through these steps; `to` may be `from`.
typedef void bnnmk_apply_rows(const bnnmk_row_steps *steps, const float *from, float *to, uint32_t row_count,
                              uint32_t extent);

bnnmk_apply_rows bnnmk_apply_rows_generic;
#if defined(__x86_64__) || defined(__i386__)
bnnmk_apply_rows bnnmk_apply_rows_x86_avx2, bnnmk_apply_rows_x86_avx512;
#elif defined(__aarch64__)
bnnmk_apply_rows bnnmk_apply_rows_neon;
#endif

BNNMK_INLINE int bnnmk_takes_rows(const bnnmk_step *step) { return step->kind >= BNNMK_STEP_SOFTMAX; }

// Rows whose exponentials are computed together.
enum { BNNMK_ROWS_TOGETHER = 16 };

// What an instruction set does. `row_count` is at most BNNMK_ROWS_TOGETHER.
typedef struct bnnmk_row_parts {
  // The greatest number of a row: anything where one is NaN, as is then the sum, and so everything.
  float (*greatest)(const float *x, size_t extent);
  bnnmk_sum_of_rows *sum;
  void (*apply_function)(bnnmk_real_function function, float *x, uint32_t count);
} bnnmk_row_parts;

// `expression` for every number i of a row.
#define BNNMK_EACH_OF_ROW(expression)   \
  BNNMK_INDEPENDENT                     \
  for (size_t i = 0; i < extent; i++) { \
    expression;                         \
  }

// A SCALE_SHIFT of a row.
BNNMK_INLINE void bnnmk_scale_row(const bnnmk_step *step, const float *x, float *y, size_t extent) {
  const float *a = step->a, *b = step->b;
  if (a && b) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] * a[i] + b[i])
  } else if (a) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] * a[i])
  } else if (b) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] + b[i])
  } else {
    BNNMK_EACH_OF_ROW(y[i] = x[i])
  }
}

// Adds rows to the sums of their places, in ascending order.
BNNMK_INLINE void bnnmk_add_rows(const float *x, uint32_t row_count, size_t extent, double *sums) {
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
  for (uint32_t row = 0; row < row_count; row++) {
    for (size_t i = first; i < extent; i++) {
      sums[i] += x[row * extent + i];
    }
  }
}

BNNMK_INLINE void bnnmk_softmax_rows(const float *from, float *to, uint32_t row_count, size_t extent,
                                     bnnmk_row_parts parts) {
  // Of all rows first: exponentials would wait for the greatest number of each.
  float greatest[BNNMK_ROWS_TOGETHER], sums[BNNMK_ROWS_TOGETHER];
  for (uint32_t row = 0; row < row_count; row++) {
    greatest[row] = parts.greatest(from + row * extent, extent);
  }
  for (uint32_t row = 0; row < row_count; row++) {
    const float *x = from + row * extent, most = greatest[row];
    float *y = to + row * extent;
    BNNMK_EACH_OF_ROW(y[i] = x[i] - most)
  }
  parts.apply_function(BNNMK_EXP, to, row_count * (uint32_t)extent);
  parts.sum(to, extent, row_count, 0, 1.0, sums);
  for (uint32_t row = 0; row < row_count; row++) {
    float *y = to + row * extent;
    const float sum = sums[row];
    BNNMK_EACH_OF_ROW(y[i] = y[i] / sum)
  }
}

BNNMK_INLINE void bnnmk_standardize_rows(float epsilon, const float *from, float *to, uint32_t row_count, size_t extent,
                                         bnnmk_row_parts parts) {
  float means[BNNMK_ROWS_TOGETHER], variances[BNNMK_ROWS_TOGETHER];
  parts.sum(from, extent, row_count, 0, (double)extent, means);
  parts.sum(from, extent, row_count, means, (double)extent, variances);
  for (uint32_t row = 0; row < row_count; row++) {
    const float *x = from + row * extent;
    float *y = to + row * extent;
    const float mean = means[row], by = 1.0f / __builtin_sqrtf(variances[row] + epsilon);
    BNNMK_EACH_OF_ROW(y[i] = (x[i] - mean) * by)
  }
}

// A bnnmk_apply_rows.
BNNMK_INLINE void bnnmk_apply_rows_by(const bnnmk_row_steps *steps, const float *from, float *to, uint32_t row_count,
                                      size_t extent, bnnmk_row_parts parts) {
  for (uint32_t row = 0; row < row_count; row += BNNMK_ROWS_TOGETHER) {
    const uint32_t left = row_count - row, count = left < BNNMK_ROWS_TOGETHER ? left : BNNMK_ROWS_TOGETHER;
    const float *x = from + row * extent;
    float *y = to + row * extent;
    if (steps->before) {
      for (uint32_t r = 0; r < count; r++) {
        bnnmk_scale_row(steps->before, x + r * extent, y + r * extent, extent);
      }
      x = y;
    }
    if (steps->step->kind == BNNMK_STEP_SOFTMAX) {
      bnnmk_softmax_rows(x, y, count, extent, parts);
    } else {
      bnnmk_standardize_rows(steps->step->epsilon, x, y, count, extent, parts);
    }
    if (steps->behind) {
      for (uint32_t r = 0; r < count; r++) {
        bnnmk_scale_row(steps->behind, y + r * extent, y + r * extent, extent);
      }
    }
    if (steps->sums) {
      bnnmk_add_rows(y, count, extent, steps->sums);
    }
  }
}

#undef BNNMK_EACH_OF_ROW

#endif

// Steps through which values that stand in the first cache go one after the other, rows of them at a time: those that
// need whole rows, SOFTMAX and STANDARDIZE, functions, and the arithmetic beside them. What instruction sets differ in
// are the greatest number of a row, sums, and functions.
#ifndef BNNM_ROW_STEPS_H
#define BNNM_ROW_STEPS_H

#include <stddef.h>

#include "lanes.h"
#include "real_functions.h"
#include "row_sums.h"
#include "separate_roundings.h"
#include "window_taps.h"

typedef struct bnnmk_row_steps {
  const bnnmk_step *steps;  // operands begin with the first row
  uint32_t step_count;      // at least 1
  double *sums;             // to which results are added, one for each place in a row; or NULL
} bnnmk_row_steps;

// `row_count` rows of `extent` numbers, one behind the other, through these steps, by way of as much room. `to` may be
// `from` or `room`, and an operand may be `to`.
typedef void bnnmk_apply_rows(const bnnmk_row_steps *steps, const float *from, float *room, float *to,
                              uint32_t row_count, uint32_t extent);

bnnmk_apply_rows bnnmk_apply_rows_generic;
#if defined(__x86_64__) || defined(__i386__)
bnnmk_apply_rows bnnmk_apply_rows_x86_avx2, bnnmk_apply_rows_x86_avx512;
#elif defined(__aarch64__)
bnnmk_apply_rows bnnmk_apply_rows_neon;
#endif

BNNMK_INLINE int bnnmk_takes_rows(const bnnmk_step *step) { return step->kind >= BNNMK_STEP_SOFTMAX; }

// Whether these steps may be among others of rows.
BNNMK_INLINE int bnnmk_goes_by_rows(const bnnmk_step *step) {
  switch (step->kind) {
    case BNNMK_STEP_SCALE_SHIFT:
    case BNNMK_STEP_ADD:
    case BNNMK_STEP_MULTIPLY:
    case BNNMK_STEP_DIVIDE:
    case BNNMK_STEP_FUNCTION:
      return 1;
    default:
      return bnnmk_takes_rows(step);
  }
}

// Whether an operand has a number for each value.
BNNMK_INLINE int bnnmk_reads_values(const bnnmk_step *step) {
  return step->kind >= BNNMK_STEP_ADD && step->operand && step->operand_stride > 0;
}

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

// A step of arithmetic on a row; `y` may be `x` or the operand.
BNNMK_INLINE void bnnmk_compute_row(const bnnmk_step *step, const float *x, const float *operand, float *y,
                                    size_t extent) {
  const float *a = step->a, *b = step->b;
  if (step->kind == BNNMK_STEP_ADD) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] + operand[i])
  } else if (step->kind == BNNMK_STEP_MULTIPLY) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] * operand[i])
  } else if (step->kind == BNNMK_STEP_DIVIDE) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] / operand[i])
  } else if (a && b) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] * a[i] + b[i])
  } else if (a) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] * a[i])
  } else if (b) {
    BNNMK_EACH_OF_ROW(y[i] = x[i] + b[i])
  } else {
    BNNMK_EACH_OF_ROW(y[i] = x[i])
  }
}

BNNMK_INLINE void bnnmk_compute_rows(const bnnmk_step *step, const float *x, float *y, uint32_t row_count,
                                     size_t extent) {
  // With a number for each value all rows are one.
  const int is_one = bnnmk_reads_values(step);
  const size_t length = is_one ? row_count * extent : extent;
  for (uint32_t row = 0; row < (is_one ? 1 : row_count); row++, x += length, y += length) {
    bnnmk_compute_row(step, x, step->operand, y, length);
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

// SOFTMAX or STANDARDIZE.
BNNMK_INLINE void bnnmk_take_rows(const bnnmk_step *step, const float *x, float *y, uint32_t row_count, size_t extent,
                                  bnnmk_row_parts parts) {
  for (uint32_t row = 0; row < row_count; row += BNNMK_ROWS_TOGETHER) {
    const uint32_t left = row_count - row, count = left < BNNMK_ROWS_TOGETHER ? left : BNNMK_ROWS_TOGETHER;
    if (step->kind == BNNMK_STEP_SOFTMAX) {
      bnnmk_softmax_rows(x + row * extent, y + row * extent, count, extent, parts);
    } else {
      bnnmk_standardize_rows(step->epsilon, x + row * extent, y + row * extent, count, extent, parts);
    }
  }
}

// A bnnmk_apply_rows.
BNNMK_INLINE void bnnmk_apply_rows_by(const bnnmk_row_steps *steps, const float *from, float *room, float *to,
                                      uint32_t row_count, size_t extent, bnnmk_row_parts parts) {
  const float *x = from;
  for (uint32_t s = 0; s < steps->step_count; s++) {
    const bnnmk_step *step = &steps->steps[s];
    float *y = s + 1 == steps->step_count ? to : room;
    if (bnnmk_takes_rows(step)) {
      bnnmk_take_rows(step, x, y, row_count, extent, parts);
    } else if (step->kind == BNNMK_STEP_FUNCTION) {
      if (x != y) {
        __builtin_memcpy(y, x, row_count * extent * sizeof *y);
      }
      parts.apply_function(step->function, y, row_count * (uint32_t)extent);
    } else {
      bnnmk_compute_rows(step, x, y, row_count, extent);
    }
    x = y;
  }
  if (steps->sums) {
    bnnmk_add_rows(to, row_count, extent, steps->sums);
  }
}

#undef BNNMK_EACH_OF_ROW

#endif

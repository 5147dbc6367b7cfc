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

// What an instruction set does. Rows of `turn` and `sum` are at most BNNMK_ROWS_TOGETHER.
typedef struct bnnmk_row_parts {
  // Where a number is NaN, its row's sum is, and so everything.
  bnnmk_turn_rows *turn;
  bnnmk_exponentials_of_rows *exponentials;
  bnnmk_gate_errors *gate_errors;
  bnnmk_apply *apply_function;
  bnnmk_sum_of_rows *sum;
  bnnmk_add_rows *add;
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

// Times a scale before, or NULL. Some rows at a time, whose quotients wait for the greatest numbers of the next ones:
// one is the divider's work, the other is not.
BNNMK_INLINE void bnnmk_softmax_rows(const float *from, const float *scale, float *to, uint32_t row_count,
                                     size_t extent, bnnmk_row_parts parts) {
  float greatest[BNNMK_ROWS_TOGETHER], sums[BNNMK_ROWS_TOGETHER];
  bnnmk_turn turn = {.sums = sums, .scale = scale, .greatest = greatest};
  for (uint32_t row = 0; row < row_count || turn.divided_count > 0; row += turn.found_count) {
    const uint32_t left = row_count - row;
    turn.x = from + row * extent;
    turn.found_count = left < BNNMK_ROWS_TOGETHER ? left : BNNMK_ROWS_TOGETHER;
    parts.turn(&turn, extent);
    turn.y = to + row * extent;
    turn.divided_count = turn.found_count;
    parts.exponentials(turn.x, scale, greatest, turn.y, turn.found_count, extent);
    parts.sum(turn.y, extent, turn.found_count, 0, 1.0, sums);
  }
}

// With a scale and a shift behind, or NULL; of at most BNNMK_ROWS_TOGETHER rows.
BNNMK_INLINE void bnnmk_standardize_some(float epsilon, const bnnmk_step *scale_shift, const float *from, float *to,
                                         uint32_t row_count, size_t extent, bnnmk_row_parts parts) {
  float means[BNNMK_ROWS_TOGETHER], variances[BNNMK_ROWS_TOGETHER];
  parts.sum(from, extent, row_count, 0, (double)extent, means);
  parts.sum(from, extent, row_count, means, (double)extent, variances);
  for (uint32_t row = 0; row < row_count; row++) {
    const float *x = from + row * extent;
    float *y = to + row * extent;
    const float mean = means[row], by = 1.0f / __builtin_sqrtf(variances[row] + epsilon);
    if (scale_shift) {
      const float *a = scale_shift->a, *b = scale_shift->b;
      BNNMK_EACH_OF_ROW(y[i] = (x[i] - mean) * by * a[i] + b[i])
    } else {
      BNNMK_EACH_OF_ROW(y[i] = (x[i] - mean) * by)
    }
  }
}

BNNMK_INLINE void bnnmk_standardize_rows(float epsilon, const bnnmk_step *scale_shift, const float *from, float *to,
                                         uint32_t row_count, size_t extent, bnnmk_row_parts parts) {
  for (uint32_t row = 0; row < row_count; row += BNNMK_ROWS_TOGETHER) {
    const uint32_t left = row_count - row, count = left < BNNMK_ROWS_TOGETHER ? left : BNNMK_ROWS_TOGETHER;
    bnnmk_standardize_some(epsilon, scale_shift, from + row * extent, to + row * extent, count, extent, parts);
  }
}

BNNMK_INLINE int bnnmk_is_scale(const bnnmk_step *step) {
  return step->kind == BNNMK_STEP_SCALE_SHIFT && step->a && !step->b;
}

BNNMK_INLINE int bnnmk_is_shift(const bnnmk_step *step) {
  return step->kind == BNNMK_STEP_SCALE_SHIFT && !step->a && step->b;
}

// Whether these steps, five at least, are a GELU.
BNNMK_INLINE int bnnmk_is_gate(const bnnmk_step *steps) {
  return steps[0].kind == BNNMK_STEP_DIVIDE && !bnnmk_reads_values(&steps[0]) && steps[1].kind == BNNMK_STEP_FUNCTION &&
         steps[1].function == BNNMK_ERF && bnnmk_is_shift(&steps[2]) && steps[3].kind == BNNMK_STEP_MULTIPLY &&
         bnnmk_reads_values(&steps[3]) && bnnmk_is_scale(&steps[4]);
}

// How many steps, from the first of `step_count` on, are one loop over the numbers or the rows.
BNNMK_INLINE uint32_t bnnmk_steps_together(const bnnmk_step *steps, uint32_t step_count, size_t extent,
                                           bnnmk_row_parts parts) {
  enum { PAIR = 2, GATE = 5 };
  if (step_count >= PAIR && bnnmk_is_scale(steps) && steps[1].kind == BNNMK_STEP_SOFTMAX) {
    return PAIR;
  }
  if (step_count >= PAIR && steps->kind == BNNMK_STEP_STANDARDIZE && steps[1].kind == BNNMK_STEP_SCALE_SHIFT &&
      steps[1].a && steps[1].b) {
    return PAIR;
  }
  const int is_gated = parts.gate_errors && extent % BNNMK_GATED_TOGETHER == 0 && step_count >= GATE;
  return is_gated && bnnmk_is_gate(steps) ? GATE : 1;
}

// Steps that are one loop.
BNNMK_INLINE void bnnmk_take_steps(const bnnmk_step *steps, uint32_t step_count, const float *x, float *y,
                                   uint32_t row_count, size_t extent, bnnmk_row_parts parts) {
  const bnnmk_step *last = &steps[step_count - 1];
  if (last->kind == BNNMK_STEP_SOFTMAX) {
    bnnmk_softmax_rows(x, last == steps ? 0 : steps->a, y, row_count, extent, parts);
  } else if (steps->kind == BNNMK_STEP_STANDARDIZE) {
    bnnmk_standardize_rows(steps->epsilon, last == steps ? 0 : last, x, y, row_count, extent, parts);
  } else if (step_count > 1) {
    const bnnmk_error_gate gate = {steps[0].operand, steps[2].b, steps[3].operand, steps[4].a};
    parts.gate_errors(&gate, x, y, row_count, extent);
  } else if (steps->kind == BNNMK_STEP_FUNCTION) {
    if (x != y) {
      __builtin_memcpy(y, x, row_count * extent * sizeof *y);
    }
    parts.apply_function(steps->function, y, row_count * (uint32_t)extent);
  } else {
    bnnmk_compute_rows(steps, x, y, row_count, extent);
  }
}

// A bnnmk_apply_rows.
BNNMK_INLINE void bnnmk_apply_rows_by(const bnnmk_row_steps *steps, const float *from, float *room, float *to,
                                      uint32_t row_count, size_t extent, bnnmk_row_parts parts) {
  const float *x = from;
  for (uint32_t s = 0; s < steps->step_count;) {
    const uint32_t count = bnnmk_steps_together(&steps->steps[s], steps->step_count - s, extent, parts);
    float *y = s + count == steps->step_count ? to : room;
    bnnmk_take_steps(&steps->steps[s], count, x, y, row_count, extent, parts);
    s += count;
    x = y;
  }
  if (steps->sums) {
    parts.add(to, row_count, extent, steps->sums);
  }
}

#undef BNNMK_EACH_OF_ROW

#endif

// y = f(a, b) with broadcasting: one loop a function, for the strides that occur along a row. Each instruction set's
// file makes a kernel of it.
#ifndef BNNM_ELEMENTWISE_H
#define BNNM_ELEMENTWISE_H

#include "arithmetic.h"
#include "choose.h"
#include "lanes.h"
#include "strided_rows.h"

// One row; `function` and, but in the last call, the steps are constants in every call.
BNNMK_INLINE void bnnmk_apply_strided(bnnmk_function function, const float *a, size_t a_step, const float *b,
                                      size_t b_step, float *y, size_t count) {
  const float first_a = *a, first_b = *b;
  BNNMK_INDEPENDENT
  for (size_t i = 0; i < count; i++) {
    y[i] = (float)bnnmk_apply_arithmetic(function, a_step == 0 ? first_a : a[i * a_step],
                                         b_step == 0 ? first_b : b[i * b_step]);
  }
}

BNNMK_INLINE void bnnmk_apply_row(bnnmk_function function, const float *a, size_t a_step, const float *b, size_t b_step,
                                  float *y, size_t count) {
  if (a_step == 1 && b_step == 1) {
    bnnmk_apply_strided(function, a, 1, b, 1, y, count);
  } else if (a_step == 1 && b_step == 0) {
    bnnmk_apply_strided(function, a, 1, b, 0, y, count);
  } else if (a_step == 0 && b_step == 1) {
    bnnmk_apply_strided(function, a, 0, b, 1, y, count);
  } else {
    bnnmk_apply_strided(function, a, a_step, b, b_step, y, count);
  }
}

// Whether division by x is multiplication by 1 / x, to the bit: a power of two whose inverse is a normal number.
BNNMK_INLINE int bnnmk_has_exact_inverse(float x) {
  const bnnmk_float_bits bits = {x};
  const uint32_t exponent = bits.bits >> 23 & 255;
  return (bits.bits & 0x7fffff) == 0 && exponent > 0 && exponent < 253;
}

// y = f(a, b) along a row; `function` is a constant in every call.
typedef void bnnmk_apply_function_to_row(bnnmk_function function, const float *a, size_t a_step, const float *b,
                                         size_t b_step, float *y, size_t count);

// `apply_row` is a constant in every call.
BNNMK_INLINE void bnnmk_elementwise_rows(const bnnmk_elementwise *operands, uint32_t begin, uint32_t end,
                                         bnnmk_apply_function_to_row *apply_row) {
  bnnmk_strided_rows rows = bnnmk_first_row(operands->rank, operands->dims, begin, end);
  const size_t a_step = operands->rank > 0 ? operands->a_strides[rows.last] : 0;
  const size_t b_step = operands->rank > 0 ? operands->b_strides[rows.last] : 0;
  for (size_t row = 0; row < rows.row_count; row++, bnnmk_next_row(&rows)) {
    const float *a = operands->a + bnnmk_row_in_operand(&rows, operands->a_strides);
    const float *b = operands->b + bnnmk_row_in_operand(&rows, operands->b_strides);
    float *y = operands->output + rows.output;
    if (operands->function == BNNMK_DIVIDE && a_step == 1 && b_step == 0 && bnnmk_has_exact_inverse(*b)) {
      const float inverse = 1.0f / *b;
      apply_row(BNNMK_MULTIPLY, a, 1, &inverse, 0, y, rows.row_length);
      continue;
    }
#define APPLY_ROW(function) apply_row(function, a, a_step, b, b_step, y, rows.row_length)
    BNNMK_WITH_CONSTANT_FUNCTION(operands->function, APPLY_ROW)
  }
}

#endif

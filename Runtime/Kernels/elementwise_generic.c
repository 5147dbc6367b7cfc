// y = f(a, b) with broadcasting: one loop a function, for the strides that occur along a row.
#include "arithmetic.h"
#include "kernel_declarations.h"
#include "strided_rows.h"

// One row; `function` and, but in the last call, the steps are constants in every call.
BNNMK_INLINE void apply_strided(bnnmk_function function, const float *a, size_t a_step, const float *b, size_t b_step,
                                float *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    y[i] = (float)bnnmk_apply_arithmetic(function, a[i * a_step], b[i * b_step]);
  }
}

BNNMK_INLINE void apply_row(bnnmk_function function, const float *a, size_t a_step, const float *b, size_t b_step,
                            float *y, size_t count) {
  if (a_step == 1 && b_step == 1) {
    apply_strided(function, a, 1, b, 1, y, count);
  } else if (a_step == 1 && b_step == 0) {
    apply_strided(function, a, 1, b, 0, y, count);
  } else if (a_step == 0 && b_step == 1) {
    apply_strided(function, a, 0, b, 1, y, count);
  } else {
    apply_strided(function, a, a_step, b, b_step, y, count);
  }
}

void bnnmk_elementwise_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_elementwise *operands = arguments;
  bnnmk_strided_rows rows = bnnmk_first_row(operands->rank, operands->dims, begin, end);
  const size_t a_step = operands->rank > 0 ? operands->a_strides[rows.last] : 0;
  const size_t b_step = operands->rank > 0 ? operands->b_strides[rows.last] : 0;
  for (size_t row = 0; row < rows.row_count; row++, bnnmk_next_row(&rows)) {
    const float *a = operands->a + bnnmk_row_in_operand(&rows, operands->a_strides);
    const float *b = operands->b + bnnmk_row_in_operand(&rows, operands->b_strides);
    float *y = operands->output + rows.output;
#define APPLY_ROW(function) apply_row(function, a, a_step, b, b_step, y, rows.row_length)
    BNNMK_WITH_CONSTANT_FUNCTION(operands->function, APPLY_ROW)
  }
}

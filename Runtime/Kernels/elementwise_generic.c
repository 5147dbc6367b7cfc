// y = f(a, b) with broadcasting: one loop a function, for the strides that occur along a row.
#include "kernel_declarations.h"
#include "strided_rows.h"

BNNMK_INLINE float apply(bnnmk_function function, float a, float b) {
  switch (function) {
    case BNNMK_ADD:
      return a + b;
    case BNNMK_SUBTRACT:
      return a - b;
    case BNNMK_MULTIPLY:
      return a * b;
    case BNNMK_DIVIDE:
      return a / b;
    case BNNMK_MINIMUM:
      // A comparison with NaN is false: b is kept where it is NaN, a where it alone is.
      return a < b || a != a ? a : b;
    case BNNMK_MAXIMUM:
      return a > b || a != a ? a : b;
  }
  return 0.0f;
}

// One row; `function` and, but in the last call, the steps are constants in every call.
BNNMK_INLINE void apply_strided(bnnmk_function function, const float *a, size_t a_step, const float *b, size_t b_step,
                                float *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    y[i] = apply(function, a[i * a_step], b[i * b_step]);
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
    switch (operands->function) {
      case BNNMK_ADD:
        apply_row(BNNMK_ADD, a, a_step, b, b_step, y, rows.row_length);
        break;
      case BNNMK_SUBTRACT:
        apply_row(BNNMK_SUBTRACT, a, a_step, b, b_step, y, rows.row_length);
        break;
      case BNNMK_MULTIPLY:
        apply_row(BNNMK_MULTIPLY, a, a_step, b, b_step, y, rows.row_length);
        break;
      case BNNMK_DIVIDE:
        apply_row(BNNMK_DIVIDE, a, a_step, b, b_step, y, rows.row_length);
        break;
      case BNNMK_MINIMUM:
        apply_row(BNNMK_MINIMUM, a, a_step, b, b_step, y, rows.row_length);
        break;
      case BNNMK_MAXIMUM:
        apply_row(BNNMK_MAXIMUM, a, a_step, b, b_step, y, rows.row_length);
        break;
    }
  }
}

// 32-bit elements moved by strides into a dense output.
#include "kernel_declarations.h"
#include "strided_rows.h"

void bnnmk_transpose_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_transpose *transpose = arguments;
  bnnmk_strided_rows rows = bnnmk_first_row(transpose->rank, transpose->dims, begin, end);
  const size_t step = transpose->rank > 0 ? transpose->strides[rows.last] : 0;
  for (size_t row = 0; row < rows.row_count; row++, bnnmk_next_row(&rows)) {
    const uint32_t *input = transpose->input + bnnmk_row_in_operand(&rows, transpose->strides);
    uint32_t *output = transpose->output + rows.output;
    for (size_t i = 0; i < rows.row_length; i++) {
      output[i] = input[i * step];
    }
  }
}

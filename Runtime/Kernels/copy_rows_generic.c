// Copies rows of bytes between two strides: one operand of a concatenation.
#include <stddef.h>
#include <string.h>

#include "kernel_declarations.h"

void bnnmk_copy_rows_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_copy_rows *copy = arguments;
  for (size_t row = begin; row < end; row++) {
    memcpy((char *)copy->output + row * copy->output_stride, (const char *)copy->input + row * copy->input_stride,
           (size_t)copy->row_bytes);
  }
}

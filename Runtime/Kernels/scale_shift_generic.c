// y = x * scale + shift with two roundings; the constants repeat with their period.
#include <stddef.h>

#include "kernel_declarations.h"
#include "lanes.h"
#include "separate_roundings.h"

void bnnmk_scale_shift_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_scale_shift *operands = arguments;
  const float *x = operands->input;
  float *y = operands->output;
  for (size_t i = begin; i < end;) {
    const size_t column = i % operands->period;
    const size_t room = operands->period - column;
    const size_t count = room < end - i ? room : end - i;
    const float *scale = operands->scale + column, *shift = operands->shift + column;
    BNNMK_INDEPENDENT
    for (size_t c = 0; c < count; c++) {
      float product = x[i + c] * scale[c];
      y[i + c] = product + shift[c];
    }
    i += count;
  }
}

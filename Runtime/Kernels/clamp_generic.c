// y = min(max(x, minimum), maximum); NaN stays NaN.
#include <stddef.h>

#include "clamp_value.h"
#include "kernel_declarations.h"

void bnnmk_clamp_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_clamp *clamp = arguments;
  const float minimum = clamp->minimum, maximum = clamp->maximum;
  for (size_t i = begin; i < end; i++) {
    clamp->output[i] = bnnmk_clamp_value(clamp->input[i], minimum, maximum);
  }
}

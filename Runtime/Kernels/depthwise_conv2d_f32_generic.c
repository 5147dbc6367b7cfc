// Depthwise convolution with the vectors that every CPU of the architecture has.
#include "depthwise.h"
#include "kernel_declarations.h"

void bnnmk_depthwise_conv2d_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_depthwise_rows(arguments, begin, end);
}

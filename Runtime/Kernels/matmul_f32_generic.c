// Products of float matrices in plain C.
#include "kernel_declarations.h"
#include "matmul.h"

void bnnmk_matmul_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_matmul_by_conv2d(arguments, begin, end, bnnmk_conv2d_f32_generic);
}

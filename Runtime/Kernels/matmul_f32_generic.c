// Products of two float32 matrices, in plain C.
#include "kernel_declarations.h"
#include "matmul.h"

void bnnmk_matmul_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_matmul *matmul = arguments;
  bnnmk_matmul_rows(matmul, begin, end);
}

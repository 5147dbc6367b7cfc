// Products of two matrices of bits, in plain C.
#include "binary_conv2d_masked.h"
#include "binary_matmul.h"
#include "kernel_declarations.h"

static uint32_t popcount(uint64_t bits) { return bnnmk_popcount(bits); }

void bnnmk_binary_matmul_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_matmul *matmul = arguments;
  bnnmk_binary_matmul_rows(matmul, begin, end, popcount);
}

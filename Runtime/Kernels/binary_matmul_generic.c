// Products of binary matrices in plain C.
#include "binary_matmul.h"
#include "kernel_declarations.h"

void bnnmk_binary_matmul_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binary_matmul_by_differences(arguments, begin, end, bnnmk_count_differences_generic);
}

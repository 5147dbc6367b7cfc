// Products of binary matrices for NEON.
#if defined(__ARM_NEON)

#include "binary_matmul.h"
#include "kernel_declarations.h"

void bnnmk_binary_matmul_neon(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binary_matmul_by_differences(arguments, begin, end, bnnmk_count_differences_neon);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

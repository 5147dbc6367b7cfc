// Products of binary matrices for AVX2.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_matmul.h"
#include "kernel_declarations.h"

void bnnmk_binary_matmul_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binary_matmul_by_differences(arguments, begin, end, bnnmk_count_differences_x86_avx2);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

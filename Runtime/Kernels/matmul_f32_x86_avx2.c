// Products of float matrices for AVX2 + FMA.
#if defined(__x86_64__) || defined(__i386__)

#include "kernel_declarations.h"
#include "matmul.h"

void bnnmk_matmul_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_matmul_by_conv2d(arguments, begin, end, bnnmk_conv2d_f32_x86_avx2);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

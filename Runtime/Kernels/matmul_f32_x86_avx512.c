// Products of float matrices for AVX-512.
#if defined(__x86_64__) || defined(__i386__)

#include "kernel_declarations.h"
#include "matmul.h"

void bnnmk_matmul_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_matmul_by_conv2d(arguments, begin, end, bnnmk_conv2d_f32_x86_avx512);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

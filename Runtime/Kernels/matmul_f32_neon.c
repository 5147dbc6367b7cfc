// Products of float matrices for NEON.
#if defined(__ARM_NEON)

#include "kernel_declarations.h"
#include "matmul.h"

void bnnmk_matmul_f32_neon(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_matmul_by_conv2d(arguments, begin, end, bnnmk_conv2d_f32_neon);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

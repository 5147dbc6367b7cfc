// Products of two float32 matrices: the plain C loops, eight columns at a time. No operation is fused, so results are
// those of plain C.
#if defined(__x86_64__) || defined(__i386__)

#include "kernel_declarations.h"
#include "matmul.h"

__attribute__((target("avx2"))) void bnnmk_matmul_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_matmul *matmul = arguments;
  bnnmk_matmul_rows(matmul, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Elementwise functions of two operands with AVX2.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_INLINE_TARGET "avx2"
#include "elementwise.h"
#include "kernel_declarations.h"

__attribute__((target("avx2"))) void bnnmk_elementwise_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_elementwise_rows(arguments, begin, end, bnnmk_apply_row);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

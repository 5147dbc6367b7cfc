// Rows of bits to rows of float for AVX2.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_INLINE_TARGET "avx2"
#define BNNMK_VECTOR_BYTES 32
#include "kernel_declarations.h"
#include "unpack.h"

__attribute__((target("avx2"))) void bnnmk_unpack_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_unpack_rows(arguments, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

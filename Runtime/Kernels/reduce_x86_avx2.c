// Reductions with AVX2.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_VECTOR_BYTES 32
#define BNNMK_INLINE_TARGET "avx2"
#include "reduce_x86.h"

__attribute__((target(BNNMK_INLINE_TARGET))) void bnnmk_reduce_x86_avx2(const void *arguments, uint32_t begin,
                                                                        uint32_t end) {
  bnnmk_reduce_vectors(arguments, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Average pooling with AVX-512.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_VECTOR_BYTES 64
#define BNNMK_INLINE_TARGET "avx512f,avx512bw,avx512dq,avx512vl"
#include "average_pool.h"
#include "kernel_declarations.h"

__attribute__((target(BNNMK_INLINE_TARGET))) void bnnmk_average_pool_f32_x86_avx512(const void *arguments,
                                                                                    uint32_t begin, uint32_t end) {
  bnnmk_average_rows(arguments, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

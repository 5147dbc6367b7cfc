// Maximum of float windows with AVX2.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_VECTOR_BYTES 32
#define BNNMK_INLINE_TARGET "avx2"
#include "kernel_declarations.h"
#include "max_pool.h"

__attribute__((target("avx2"))) void bnnmk_max_pool_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_max_rows(arguments, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

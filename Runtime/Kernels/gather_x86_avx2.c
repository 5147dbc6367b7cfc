// Items picked by index, copied by registers of AVX2.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_INLINE_TARGET "avx2"
#include "gather.h"
#include "kernel_declarations.h"

__attribute__((target("avx2"))) void bnnmk_gather_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_gather_any(arguments, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

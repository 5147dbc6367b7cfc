// Depthwise convolution with vectors of eight.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_VECTOR_BYTES 32
#define BNNMK_INLINE_TARGET "avx2"
#include "depthwise.h"
#include "kernel_declarations.h"

__attribute__((target("avx2"))) void bnnmk_depthwise_conv2d_f32_x86_avx2(const void *arguments, uint32_t begin,
                                                                         uint32_t end) {
  bnnmk_depthwise_rows(arguments, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

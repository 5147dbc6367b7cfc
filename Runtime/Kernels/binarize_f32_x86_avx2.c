// Bits from float32 by switch points: the plain C loops, eight numbers at a time.
#if defined(__x86_64__) || defined(__i386__)

#include "binarize.h"
#include "kernel_declarations.h"

__attribute__((target("avx2"))) void bnnmk_binarize_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binarize *binarize = arguments;
  bnnmk_binarize_rows(binarize, begin, end, bnnmk_pass_points_f32);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

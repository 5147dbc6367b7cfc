// Real functions for AVX2, four numbers at a time. Without fused multiply-adds, so that plain C gives the
// same bits.
#if defined(__x86_64__) || defined(__i386__)

#include "real_function_values.h"

__attribute__((target("avx2"))) void bnnmk_apply_function_x86_avx2(bnnmk_real_function function, float *x,
                                                                   uint32_t count) {
  // Said once more for the compiler, which then leaves out what would take single numbers.
  count -= count % 8;
  if (!bnnmk_apply_arithmetic(function, x, count)) {
    bnnmk_apply_function(function, x, count);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Real functions for AVX2, twice four numbers of float64 at a time and in turns. Without fused multiply-adds, so that
// plain C gives the same bits.
#if defined(__x86_64__) || defined(__i386__)

#include <string.h>

#define BNNMK_TWO_ROUNDS
#include "real_function_values.h"

// Numbers of a round of the loops.
enum { ROUND = 16 };

__attribute__((target("avx2"))) void bnnmk_apply_function_x86_avx2(bnnmk_real_function function, float *x,
                                                                   uint32_t count) {
  const uint32_t rest = count % ROUND;
  count -= rest;
  if (rest > 0) {
    float last[ROUND] = {0};
    memcpy(last, x + count, rest * sizeof *x);
    bnnmk_apply_function_x86_avx2(function, last, ROUND);
    memcpy(x + count, last, rest * sizeof *x);
  }
  // Said once more for the compiler, which then leaves out what would take single numbers.
  count -= count % ROUND;
  if (!bnnmk_apply_arithmetic(function, x, count)) {
    bnnmk_apply_function(function, x, count);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

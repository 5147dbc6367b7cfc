// Reductions with AVX-512.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_VECTOR_BYTES 64
#define BNNMK_INLINE_TARGET "avx512f,avx512bw,avx512dq,avx512vl"
#include "reduce_x86.h"

__attribute__((target(BNNMK_INLINE_TARGET))) void bnnmk_sum_rows_x86_avx512(const float *x, size_t extent,
                                                                            uint32_t row_count, const float *means,
                                                                            double by, float *to) {
  bnnmk_sum_rows(x, extent, row_count, means, by, to);
}

__attribute__((target(BNNMK_INLINE_TARGET))) float bnnmk_greatest_of_row_x86_avx512(const float *x, size_t extent) {
  enum { LANES = 16, TURNS = 4 };
  const __m512 first = _mm512_set1_ps(*x);
  __m512 several[TURNS] = {first, first, first, first};
  size_t i = 0;
  for (; extent - i >= TURNS * LANES; i += TURNS * LANES) {
    BNNMK_REGISTERS
    for (int k = 0; k < TURNS; k++) {
      several[k] = _mm512_max_ps(_mm512_loadu_ps(x + i + k * LANES), several[k]);
    }
  }
  __m512 y = _mm512_max_ps(_mm512_max_ps(several[0], several[1]), _mm512_max_ps(several[2], several[3]));
  for (; i < extent; i += LANES) {
    const __mmask16 is_there = extent - i >= LANES ? 0xffff : (__mmask16)((1u << (extent - i)) - 1);
    y = _mm512_max_ps(_mm512_mask_loadu_ps(first, is_there, x + i), y);
  }
  return _mm512_reduce_max_ps(y);
}

__attribute__((target(BNNMK_INLINE_TARGET))) void bnnmk_reduce_x86_avx512(const void *arguments, uint32_t begin,
                                                                          uint32_t end) {
  bnnmk_reduce_vectors(arguments, begin, end, bnnmk_sum_rows_x86_avx512);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

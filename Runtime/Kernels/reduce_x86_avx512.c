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

__attribute__((target(BNNMK_INLINE_TARGET))) void bnnmk_add_rows_x86_avx512(const float *x, uint32_t row_count,
                                                                            size_t extent, double *sums) {
  bnnmk_add_wide_rows(x, row_count, extent, sums);
}

__attribute__((target(BNNMK_INLINE_TARGET))) void bnnmk_reduce_x86_avx512(const void *arguments, uint32_t begin,
                                                                          uint32_t end) {
  bnnmk_reduce_vectors(arguments, begin, end, bnnmk_sum_rows_x86_avx512);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

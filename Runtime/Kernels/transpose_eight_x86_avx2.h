// Eight rows of eight 32-bit elements become eight columns, in registers.
#ifndef BNNM_TRANSPOSE_EIGHT_X86_AVX2_H
#define BNNM_TRANSPOSE_EIGHT_X86_AVX2_H

#include <immintrin.h>
#include <stddef.h>

#include "lanes.h"

// column[i] = row 0's element i, row 1's, ... row 7's; rows are `row_step` elements apart.
static inline __attribute__((always_inline, target("avx2"))) void bnnmk_transpose_eight(const float *rows,
                                                                                        size_t row_step,
                                                                                        __m256 column[8]) {
  __m256 x[8], pairs[8];
  // Of rows p and p + 4 the first, and the second four elements.
  BNNMK_REGISTERS
  for (int p = 0; p < 4; p++) {
    const float *upper = rows + (size_t)p * row_step, *lower = upper + 4 * row_step;
    x[p] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(upper)), _mm_loadu_ps(lower), 1);
    x[p + 4] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(upper + 4)), _mm_loadu_ps(lower + 4), 1);
  }
  BNNMK_REGISTERS
  for (int h = 0; h < 8; h += 4) {
    pairs[h] = _mm256_unpacklo_ps(x[h], x[h + 1]);
    pairs[h + 1] = _mm256_unpackhi_ps(x[h], x[h + 1]);
    pairs[h + 2] = _mm256_unpacklo_ps(x[h + 2], x[h + 3]);
    pairs[h + 3] = _mm256_unpackhi_ps(x[h + 2], x[h + 3]);
    column[h] = _mm256_shuffle_ps(pairs[h], pairs[h + 2], 0x44);
    column[h + 1] = _mm256_shuffle_ps(pairs[h], pairs[h + 2], 0xee);
    column[h + 2] = _mm256_shuffle_ps(pairs[h + 1], pairs[h + 3], 0x44);
    column[h + 3] = _mm256_shuffle_ps(pairs[h + 1], pairs[h + 3], 0xee);
  }
}

#endif

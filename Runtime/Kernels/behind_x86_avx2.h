// Comparisons of 32 values with their switch points for AVX2.
#ifndef BNNM_BEHIND_X86_AVX2_H
#define BNNM_BEHIND_X86_AVX2_H

#include <immintrin.h>
#include <stdint.h>

#include "lanes.h"

enum { BNNMK_BEHIND_REGISTERS = 4 };

// A bit for each lane of the four registers, in ascending order: whether its value is at or above its point. A
// comparison with NaN is false.
static inline __attribute__((always_inline, target("avx2"))) uint32_t
bnnmk_points_behind_x86_avx2(const __m256 points[BNNMK_BEHIND_REGISTERS], const __m256 values[BNNMK_BEHIND_REGISTERS]) {
  __m256i is_behind[BNNMK_BEHIND_REGISTERS];
  BNNMK_REGISTERS
  for (int r = 0; r < BNNMK_BEHIND_REGISTERS; r++) {
    is_behind[r] = _mm256_castps_si256(_mm256_cmp_ps(points[r], values[r], _CMP_LE_OQ));
  }
  // A byte for each lane: packing leaves four of each register in either half.
  const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(is_behind[0], is_behind[1]),
                                           _mm256_packs_epi32(is_behind[2], is_behind[3]));
  const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return (uint32_t)_mm256_movemask_epi8(_mm256_permutevar8x32_epi32(bytes, in_order));
}

#endif

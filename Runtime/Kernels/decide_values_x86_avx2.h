// Decisions of an epilogue for AVX2: eight values at a time against their switch points.
#ifndef BNNM_DECIDE_VALUES_X86_AVX2_H
#define BNNM_DECIDE_VALUES_X86_AVX2_H

#include <immintrin.h>

#include "epilogue.h"

// A bnnmk_decide_values.
static inline __attribute__((always_inline, target("avx2"))) uint64_t
bnnmk_decide_values_x86_avx2(const bnnmk_epilogue *epilogue, uint32_t channel, const float *x, uint32_t count) {
  if (count % 8 != 0) {
    return bnnmk_decide_each_value(epilogue, channel, x, count);
  }
  uint64_t minus = 0;
  for (uint32_t i = 0; i < count; i += 8) {
    const __m256 values = _mm256_loadu_ps(x + i);
    // Sign bits are 1 where the number of points behind is even. A comparison with NaN is false.
    __m256 even = _mm256_set1_ps(-0.0f);
    for (uint32_t s = 0; s < epilogue->switch_count; s++) {
      const float *points = epilogue->switch_points + (size_t)s * epilogue->channels + channel + i;
      even = _mm256_xor_ps(even, _mm256_cmp_ps(_mm256_loadu_ps(points), values, _CMP_LE_OQ));
    }
    minus |= (uint64_t)(uint32_t)_mm256_movemask_ps(even) << i;
  }
  return minus;
}

#endif

// Bits from float32 by switch points for AVX-512: sixteen comparisons a mask.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "avx512_features.h"
#include "binarize.h"
#include "kernel_declarations.h"

// A bnnmk_pass_points. A comparison with NaN is false.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) uint64_t pass_points(const bnnmk_binarize *binarize,
                                                                                      size_t element, size_t column,
                                                                                      uint32_t count) {
  const float *x = (const float *)binarize->input + element;
  uint64_t odd = 0;
  for (uint32_t i = 0; i < count; i += 16) {
    const __mmask16 lanes = bnnmk_first_lanes(count - i);
    const __m512 values = _mm512_maskz_loadu_ps(lanes, x + i);
    const float *points = (const float *)binarize->switch_points + column + i;
    __mmask16 odd_lanes = 0;
    for (size_t s = 0; s < binarize->switch_count; s++, points += binarize->period) {
      const __m512 some = _mm512_maskz_loadu_ps(lanes, points);
      odd_lanes = _kxor_mask16(odd_lanes, _mm512_mask_cmp_ps_mask(lanes, some, values, _CMP_LE_OQ));
    }
    odd |= (uint64_t)odd_lanes << i;
  }
  return odd;
}

BNNMK_TARGET_AVX512 void bnnmk_binarize_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binarize_rows(arguments, begin, end, pass_points);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

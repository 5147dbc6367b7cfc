// Bits from float32 by one threshold a channel for AVX-512: sixteen comparisons a mask.
#if defined(__x86_64__) || defined(__i386__)

#include "avx512_features.h"
#include "kernel_declarations.h"

#define ELEMENT float
#include "binarize_by.h"

// Sixteen of a find_minus, of which `lanes` count: where the comparison is false, with NaN too.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) __mmask16 find_lanes(__mmask16 lanes, __m512 x,
                                                                                      __m512 t, comparison comparison) {
  switch (comparison) {
    case GREATER_OR_EQUAL:
      return _mm512_mask_cmp_ps_mask(lanes, x, t, _CMP_NGE_UQ);
    case GREATER:
      return _mm512_mask_cmp_ps_mask(lanes, x, t, _CMP_NGT_UQ);
    case LESS_OR_EQUAL:
      return _mm512_mask_cmp_ps_mask(lanes, x, t, _CMP_NLE_UQ);
    case LESS:
      return _mm512_mask_cmp_ps_mask(lanes, x, t, _CMP_NLT_UQ);
  }
  return 0;
}

static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) uint64_t find_minus_lanes(const float *x,
                                                                                           const float *t, size_t count,
                                                                                           comparison comparison) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; i += 16) {
    const __mmask16 lanes = bnnmk_first_lanes(count - i);
    const __m512 values = _mm512_maskz_loadu_ps(lanes, x + i), thresholds = _mm512_maskz_loadu_ps(lanes, t + i);
    bits |= (uint64_t)find_lanes(lanes, values, thresholds, comparison) << i;
  }
  return bits;
}

BNNMK_TARGET_AVX512 void bnnmk_binarize_by_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  binarize_all_rows(arguments, begin, end, find_minus_lanes);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

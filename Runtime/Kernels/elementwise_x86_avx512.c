// Elementwise functions of two operands with AVX-512: four registers at a time. For CPUs that keep their clock
// meanwhile, which those do that count the bits of registers.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "avx512_features.h"
#define BNNMK_INLINE_TARGET BNNMK_AVX512_FEATURES
#include "elementwise.h"
#include "kernel_declarations.h"

enum { LANES = 16, REGISTERS = 4 };

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

// bnnmk_apply_arithmetic. Extremes are b where one is NaN, or both are 0; a where a is NaN.
INLINE __m512 apply(bnnmk_function function, __m512 a, __m512 b) {
  switch (function) {
    case BNNMK_ADD:
      return _mm512_add_ps(a, b);
    case BNNMK_SUBTRACT:
      return _mm512_sub_ps(a, b);
    case BNNMK_MULTIPLY:
      return _mm512_mul_ps(a, b);
    case BNNMK_DIVIDE:
      return _mm512_div_ps(a, b);
    case BNNMK_MINIMUM:
      return _mm512_mask_mov_ps(_mm512_min_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
    case BNNMK_MAXIMUM:
      return _mm512_mask_mov_ps(_mm512_max_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
  }
  return a;
}

// `function` and both steps, 1 or 0, are constants in every call.
INLINE void apply_wide(bnnmk_function function, const float *a, size_t a_step, const float *b, size_t b_step, float *y,
                       size_t count) {
  size_t i = 0;
  const __m512 first_a = _mm512_set1_ps(*a), first_b = _mm512_set1_ps(*b);
  for (; i + REGISTERS * LANES <= count; i += REGISTERS * LANES) {
    BNNMK_REGISTERS
    for (int r = 0; r < REGISTERS; r++) {
      const size_t at = i + (size_t)r * LANES;
      const __m512 x = a_step == 0 ? first_a : _mm512_loadu_ps(a + at);
      _mm512_storeu_ps(y + at, apply(function, x, b_step == 0 ? first_b : _mm512_loadu_ps(b + at)));
    }
  }
  for (; i < count; i += LANES) {
    const __mmask16 lanes = bnnmk_first_lanes(count - i);
    const __m512 x = a_step == 0 ? first_a : _mm512_maskz_loadu_ps(lanes, a + i);
    const __m512 by = b_step == 0 ? first_b : _mm512_maskz_loadu_ps(lanes, b + i);
    _mm512_mask_storeu_ps(y + i, lanes, apply(function, x, by));
  }
}

INLINE void apply_row(bnnmk_function function, const float *a, size_t a_step, const float *b, size_t b_step, float *y,
                      size_t count) {
  if (a_step == 1 && b_step == 1) {
    apply_wide(function, a, 1, b, 1, y, count);
  } else if (a_step == 1 && b_step == 0) {
    apply_wide(function, a, 1, b, 0, y, count);
  } else if (a_step == 0 && b_step == 1) {
    apply_wide(function, a, 0, b, 1, y, count);
  } else {
    bnnmk_apply_strided(function, a, a_step, b, b_step, y, count);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_elementwise_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_elementwise_rows(arguments, begin, end, apply_row);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

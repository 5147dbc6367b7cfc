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

// bnnmk_apply_arithmetic of the functions that are one operation.
INLINE __m512 apply(bnnmk_function function, __m512 a, __m512 b) {
  switch (function) {
    case BNNMK_ADD:
      return _mm512_add_ps(a, b);
    case BNNMK_SUBTRACT:
      return _mm512_sub_ps(a, b);
    case BNNMK_MULTIPLY:
      return _mm512_mul_ps(a, b);
    default:
      return _mm512_div_ps(a, b);
  }
}

// `function` and `b_step`, 1 or 0, are constants in every call.
INLINE void apply_wide(bnnmk_function function, const float *a, const float *b, size_t b_step, float *y, size_t count) {
  const __m512 first_b = _mm512_set1_ps(*b);
  size_t i = 0;
  for (; i + REGISTERS * LANES <= count; i += REGISTERS * LANES) {
    BNNMK_REGISTERS
    for (size_t r = 0; r < REGISTERS; r++) {
      const size_t at = i + r * LANES;
      const __m512 by = b_step == 0 ? first_b : _mm512_loadu_ps(b + at);
      _mm512_storeu_ps(y + at, apply(function, _mm512_loadu_ps(a + at), by));
    }
  }
  for (; i < count; i += LANES) {
    const __mmask16 lanes = bnnmk_first_lanes(count - i);
    const __m512 by = b_step == 0 ? first_b : _mm512_maskz_loadu_ps(lanes, b + i);
    _mm512_mask_storeu_ps(y + i, lanes, apply(function, _mm512_maskz_loadu_ps(lanes, a + i), by));
  }
}

INLINE void apply_row(bnnmk_function function, const float *a, size_t a_step, const float *b, size_t b_step, float *y,
                      size_t count) {
  (void)a_step;  // 1
  // Never: `suits`. Said here so that no loops are made for the others.
  if (function > BNNMK_DIVIDE) {
    return;
  }
  if (b_step == 0) {
    apply_wide(function, a, b, 0, y, count);
  } else {
    apply_wide(function, a, b, 1, y, count);
  }
}

// Along rows, whether `a` is dense and `b` dense or one number: the others are left to AVX2.
static int suits(const bnnmk_elementwise *operands) {
  const uint32_t last = operands->rank - 1;
  return operands->rank > 0 && operands->function <= BNNMK_DIVIDE && operands->a_strides[last] == 1 &&
         operands->b_strides[last] <= 1;
}

BNNMK_TARGET_AVX512 void bnnmk_elementwise_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  if (suits(arguments)) {
    bnnmk_elementwise_rows(arguments, begin, end, apply_row);
  } else {
    bnnmk_elementwise_x86_avx2(arguments, begin, end);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

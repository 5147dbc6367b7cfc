// Vectors of floats for kernels in plain C whose loops must be vectors, of the width that the including file asks for:
// BNNMK_VECTOR_BYTES, or 16, which SSE and NEON have. Arithmetic on them is element by element, each rounded by itself.
#ifndef BNNM_FLOAT_VECTORS_H
#define BNNM_FLOAT_VECTORS_H

#include <stdint.h>
#include <string.h>

#include "lanes.h"
#include "separate_roundings.h"
#include "window_taps.h"

#if defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(BNNMK_INLINE_TARGET)
#include <immintrin.h>
#endif

#ifndef BNNMK_VECTOR_BYTES
#define BNNMK_VECTOR_BYTES 16
#endif

typedef float bnnmk_floats __attribute__((vector_size(BNNMK_VECTOR_BYTES)));
typedef int32_t bnnmk_choices __attribute__((vector_size(BNNMK_VECTOR_BYTES)));

enum { BNNMK_LANE_COUNT = BNNMK_VECTOR_BYTES / sizeof(float) };

// The first `count` lanes, a constant BNNMK_LANE_COUNT in the calls of whole vectors; the others are 0.
BNNMK_INLINE void bnnmk_load_floats(bnnmk_floats *to, const float *from, uint32_t count) {
  if (count < BNNMK_LANE_COUNT) {
    memset(to, 0, sizeof *to);
  }
  memcpy(to, from, count * sizeof(float));
}

BNNMK_INLINE void bnnmk_store_floats_of(float *to, const bnnmk_floats *from, uint32_t count) {
  memcpy(to, from, count * sizeof(float));
}

// x where the choice is -1, y where it is 0.
BNNMK_INLINE void bnnmk_choose_floats(bnnmk_floats *result, const bnnmk_choices *choice, const bnnmk_floats *x,
                                      const bnnmk_floats *y) {
  *result = (bnnmk_floats)((*choice & (bnnmk_choices)*x) | (~*choice & (bnnmk_choices)*y));
}

// The greater one of each two numbers; NaN where one of them is. Of zeros of both signs it is either.
BNNMK_INLINE void bnnmk_take_greater(bnnmk_floats *greatest, const bnnmk_floats *value) {
#if defined(__ARM_NEON)
  *greatest = (bnnmk_floats)vmaxq_f32((float32x4_t)*greatest, (float32x4_t)*value);
#elif defined(BNNMK_INLINE_TARGET) && BNNMK_VECTOR_BYTES == 64
  // The second operand where one is NaN.
  const __m512 x = (__m512)*greatest;
  const __mmask16 is_number = _mm512_cmp_ps_mask(x, x, _CMP_ORD_Q);
  *greatest = (bnnmk_floats)_mm512_mask_max_ps(x, is_number, x, (__m512)*value);
#elif defined(BNNMK_INLINE_TARGET)
  // The second operand where one is NaN; a mask of ones is a NaN, too.
  const __m256 x = (__m256)*greatest, is_nan = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
  *greatest = (bnnmk_floats)_mm256_or_ps(_mm256_max_ps(x, (__m256)*value), is_nan);
#else
  const bnnmk_choices is_taken = (*value > *greatest) | (*value != *value);
  bnnmk_choose_floats(greatest, &is_taken, value, greatest);
#endif
}

#endif

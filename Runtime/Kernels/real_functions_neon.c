// Exponentials and error functions for 64-bit ARM, vectors of four numbers in turns. With fused multiply-adds where
// plain C has them, so that the bits are the same; vectors of 32-bit ARM would differ, which take denormal numbers for
// 0.
#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#include "exponential_tables.h"
#include "lanes.h"

#define INLINE static inline __attribute__((always_inline))

typedef float32x4_t vector;

INLINE vector all(float x) { return vdupq_n_f32(x); }
INLINE vector load(const float *from, int k) { return vld1q_f32(from + 4 * k); }
INLINE void store(float *to, int k, vector x) { vst1q_f32(to + 4 * k, x); }
INLINE vector fused(vector a, vector b, vector c) { return vfmaq_f32(c, a, b); }
INLINE vector fused_less(vector a, vector b, vector c) { return vfmsq_f32(c, a, b); }
INLINE vector greatest(vector a, vector b) { return vmaxq_f32(a, b); }
INLINE vector least(vector a, vector b) { return vminq_f32(a, b); }
INLINE float greatest_of(vector x) { return vmaxvq_f32(x); }
INLINE vector least_positive(vector a, vector b) { return vminq_f32(a, b); }

INLINE vector lookup(const float row[16], vector shifted) {
  const uint32x4_t index = vandq_u32(vreinterpretq_u32_f32(shifted), vdupq_n_u32(15));
  // The four bytes of the number at each index.
  const uint32x4_t places = vmlaq_u32(vdupq_n_u32(0x03020100), index, vdupq_n_u32(0x04040404));
  uint8x16x4_t bytes;
  memcpy(&bytes, row, sizeof bytes);
  return vreinterpretq_f32_u8(vqtbl4q_u8(bytes, vreinterpretq_u8_u32(places)));
}

// In two steps, since the power may be no normal number; only the second one rounds.
INLINE vector times_power(vector x, vector shifted) {
  const int32x4_t unshifted = vreinterpretq_s32_f32(shifted) - vreinterpretq_s32_f32(all(BNNMK_NEAREST_SIXTEENTH));
  const int32x4_t exponent = vsraq_n_s32(vdupq_n_s32(2 * 127), unshifted, 4);
  const int32x4_t half = vshrq_n_s32(exponent, 1), other = vsubq_s32(exponent, half);
  return x * vreinterpretq_f32_s32(vshlq_n_s32(half, 23)) * vreinterpretq_f32_s32(vshlq_n_s32(other, 23));
}

INLINE vector if_below(vector x, vector limit, vector yes, vector no) {
  return vbslq_f32(vcltq_f32(x, limit), yes, no);
}

INLINE vector magnitude_of(vector x) { return vabsq_f32(x); }

INLINE vector with_sign_of(vector x, vector of) {
  const uint32x4_t sign = vandq_u32(vreinterpretq_u32_f32(of), vdupq_n_u32(0x80000000u));
  return vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(x), sign));
}

INLINE vector load_first(const float *from, size_t count, vector others) {
  for (size_t i = 0; i < count; i++) {
    others[i] = from[i];
  }
  return others;
}

INLINE void store_first(float *to, size_t count, vector x) {
  for (size_t i = 0; i < count; i++) {
    to[i] = x[i];
  }
}

enum { TURNS = 2, FEWER_TURNS = 1 };
#include "exponential_loops.h"

void bnnmk_apply_function_neon(bnnmk_real_function function, float *x, uint32_t count) {
  if (function != BNNMK_EXP && function != BNNMK_ERF) {
    bnnmk_apply_function(function, x, count);
    return;
  }
  const uint32_t rest = count % LEAST;
  apply_exponential(function, x, count - rest);
  if (rest > 0) {
    float last[LEAST] = {0};
    memcpy(last, x + count - rest, rest * sizeof *x);
    apply_exponential(function, last, LEAST);
    memcpy(x + count - rest, last, rest * sizeof *x);
  }
}

void bnnmk_turn_rows_neon(const bnnmk_turn *turn, size_t extent) { turn_rows(turn, extent); }

void bnnmk_exponentials_of_rows_neon(const float *x, const float *scale, const float *most, float *y,
                                     uint32_t row_count, size_t extent) {
  exponentials_of_rows(x, scale, most, y, row_count, extent, bnnmk_apply_function_neon);
}

void bnnmk_gate_errors_neon(const bnnmk_error_gate *gate, const float *x, float *y, uint32_t row_count, size_t extent) {
  gate_errors(gate, x, y, row_count, extent);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_a64_here;
#endif

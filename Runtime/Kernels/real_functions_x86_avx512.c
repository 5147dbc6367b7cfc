// Real functions for AVX-512, twice eight numbers of float64 at a time and in turns. With fused multiply-adds where
// plain C has them, so that the bits are the same.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>
#include <string.h>

#define BNNMK_TWO_ROUNDS
#include "exponential_tables.h"
#include "real_function_values.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE static inline AVX512 __attribute__((always_inline))

typedef __m512 vector;

INLINE vector all(float x) { return _mm512_set1_ps(x); }
INLINE vector load(const float *from, int k) { return _mm512_loadu_ps(from + 16 * k); }
INLINE void store(float *to, int k, vector x) { _mm512_storeu_ps(to + 16 * k, x); }
INLINE vector fused(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vector fused_less(vector a, vector b, vector c) { return _mm512_fnmadd_ps(a, b, c); }
INLINE vector greatest(vector a, vector b) { return _mm512_max_ps(a, b); }
INLINE vector least(vector a, vector b) { return _mm512_min_ps(a, b); }
INLINE float greatest_of(vector x) { return _mm512_reduce_max_ps(x); }

// As integers, for which there are more units.
INLINE vector least_positive(vector a, vector b) {
  return _mm512_castsi512_ps(_mm512_min_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}

INLINE vector lookup(const float row[16], vector shifted) {
  return _mm512_permutexvar_ps(_mm512_castps_si512(shifted), _mm512_loadu_ps(row));
}

INLINE vector times_power(vector x, vector shifted) {
  return _mm512_scalef_ps(x, shifted - all(BNNMK_NEAREST_SIXTEENTH));
}

INLINE vector if_below(vector x, vector limit, vector yes, vector no) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, limit, _CMP_LT_OQ), no, yes);
}

INLINE vector magnitude_of(vector x) { return _mm512_andnot_ps(all(-0.0f), x); }
INLINE vector with_sign_of(vector x, vector of) { return _mm512_or_ps(x, _mm512_and_ps(all(-0.0f), of)); }

INLINE __mmask16 is_first(size_t count) { return (__mmask16)((1u << count) - 1); }

INLINE vector load_first(const float *from, size_t count, vector others) {
  return _mm512_mask_loadu_ps(others, is_first(count), from);
}

INLINE void store_first(float *to, size_t count, vector x) { _mm512_mask_storeu_ps(to, is_first(count), x); }

enum { TURNS = 4, FEWER_TURNS = 2 };
#include "exponential_loops.h"

AVX512 void bnnmk_apply_function_x86_avx512(bnnmk_real_function function, float *x, uint32_t count) {
  const uint32_t rest = count % LEAST;
  count -= rest;
  if (rest > 0) {
    float last[LEAST] = {0};
    memcpy(last, x + count, rest * sizeof *x);
    bnnmk_apply_function_x86_avx512(function, last, LEAST);
    memcpy(x + count, last, rest * sizeof *x);
  }
  // Said once more for the compiler, which then leaves out what would take single numbers.
  count -= count % LEAST;
  if (apply_exponential(function, x, count)) {
    return;
  }
  if (!bnnmk_apply_arithmetic(function, x, count)) {
    bnnmk_apply_function(function, x, count);
  }
}

AVX512 void bnnmk_turn_rows_x86_avx512(const bnnmk_turn *turn, size_t extent) { turn_rows(turn, extent); }

AVX512 void bnnmk_exponentials_of_rows_x86_avx512(const float *x, const float *scale, const float *most, float *y,
                                                  uint32_t row_count, size_t extent) {
  exponentials_of_rows(x, scale, most, y, row_count, extent, bnnmk_apply_function_x86_avx512);
}

AVX512 void bnnmk_gate_errors_x86_avx512(const bnnmk_error_gate *gate, const float *x, float *y, uint32_t row_count,
                                         size_t extent) {
  gate_errors(gate, x, y, row_count, extent);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

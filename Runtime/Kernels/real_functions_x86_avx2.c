// Real functions for AVX2, twice four numbers of float64 at a time and in turns. With fused multiply-adds where plain C
// has them, so that the bits are the same.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>
#include <string.h>

#define BNNMK_TWO_ROUNDS
#include "exponential_tables.h"
#include "real_function_values.h"

#define AVX2 __attribute__((target("avx2,fma")))
#define INLINE static inline AVX2 __attribute__((always_inline))

typedef __m256 vector;

INLINE vector all(float x) { return _mm256_set1_ps(x); }
INLINE vector load(const float *from, int k) { return _mm256_loadu_ps(from + 8 * k); }
INLINE void store(float *to, int k, vector x) { _mm256_storeu_ps(to + 8 * k, x); }
INLINE vector fused(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vector fused_less(vector a, vector b, vector c) { return _mm256_fnmadd_ps(a, b, c); }
INLINE vector greatest(vector a, vector b) { return _mm256_max_ps(a, b); }
INLINE vector least(vector a, vector b) { return _mm256_min_ps(a, b); }

INLINE float greatest_of(vector x) {
  x = _mm256_max_ps(x, _mm256_permute2f128_ps(x, x, 1));
  x = _mm256_max_ps(x, _mm256_permute_ps(x, 0x4e));
  x = _mm256_max_ps(x, _mm256_permute_ps(x, 0xb1));
  return _mm256_cvtss_f32(x);
}

// As integers, for which there are more units.
INLINE vector least_positive(vector a, vector b) {
  return _mm256_castsi256_ps(_mm256_min_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}

INLINE vector lookup(const float row[16], vector shifted) {
  const __m256i index = _mm256_castps_si256(shifted);
  const vector low = _mm256_permutevar8x32_ps(_mm256_loadu_ps(row), index);
  const vector high = _mm256_permutevar8x32_ps(_mm256_loadu_ps(row + 8), index);
  return _mm256_blendv_ps(low, high, _mm256_castsi256_ps(_mm256_slli_epi32(index, 28)));
}

// In two steps, since the power may be no normal number; only the second one rounds.
INLINE vector times_power(vector x, vector shifted) {
  const __m256i unshifted =
      _mm256_sub_epi32(_mm256_castps_si256(shifted), _mm256_castps_si256(all(BNNMK_NEAREST_SIXTEENTH)));
  const __m256i exponent = _mm256_add_epi32(_mm256_srai_epi32(unshifted, 4), _mm256_set1_epi32(2 * 127));
  const __m256i half = _mm256_srli_epi32(exponent, 1), other = _mm256_sub_epi32(exponent, half);
  return x * _mm256_castsi256_ps(_mm256_slli_epi32(half, 23)) * _mm256_castsi256_ps(_mm256_slli_epi32(other, 23));
}

INLINE vector if_below(vector x, vector limit, vector yes, vector no) {
  return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(x, limit, _CMP_LT_OQ));
}

INLINE vector magnitude_of(vector x) { return _mm256_andnot_ps(all(-0.0f), x); }
INLINE vector with_sign_of(vector x, vector of) { return _mm256_or_ps(x, _mm256_and_ps(all(-0.0f), of)); }

INLINE __m256i is_first(size_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE vector load_first(const float *from, size_t count, vector others) {
  return _mm256_blendv_ps(others, _mm256_maskload_ps(from, is_first(count)), _mm256_castsi256_ps(is_first(count)));
}

INLINE void store_first(float *to, size_t count, vector x) { _mm256_maskstore_ps(to, is_first(count), x); }

enum { TURNS = 2, FEWER_TURNS = 2 };
#include "exponential_loops.h"

AVX2 void bnnmk_apply_function_x86_avx2(bnnmk_real_function function, float *x, uint32_t count) {
  const uint32_t rest = count % LEAST;
  count -= rest;
  if (rest > 0) {
    float last[LEAST] = {0};
    memcpy(last, x + count, rest * sizeof *x);
    bnnmk_apply_function_x86_avx2(function, last, LEAST);
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

AVX2 void bnnmk_turn_rows_x86_avx2(const bnnmk_turn *turn, size_t extent) { turn_rows(turn, extent); }

AVX2 void bnnmk_exponentials_of_rows_x86_avx2(const float *x, const float *scale, const float *most, float *y,
                                              uint32_t row_count, size_t extent) {
  exponentials_of_rows(x, scale, most, y, row_count, extent, bnnmk_apply_function_x86_avx2);
}

AVX2 void bnnmk_gate_errors_x86_avx2(const bnnmk_error_gate *gate, const float *x, float *y, uint32_t row_count,
                                     size_t extent) {
  gate_errors(gate, x, y, row_count, extent);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Binary convolution by nibble tables for AVX2: accumulators of 16 bits through an epilogue.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>
#include <string.h>

#include "store_summed_values.h"

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE static inline AVX2 __attribute__((always_inline))

enum { CHANNELS = BNNMK_NIBBLE_CHANNELS };

// Whether fused multiply-adds in float32 give, to the bit, what a product and a sum in float64 give when rounded to
// float32: they do where that sum is exact. scale * acc has bits from scale's last one on, up to 14 places above its
// first, and bias 24 bits; 53 hold both where the exponents are near each other.
AVX2_INLINE int sums_are_exact(const float *scale, const float *bias) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i exact = _mm256_set1_epi32(-1);
  for (int m = 0; m < CHANNELS; m += 8) {
    // Without signs, exponents are the upper byte.
    const __m256i s = _mm256_slli_epi32(_mm256_loadu_si256((const __m256i *)(scale + m)), 1);
    const __m256i b = _mm256_slli_epi32(_mm256_loadu_si256((const __m256i *)(bias + m)), 1);
    const __m256i distance = _mm256_sub_epi32(_mm256_srli_epi32(b, 24), _mm256_srli_epi32(s, 24));
    const __m256i is_near = _mm256_and_si256(_mm256_cmpgt_epi32(distance, _mm256_set1_epi32(-12)),
                                             _mm256_cmpgt_epi32(_mm256_set1_epi32(27), distance));
    exact = _mm256_and_si256(exact, _mm256_or_si256(is_near, _mm256_cmpeq_epi32(b, zero)));
  }
  return _mm256_movemask_epi8(exact) == -1;
}

AVX2_INLINE __m128 scale_four(__m128i accumulators, const float *scale, const float *bias) {
  const __m256d product = _mm256_mul_pd(_mm256_cvtps_pd(_mm_loadu_ps(scale)), _mm256_cvtepi32_pd(accumulators));
  return _mm256_cvtpd_ps(_mm256_add_pd(product, _mm256_cvtps_pd(_mm_loadu_ps(bias))));
}

// A bnnmk_scale_inexact.
static AVX2 int scale_inexact(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile,
                              bnnmk_scaled_values scaled) {
  const uint32_t left = tile->channel_count, channel = tile->channel;
  float scales[CHANNELS] = {0}, biases[CHANNELS] = {0};
  const float *scale = conv->scale + channel, *bias = biases;
  if (left < CHANNELS) {
    memcpy(scales, scale, left * sizeof(float));
    scale = scales;
  }
  if (conv->bias && left < CHANNELS) {
    memcpy(biases, conv->bias + channel, left * sizeof(float));
  } else if (conv->bias) {
    bias = conv->bias + channel;
  }
  if (sums_are_exact(scale, bias)) {
    return 0;
  }
  // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
  const __m128 minimum = _mm_set1_ps(conv->minimum), maximum = _mm_set1_ps(conv->maximum);
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    for (int i = 0; i < CHANNELS; i += 4) {
      const __m128i sums = _mm_loadl_epi64((const __m128i *)(tile->accumulators[p] + i));
      const __m128 x = scale_four(_mm_cvtepi16_epi32(sums), scale + i, bias + i);
      _mm_storeu_ps(scaled[p] + i, _mm_min_ps(maximum, _mm_max_ps(minimum, x)));
    }
  }
  return 1;
}

void bnnmk_store_summed_values_x86_avx2(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile) {
  bnnmk_store_summed(conv, tile, scale_inexact, bnnmk_finish_wide_x86_avx2);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

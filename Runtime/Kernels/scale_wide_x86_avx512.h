// Accumulators of binary convolution to floats for AVX-512: sixteen channels of a pixel at a time, as
// bnnmk_scale_accumulators has it.
#ifndef BNNM_SCALE_WIDE_X86_AVX512_H
#define BNNM_SCALE_WIDE_X86_AVX512_H

#include "avx512_features.h"
#include "window_taps.h"

#define BNNMK_SCALE_INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

// What sixteen channels are scaled with; those that are missing are 0.
typedef struct bnnmk_wide_scale {
  __m512 scale, bias, minimum, maximum;
  int is_exact;    // fused multiply-adds in float32 do
  int is_clamped;  // else minimum and maximum are infinite
} bnnmk_wide_scale;

// Whether fused multiply-adds in float32 give, to the bit, what a product and a sum in float64 give when rounded to
// float32: they do where that sum is exact. scale * acc has bits from scale's last one on, up to `places` above its
// first, and bias 24 bits; 53 hold both where the exponents are near each other.
BNNMK_SCALE_INLINE int bnnmk_sums_are_exact(__m512 scale, __m512 bias, uint32_t places) {
  // Without signs, exponents are the upper byte.
  const __m512i s = _mm512_slli_epi32(_mm512_castps_si512(scale), 1);
  const __m512i b = _mm512_slli_epi32(_mm512_castps_si512(bias), 1);
  const __m512i distance = _mm512_sub_epi32(_mm512_srli_epi32(b, 24), _mm512_srli_epi32(s, 24));
  const __mmask16 is_near = _kand_mask16(_mm512_cmpgt_epi32_mask(distance, _mm512_set1_epi32((int)places - 26)),
                                         _mm512_cmplt_epi32_mask(distance, _mm512_set1_epi32(27)));
  return (uint32_t)_cvtmask16_u32(_kor_mask16(is_near, _mm512_testn_epi32_mask(b, b))) == 0xffff;
}

// Of the group's channels `channel`...<channel + 16, of which `lanes` exist.
BNNMK_SCALE_INLINE bnnmk_wide_scale bnnmk_wide_scale_of(const bnnmk_binary_conv2d *conv, uint32_t channel,
                                                        __mmask16 lanes) {
  // Bits of the largest accumulator, below 2^24, which a float32 holds.
  const uint64_t most = (uint64_t)conv->window.kernel_h * conv->window.kernel_w * conv->channels;
  const uint32_t places = 64 - (uint32_t)__builtin_clzll(most | 1);
  const __m512 scale = _mm512_maskz_loadu_ps(lanes, conv->scale + channel);
  const __m512 bias = conv->bias ? _mm512_maskz_loadu_ps(lanes, conv->bias + channel) : _mm512_setzero_ps();
  return (bnnmk_wide_scale){
      .scale = scale,
      .bias = bias,
      .minimum = _mm512_set1_ps(conv->minimum),
      .maximum = _mm512_set1_ps(conv->maximum),
      .is_exact = most <= (1 << 24) && bnnmk_sums_are_exact(scale, bias, places),
      .is_clamped = !(conv->minimum == -__builtin_inff() && conv->maximum == __builtin_inff()),
  };
}

BNNMK_SCALE_INLINE __m256 bnnmk_scale_eight(__m256i accumulators, __m256 scale, __m256 bias) {
  const __m512d product = _mm512_mul_pd(_mm512_cvtps_pd(scale), _mm512_cvtepi32_pd(accumulators));
  return _mm512_cvtpd_ps(_mm512_add_pd(product, _mm512_cvtps_pd(bias)));
}

// min(max(round(scale * acc + bias), minimum), maximum).
BNNMK_SCALE_INLINE __m512 bnnmk_scale_sixteen(const bnnmk_wide_scale *by, __m512i accumulators) {
  __m512 x;
  if (by->is_exact) {
    x = _mm512_fmadd_ps(_mm512_cvtepi32_ps(accumulators), by->scale, by->bias);
  } else {
    const __m256 low = bnnmk_scale_eight(_mm512_castsi512_si256(accumulators), _mm512_castps512_ps256(by->scale),
                                         _mm512_castps512_ps256(by->bias));
    const __m256 high = bnnmk_scale_eight(_mm512_extracti64x4_epi64(accumulators, 1),
                                          _mm512_extractf32x8_ps(by->scale, 1), _mm512_extractf32x8_ps(by->bias, 1));
    x = _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
  }
  // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
  return by->is_clamped ? _mm512_min_ps(by->maximum, _mm512_max_ps(by->minimum, x)) : x;
}

#endif

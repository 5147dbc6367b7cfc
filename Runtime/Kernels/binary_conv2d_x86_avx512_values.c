// Binary convolution of words for AVX-512: tiles as float32, or through an epilogue, sixteen channels at a time.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

// Values [pixel][channel] of a tile.
typedef struct wide_values {
  size_t row, pixel;
  uint32_t pixel_count, channel, channel_count;  // `channel` of the output pixel
  __mmask16 lanes;
  _Alignas(64) float x[BNNMK_WIDE_PIXELS][BNNMK_WIDE_CHANNELS];
} wide_values;

// `expression` of x for every pixel p.
#define EACH_PIXEL(expression)                         \
  for (uint32_t p = 0; p < values->pixel_count; p++) { \
    const __m512 x = _mm512_load_ps(values->x[p]);     \
    _mm512_store_ps(values->x[p], (expression));       \
  }

// Sixteen channels, those that are missing as 0.
INLINE __m512 load_lanes(const wide_values *values, const float *from) {
  return _mm512_maskz_loadu_ps(values->lanes, from);
}

// Whether fused multiply-adds in float32 give, to the bit, what a product and a sum in float64 give when rounded to
// float32: they do where that sum is exact. scale * acc has bits from scale's last one on, up to `places` above its
// first, and bias 24 bits; 53 hold both where the exponents are near each other.
INLINE int sums_are_exact(__m512 scale, __m512 bias, uint32_t places) {
  // Without signs, exponents are the upper byte.
  const __m512i s = _mm512_slli_epi32(_mm512_castps_si512(scale), 1);
  const __m512i b = _mm512_slli_epi32(_mm512_castps_si512(bias), 1);
  const __m512i distance = _mm512_sub_epi32(_mm512_srli_epi32(b, 24), _mm512_srli_epi32(s, 24));
  const __mmask16 is_near = _kand_mask16(_mm512_cmpgt_epi32_mask(distance, _mm512_set1_epi32((int)places - 26)),
                                         _mm512_cmplt_epi32_mask(distance, _mm512_set1_epi32(27)));
  return (uint32_t)_cvtmask16_u32(_kor_mask16(is_near, _mm512_testn_epi32_mask(b, b))) == 0xffff;
}

INLINE __m256 scale_eight(__m256i accumulators, __m256 scale, __m256 bias) {
  const __m512d product = _mm512_mul_pd(_mm512_cvtps_pd(scale), _mm512_cvtepi32_pd(accumulators));
  return _mm512_cvtpd_ps(_mm512_add_pd(product, _mm512_cvtps_pd(bias)));
}

// x = min(max(round(scale * acc + bias), minimum), maximum), as bnnmk_scale_accumulators has it.
INLINE void scale_tile(const bnnmk_binary_conv2d *conv, const bnnmk_wide_tile *tile, wide_values *values) {
  const __m512 scale = load_lanes(values, conv->scale + tile->channel);
  const __m512 bias = conv->bias ? load_lanes(values, conv->bias + tile->channel) : _mm512_setzero_ps();
  const __m512 minimum = _mm512_set1_ps(conv->minimum), maximum = _mm512_set1_ps(conv->maximum);
  // Bits of the largest accumulator, below 2^24, which a float32 holds.
  const uint64_t most = (uint64_t)conv->window.kernel_h * conv->window.kernel_w * conv->channels;
  const uint32_t places = 64 - (uint32_t)__builtin_clzll(most | 1);
  const int is_exact = most <= (1 << 24) && sums_are_exact(scale, bias, places);
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const __m512i sums = bnnmk_wide_accumulators(tile, p);
    __m512 scaled;
    if (is_exact) {
      scaled = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), scale, bias);
    } else {
      const __m256 low =
          scale_eight(_mm512_castsi512_si256(sums), _mm512_castps512_ps256(scale), _mm512_castps512_ps256(bias));
      const __m256 high = scale_eight(_mm512_extracti64x4_epi64(sums, 1), _mm512_extractf32x8_ps(scale, 1),
                                      _mm512_extractf32x8_ps(bias, 1));
      scaled = _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
    }
    // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
    _mm512_store_ps(values->x[p], _mm512_min_ps(maximum, _mm512_max_ps(minimum, scaled)));
  }
}

// x < 0 ? x * a : x * b; x itself for x * b without b.
INLINE void rectify(const bnnmk_step *step, wide_values *values) {
  const __m512 a = load_lanes(values, step->a + values->channel), zero = _mm512_setzero_ps();
  if (step->b) {
    const __m512 b = load_lanes(values, step->b + values->channel);
    EACH_PIXEL(_mm512_mask_mul_ps(_mm512_mul_ps(x, b), _mm512_cmp_ps_mask(x, zero, _CMP_LT_OQ), x, a))
  } else {
    EACH_PIXEL(_mm512_mask_mul_ps(x, _mm512_cmp_ps_mask(x, zero, _CMP_LT_OQ), x, a))
  }
}

// bnnmk_apply_step.
INLINE void apply_step(const bnnmk_step *step, wide_values *values) {
  const size_t stride = step->operand_stride;
  const float *operand = step->operand ? step->operand + values->pixel * stride + values->channel : 0;
#define OPERAND load_lanes(values, operand + p * stride)
  switch (step->kind) {
    case BNNMK_STEP_SCALE_SHIFT:
      if (step->a) {
        const __m512 a = load_lanes(values, step->a + values->channel);
        EACH_PIXEL(_mm512_mul_ps(x, a))
      }
      if (step->b) {
        const __m512 b = load_lanes(values, step->b + values->channel);
        EACH_PIXEL(_mm512_add_ps(x, b))
      }
      break;
    case BNNMK_STEP_RECTIFY:
      rectify(step, values);
      break;
    case BNNMK_STEP_CLAMP: {
      const __m512 minimum = _mm512_set1_ps(step->minimum), maximum = _mm512_set1_ps(step->maximum);
      EACH_PIXEL(_mm512_min_ps(maximum, _mm512_max_ps(minimum, x)))
      break;
    }
    case BNNMK_STEP_FUNCTION:
      bnnmk_apply_function(step->function, values->x[0], values->pixel_count * BNNMK_WIDE_CHANNELS);
      break;
    case BNNMK_STEP_ADD:
      EACH_PIXEL(_mm512_add_ps(x, OPERAND))
      break;
    case BNNMK_STEP_SUBTRACT:
      EACH_PIXEL(_mm512_sub_ps(x, OPERAND))
      break;
    case BNNMK_STEP_SUBTRACT_FROM:
      EACH_PIXEL(_mm512_sub_ps(OPERAND, x))
      break;
    case BNNMK_STEP_MULTIPLY:
      EACH_PIXEL(_mm512_mul_ps(x, OPERAND))
      break;
    case BNNMK_STEP_DIVIDE:
      EACH_PIXEL(_mm512_div_ps(x, OPERAND))
      break;
  }
#undef OPERAND
}

INLINE void store_values(const wide_values *values, float *output, size_t stride) {
  float *to = output + values->pixel * stride + values->channel;
  for (uint32_t p = 0; p < values->pixel_count; p++) {
    _mm512_mask_storeu_ps(to + p * stride, values->lanes, _mm512_load_ps(values->x[p]));
  }
}

INLINE void store_decisions(const bnnmk_epilogue *epilogue, const wide_values *values) {
  const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
  // 1 where an even number of points is behind. A comparison with NaN is false.
  uint32_t minus[BNNMK_WIDE_PIXELS];
  for (uint32_t p = 0; p < values->pixel_count; p++) {
    minus[p] = values->lanes;
  }
  for (uint32_t s = 0; s < epilogue->switch_count; s++) {
    const float *from = epilogue->switch_points + (size_t)s * epilogue->channels + values->channel;
    const __m512 points = load_lanes(values, from);
    for (uint32_t p = 0; p < values->pixel_count; p++) {
      const __m512 x = _mm512_load_ps(values->x[p]);
      minus[p] ^= _cvtmask16_u32(_mm512_mask_cmp_ps_mask(values->lanes, points, x, _CMP_LE_OQ));
    }
  }
  for (uint32_t p = 0; p < values->pixel_count; p++) {
    bnnmk_or_wide(epilogue->decisions + (values->pixel + p) * words, values->channel, minus[p]);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_store_wide_values(const bnnmk_binary_conv2d *conv, const bnnmk_wide_tile *tile) {
  wide_values memory, *values = &memory;
  values->row = tile->row;
  values->pixel = tile->pixel;
  values->pixel_count = tile->pixel_count;
  values->channel = conv->channel_offset + tile->channel;
  values->channel_count = tile->channel_count;
  values->lanes = bnnmk_first_lanes(tile->channel_count);
  scale_tile(conv, tile, values);
  if (conv->output_kind == BNNMK_OUTPUT_FLOAT32) {
    store_values(values, conv->output, conv->output_channels);
    return;
  }
  const bnnmk_epilogue *epilogue = conv->epilogue;
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    apply_step(&epilogue->steps[s], values);
  }
  if (epilogue->values) {
    store_values(values, epilogue->values, epilogue->channels);
  }
  if (epilogue->row_sums) {
    double *sums = epilogue->row_sums + values->row * epilogue->channels + values->channel;
    for (uint32_t p = 0; p < values->pixel_count; p++) {
      for (uint32_t m = 0; m < values->channel_count; m++) {
        sums[m] += values->x[p][m];
      }
    }
  }
  if (epilogue->decisions) {
    store_decisions(epilogue, values);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

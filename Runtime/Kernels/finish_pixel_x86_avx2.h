// An epilogue for AVX2 on 64 channels of one pixel, which stay in registers through all steps, for binary convolution
// and `map`. No operation is fused, so results are those of plain C.
#ifndef BNNM_FINISH_PIXEL_X86_AVX2_H
#define BNNM_FINISH_PIXEL_X86_AVX2_H

#include <immintrin.h>

#include "epilogue.h"

#define BNNMK_FINISH_INLINE static inline __attribute__((always_inline, target("avx2")))

enum { BNNMK_FINISHED_CHANNELS = 64, BNNMK_FINISHED_REGISTERS = BNNMK_FINISHED_CHANNELS / 8 };

// `expression` for every register v < BNNMK_FINISHED_REGISTERS of x.
#define BNNMK_EACH_REGISTER(expression)                \
  BNNMK_REGISTERS                                      \
  for (int v = 0; v < BNNMK_FINISHED_REGISTERS; v++) { \
    x[v] = expression;                                 \
  }

#define BNNMK_LANES_OF(from) _mm256_loadu_ps((from) + 8 * v)

// x < 0 ? x * a : x * b; x itself for x * b without b.
BNNMK_FINISH_INLINE void bnnmk_rectify_registers(__m256 x[BNNMK_FINISHED_REGISTERS], const float *a, const float *b) {
  const __m256 zero = _mm256_setzero_ps();
  if (b) {
    BNNMK_EACH_REGISTER(_mm256_blendv_ps(_mm256_mul_ps(x[v], BNNMK_LANES_OF(b)), _mm256_mul_ps(x[v], BNNMK_LANES_OF(a)),
                                         _mm256_cmp_ps(x[v], zero, _CMP_LT_OQ)))
  } else {
    BNNMK_EACH_REGISTER(
        _mm256_blendv_ps(x[v], _mm256_mul_ps(x[v], BNNMK_LANES_OF(a)), _mm256_cmp_ps(x[v], zero, _CMP_LT_OQ)))
  }
}

// bnnmk_apply_step of channels `channel`...<channel + 64.
BNNMK_FINISH_INLINE void bnnmk_apply_step_to_registers(const bnnmk_step *step, size_t pixel, uint32_t channel,
                                                       __m256 x[BNNMK_FINISHED_REGISTERS]) {
  const float *y = step->operand ? step->operand + pixel * step->operand_stride + channel : 0;
  switch (step->kind) {
    case BNNMK_STEP_SCALE_SHIFT:
      if (step->a) {
        const float *a = step->a + channel;
        BNNMK_EACH_REGISTER(_mm256_mul_ps(x[v], BNNMK_LANES_OF(a)))
      }
      if (step->b) {
        const float *b = step->b + channel;
        BNNMK_EACH_REGISTER(_mm256_add_ps(x[v], BNNMK_LANES_OF(b)))
      }
      break;
    case BNNMK_STEP_RECTIFY:
      bnnmk_rectify_registers(x, step->a + channel, step->b ? step->b + channel : 0);
      break;
    case BNNMK_STEP_CLAMP: {
      // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
      const __m256 minimum = _mm256_set1_ps(step->minimum), maximum = _mm256_set1_ps(step->maximum);
      BNNMK_EACH_REGISTER(_mm256_min_ps(maximum, _mm256_max_ps(minimum, x[v])))
      break;
    }
    case BNNMK_STEP_FUNCTION: {
      float numbers[BNNMK_FINISHED_CHANNELS];
      BNNMK_REGISTERS
      for (int v = 0; v < BNNMK_FINISHED_REGISTERS; v++) {
        _mm256_storeu_ps(numbers + 8 * v, x[v]);
      }
      bnnmk_apply_function(step->function, numbers, BNNMK_FINISHED_CHANNELS);
      BNNMK_EACH_REGISTER(BNNMK_LANES_OF(numbers))
      break;
    }
    case BNNMK_STEP_ADD:
      BNNMK_EACH_REGISTER(_mm256_add_ps(x[v], BNNMK_LANES_OF(y)))
      break;
    case BNNMK_STEP_SUBTRACT:
      BNNMK_EACH_REGISTER(_mm256_sub_ps(x[v], BNNMK_LANES_OF(y)))
      break;
    case BNNMK_STEP_SUBTRACT_FROM:
      BNNMK_EACH_REGISTER(_mm256_sub_ps(BNNMK_LANES_OF(y), x[v]))
      break;
    case BNNMK_STEP_MULTIPLY:
      BNNMK_EACH_REGISTER(_mm256_mul_ps(x[v], BNNMK_LANES_OF(y)))
      break;
    case BNNMK_STEP_DIVIDE:
      BNNMK_EACH_REGISTER(_mm256_div_ps(x[v], BNNMK_LANES_OF(y)))
      break;
  }
}

BNNMK_FINISH_INLINE uint64_t bnnmk_finish_pixel_x86_avx2(const bnnmk_epilogue *epilogue, size_t row, size_t pixel,
                                                         uint32_t channel, __m256 x[BNNMK_FINISHED_REGISTERS]) {
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    bnnmk_apply_step_to_registers(&epilogue->steps[s], pixel, channel, x);
  }
  if (epilogue->values) {
    float *values = epilogue->values + pixel * epilogue->channels + channel;
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_FINISHED_REGISTERS; v++) {
      _mm256_storeu_ps(values + 8 * v, x[v]);
    }
  }
  if (epilogue->row_sums) {
    double *sums = epilogue->row_sums + row * epilogue->channels + channel;
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_FINISHED_REGISTERS; v++) {
      double *low = sums + 8 * v, *high = low + 4;
      _mm256_storeu_pd(low, _mm256_add_pd(_mm256_loadu_pd(low), _mm256_cvtps_pd(_mm256_castps256_ps128(x[v]))));
      _mm256_storeu_pd(high, _mm256_add_pd(_mm256_loadu_pd(high), _mm256_cvtps_pd(_mm256_extractf128_ps(x[v], 1))));
    }
  }
  uint64_t minus = 0;
  if (epilogue->decisions) {
    // Bits are 1 where an even number of points is behind. A comparison with NaN is false.
    minus = ~(uint64_t)0;
    for (uint32_t s = 0; s < epilogue->switch_count; s++) {
      const float *points = epilogue->switch_points + (size_t)s * epilogue->channels + channel;
      uint64_t passed = 0;
      BNNMK_REGISTERS
      for (int v = 0; v < BNNMK_FINISHED_REGISTERS; v++) {
        const __m256 is_behind = _mm256_cmp_ps(BNNMK_LANES_OF(points), x[v], _CMP_LE_OQ);
        passed |= (uint64_t)(uint32_t)_mm256_movemask_ps(is_behind) << (8 * v);
      }
      minus ^= passed;
    }
  }
  return minus;
}

#endif

// An epilogue on registers of sixteen channels for AVX-512: what its two users have in common, one of which has its
// values in memory, the other in the registers in which they were counted.
#ifndef BNNM_FINISH_WIDE_X86_AVX512_H
#define BNNM_FINISH_WIDE_X86_AVX512_H

#include "avx512_features.h"
#include "finish_wide.h"

#define BNNMK_FINISH_INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

enum {
  BNNMK_FINISH_LANES = 16,
  BNNMK_FINISH_VECTORS = 2,  // at most, of a pixel
  BNNMK_FINISH_PIXELS = 7,   // at most
  BNNMK_ALL_LANES = 0xffff,
};

// A tile: constants in every call, but for `lanes`, the channels that exist of a tile of one register a pixel.
typedef struct bnnmk_finish_tile {
  int pixel_count, vector_count;
  __mmask16 lanes;
} bnnmk_finish_tile;
typedef __m512 bnnmk_pixel_values[BNNMK_FINISH_VECTORS];

// `statement` for every register v of every pixel p.
#define BNNMK_EACH_REGISTER(statement)         \
  BNNMK_REGISTERS                              \
  for (int p = 0; p < t.pixel_count; p++) {    \
    BNNMK_REGISTERS                            \
    for (int v = 0; v < t.vector_count; v++) { \
      statement;                               \
    }                                          \
  }

BNNMK_FINISH_INLINE __m512 bnnmk_load_wide(bnnmk_finish_tile t, const float *from) {
  return t.vector_count == 1 ? _mm512_maskz_loadu_ps(t.lanes, from) : _mm512_loadu_ps(from);
}

#define BNNMK_LOAD(from) bnnmk_load_wide(t, (from) + v * BNNMK_FINISH_LANES)

// What each channel has.
BNNMK_FINISH_INLINE void bnnmk_load_wide_channels(bnnmk_finish_tile t, const float *from, bnnmk_pixel_values to) {
  BNNMK_REGISTERS
  for (int v = 0; v < t.vector_count; v++) {
    to[v] = BNNMK_LOAD(from);
  }
}

// x < 0 ? x * a : x * b; x itself for x * b without b.
BNNMK_FINISH_INLINE void bnnmk_rectify_wide(bnnmk_finish_tile t, const float *a, const float *b,
                                            bnnmk_pixel_values *x) {
  const __m512 zero = _mm512_setzero_ps();
  bnnmk_pixel_values below, above;
  bnnmk_load_wide_channels(t, a, below);
  if (b) {
    bnnmk_load_wide_channels(t, b, above);
    BNNMK_EACH_REGISTER(const __mmask16 is_below = _mm512_cmp_ps_mask(x[p][v], zero, _CMP_LT_OQ);
                        x[p][v] = _mm512_mul_ps(x[p][v], _mm512_mask_blend_ps(is_below, above[v], below[v])))
  } else {
    BNNMK_EACH_REGISTER(const __mmask16 is_below = _mm512_cmp_ps_mask(x[p][v], zero, _CMP_LT_OQ);
                        x[p][v] = _mm512_mask_mul_ps(x[p][v], is_below, x[p][v], below[v]))
  }
}

BNNMK_FINISH_INLINE void bnnmk_clamp_wide(bnnmk_finish_tile t, float minimum, float maximum, bnnmk_pixel_values *x) {
  // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
  const __m512 low = _mm512_set1_ps(minimum), high = _mm512_set1_ps(maximum);
  BNNMK_EACH_REGISTER(x[p][v] = _mm512_min_ps(high, _mm512_max_ps(low, x[p][v])))
}

// bnnmk_apply_step.
BNNMK_FINISH_INLINE void bnnmk_apply_wide_step(bnnmk_finish_tile t, const bnnmk_step *step, size_t pixel,
                                               uint32_t channel, bnnmk_pixel_values *x) {
  const size_t stride = step->operand_stride;
  const float *y = step->operand ? step->operand + pixel * stride + channel : 0;
  bnnmk_pixel_values by;
  switch (step->kind) {
    case BNNMK_STEP_SCALE_SHIFT:
      if (step->a) {
        bnnmk_load_wide_channels(t, step->a + channel, by);
        BNNMK_EACH_REGISTER(x[p][v] = _mm512_mul_ps(x[p][v], by[v]))
      }
      if (step->b) {
        bnnmk_load_wide_channels(t, step->b + channel, by);
        BNNMK_EACH_REGISTER(x[p][v] = _mm512_add_ps(x[p][v], by[v]))
      }
      break;
    case BNNMK_STEP_RECTIFY:
      bnnmk_rectify_wide(t, step->a + channel, step->b ? step->b + channel : 0, x);
      break;
    case BNNMK_STEP_CLAMP:
      bnnmk_clamp_wide(t, step->minimum, step->maximum, x);
      break;
    case BNNMK_STEP_FUNCTION: {
      float numbers[BNNMK_FINISH_PIXELS * BNNMK_FINISH_LANES];
      BNNMK_EACH_REGISTER(_mm512_storeu_ps(numbers + (p * t.vector_count + v) * BNNMK_FINISH_LANES, x[p][v]))
      bnnmk_apply_function_x86_avx512(step->function, numbers,
                                      (uint32_t)(t.pixel_count * t.vector_count * BNNMK_FINISH_LANES));
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_loadu_ps(numbers + (p * t.vector_count + v) * BNNMK_FINISH_LANES))
      break;
    }
    case BNNMK_STEP_ADD:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_add_ps(x[p][v], BNNMK_LOAD(y + p * stride)))
      break;
    case BNNMK_STEP_SUBTRACT:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_sub_ps(x[p][v], BNNMK_LOAD(y + p * stride)))
      break;
    case BNNMK_STEP_SUBTRACT_FROM:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_sub_ps(BNNMK_LOAD(y + p * stride), x[p][v]))
      break;
    case BNNMK_STEP_MULTIPLY:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_mul_ps(x[p][v], BNNMK_LOAD(y + p * stride)))
      break;
    case BNNMK_STEP_DIVIDE:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_div_ps(x[p][v], BNNMK_LOAD(y + p * stride)))
      break;
  }
}

// Adds the pixels to the channels' sums, in ascending order.
BNNMK_FINISH_INLINE void bnnmk_add_to_wide_sums(bnnmk_finish_tile t, double *sums, bnnmk_pixel_values *x) {
  const __mmask8 low_lanes = (__mmask8)t.lanes, high_lanes = (__mmask8)(t.lanes >> 8);
  BNNMK_REGISTERS
  for (int v = 0; v < t.vector_count; v++, sums += BNNMK_FINISH_LANES) {
    __m512d low = _mm512_maskz_loadu_pd(low_lanes, sums), high = _mm512_maskz_loadu_pd(high_lanes, sums + 8);
    BNNMK_REGISTERS
    for (int p = 0; p < t.pixel_count; p++) {
      low = _mm512_add_pd(low, _mm512_cvtps_pd(_mm512_castps512_ps256(x[p][v])));
      high = _mm512_add_pd(high, _mm512_cvtps_pd(_mm512_extractf32x8_ps(x[p][v], 1)));
    }
    _mm512_mask_storeu_pd(sums, low_lanes, low);
    _mm512_mask_storeu_pd(sums + 8, high_lanes, high);
  }
}

// Bits are 1 where an even number of points is behind. A comparison with NaN is false.
BNNMK_FINISH_INLINE void bnnmk_store_wide_decisions(bnnmk_finish_tile t, const bnnmk_epilogue *epilogue, size_t pixel,
                                                    uint32_t channel, bnnmk_pixel_values *x) {
  __mmask16 minus[BNNMK_FINISH_PIXELS][BNNMK_FINISH_VECTORS];
  BNNMK_EACH_REGISTER(minus[p][v] = t.lanes)
  for (uint32_t s = 0; s < epilogue->switch_count; s++) {
    bnnmk_pixel_values points;
    bnnmk_load_wide_channels(t, epilogue->switch_points + (size_t)s * epilogue->channels + channel, points);
    BNNMK_EACH_REGISTER(const __mmask16 is_behind = _mm512_mask_cmp_ps_mask(t.lanes, points[v], x[p][v], _CMP_LE_OQ);
                        minus[p][v] = _kxor_mask16(minus[p][v], is_behind))
  }
  const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
  uint64_t *to = epilogue->decisions + pixel * words;
  if (t.lanes == BNNMK_ALL_LANES && channel % 8 == 0) {
    // Bytes of their own, two a register, cleared by the caller.
    uint8_t *bytes = (uint8_t *)to + channel / 8;
    BNNMK_REGISTERS
    for (int p = 0; p < t.pixel_count; p++, bytes += words * sizeof(uint64_t)) {
      BNNMK_REGISTERS
      for (int v = 0; v < t.vector_count; v++) {
        const uint16_t two = (uint16_t)_cvtmask16_u32(minus[p][v]);
        __builtin_memcpy(bytes + 2 * v, &two, sizeof two);
      }
    }
    return;
  }
  BNNMK_REGISTERS
  for (int p = 0; p < t.pixel_count; p++, to += words) {
    const uint32_t high = t.vector_count > 1 ? _cvtmask16_u32(minus[p][1]) << BNNMK_FINISH_LANES : 0;
    bnnmk_or_wide(to, channel, high | _cvtmask16_u32(minus[p][0]));
  }
}

// The pixels' values through the epilogue, from channel `channel` of output pixel `pixel` on.
BNNMK_FINISH_INLINE void bnnmk_finish_tile_values(bnnmk_finish_tile t, const bnnmk_epilogue *epilogue, size_t row,
                                                  size_t pixel, uint32_t channel, bnnmk_pixel_values *x) {
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    bnnmk_apply_wide_step(t, &epilogue->steps[s], pixel, channel, x);
  }
  if (epilogue->values) {
    const size_t stride = epilogue->channels;
    float *values = epilogue->values + pixel * stride + channel;
    BNNMK_EACH_REGISTER(_mm512_mask_storeu_ps(values + p * stride + v * BNNMK_FINISH_LANES, t.lanes, x[p][v]))
  }
  if (epilogue->row_sums) {
    bnnmk_add_to_wide_sums(t, epilogue->row_sums + row * epilogue->channels + channel, x);
  }
  if (epilogue->decisions) {
    bnnmk_store_wide_decisions(t, epilogue, pixel, channel, x);
  }
}

#undef BNNMK_LOAD

#endif

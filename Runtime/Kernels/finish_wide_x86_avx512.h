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

BNNMK_FINISH_INLINE void bnnmk_clamp_wide(bnnmk_finish_tile t, float minimum, float maximum, bnnmk_pixel_values *x) {
  // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
  const __m512 low = _mm512_set1_ps(minimum), high = _mm512_set1_ps(maximum);
  BNNMK_EACH_REGISTER(x[p][v] = _mm512_max_ps(low, x[p][v]))
  // Mostly a ReLU.
  if (maximum < __builtin_inff()) {
    BNNMK_EACH_REGISTER(x[p][v] = _mm512_min_ps(high, x[p][v]))
  }
}

BNNMK_FINISH_INLINE __mmask16 bnnmk_below_zero(__m512 x) {
  return _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
}

// bnnmk_apply_step for the steps that most epilogues consist of; 0 for others.
BNNMK_FINISH_INLINE int bnnmk_apply_usual_step(bnnmk_finish_tile t, const bnnmk_step *step, size_t pixel,
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
      if (step->b) {
        return 0;
      }
      bnnmk_load_wide_channels(t, step->a + channel, by);
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_mask_mul_ps(x[p][v], bnnmk_below_zero(x[p][v]), x[p][v], by[v]))
      break;
    case BNNMK_STEP_ADD:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_add_ps(x[p][v], BNNMK_LOAD(y + (size_t)p * stride)))
      break;
    case BNNMK_STEP_MULTIPLY:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_mul_ps(x[p][v], BNNMK_LOAD(y + (size_t)p * stride)))
      break;
    case BNNMK_STEP_CLAMP:
      bnnmk_clamp_wide(t, step->minimum, step->maximum, x);
      break;
    default:
      return 0;
  }
  return 1;
}

// bnnmk_apply_step.
BNNMK_FINISH_INLINE void bnnmk_apply_wide_step(bnnmk_finish_tile t, const bnnmk_step *step, size_t pixel,
                                               uint32_t channel, bnnmk_pixel_values *x) {
  if (bnnmk_apply_usual_step(t, step, pixel, channel, x)) {
    return;
  }
  const size_t stride = step->operand_stride;
  const float *y = step->operand ? step->operand + pixel * stride + channel : 0;
  bnnmk_pixel_values below, above;
  switch (step->kind) {
    case BNNMK_STEP_RECTIFY:
      bnnmk_load_wide_channels(t, step->a + channel, below);
      bnnmk_load_wide_channels(t, step->b + channel, above);
      BNNMK_EACH_REGISTER(const __m512 by = _mm512_mask_blend_ps(bnnmk_below_zero(x[p][v]), above[v], below[v]);
                          x[p][v] = _mm512_mul_ps(x[p][v], by))
      break;
    case BNNMK_STEP_FUNCTION: {
      float numbers[BNNMK_FINISH_PIXELS * BNNMK_FINISH_LANES];
      BNNMK_EACH_REGISTER(_mm512_storeu_ps(numbers + (p * t.vector_count + v) * BNNMK_FINISH_LANES, x[p][v]))
      bnnmk_apply_function_x86_avx512(step->function, numbers,
                                      (uint32_t)(t.pixel_count * t.vector_count * BNNMK_FINISH_LANES));
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_loadu_ps(numbers + (p * t.vector_count + v) * BNNMK_FINISH_LANES))
      break;
    }
    case BNNMK_STEP_SUBTRACT:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_sub_ps(x[p][v], BNNMK_LOAD(y + (size_t)p * stride)))
      break;
    case BNNMK_STEP_SUBTRACT_FROM:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_sub_ps(BNNMK_LOAD(y + (size_t)p * stride), x[p][v]))
      break;
    case BNNMK_STEP_DIVIDE:
      BNNMK_EACH_REGISTER(x[p][v] = _mm512_div_ps(x[p][v], BNNMK_LOAD(y + (size_t)p * stride)))
      break;
    default:  // a usual one
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

BNNMK_FINISH_INLINE void bnnmk_store_wide_values_and_sums(bnnmk_finish_tile t, const bnnmk_epilogue *epilogue,
                                                          size_t row, size_t pixel, uint32_t channel,
                                                          bnnmk_pixel_values *x) {
  if (epilogue->values) {
    const size_t stride = epilogue->channels;
    float *values = epilogue->values + pixel * stride + channel;
    BNNMK_EACH_REGISTER(_mm512_mask_storeu_ps(values + (size_t)p * stride + v * BNNMK_FINISH_LANES, t.lanes, x[p][v]))
  }
  if (epilogue->row_sums) {
    bnnmk_add_to_wide_sums(t, epilogue->row_sums + row * epilogue->channels + channel, x);
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

// The pixels' values through the epilogue from step `first_step` on, from channel `channel` of output pixel `pixel` on.
BNNMK_FINISH_INLINE void bnnmk_finish_tile_values(bnnmk_finish_tile t, const bnnmk_epilogue *epilogue,
                                                  uint32_t first_step, size_t row, size_t pixel, uint32_t channel,
                                                  bnnmk_pixel_values *x) {
  for (uint32_t s = first_step; s < epilogue->step_count; s++) {
    bnnmk_apply_wide_step(t, &epilogue->steps[s], pixel, channel, x);
  }
  bnnmk_store_wide_values_and_sums(t, epilogue, row, pixel, channel, x);
  if (epilogue->decisions) {
    bnnmk_store_wide_decisions(t, epilogue, pixel, channel, x);
  }
}

// One switch point a channel; bits of 32 channels, four bytes of their own that the caller has cleared. Pixels are
// compared one after the other, which leaves masks where they are made.
BNNMK_FINISH_INLINE void bnnmk_store_pair_decisions(bnnmk_finish_tile t, const bnnmk_epilogue *epilogue, size_t pixel,
                                                    uint32_t channel, bnnmk_pixel_values *x) {
  const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
  uint8_t *bytes = (uint8_t *)(epilogue->decisions + pixel * words) + channel / 8;
  bnnmk_pixel_values points;
  bnnmk_load_wide_channels(t, epilogue->switch_points + channel, points);
  BNNMK_REGISTERS
  for (int p = 0; p < t.pixel_count; p++, bytes += words * sizeof(uint64_t)) {
    // "Not less or equal" is true for NaN.
    const __mmask16 low = _mm512_cmp_ps_mask(points[0], x[p][0], _CMP_NLE_UQ);
    const __mmask16 high = _mm512_cmp_ps_mask(points[1], x[p][1], _CMP_NLE_UQ);
    const uint32_t minus = _cvtmask32_u32(_mm512_kunpackw(high, low));
    __builtin_memcpy(bytes, &minus, sizeof minus);
  }
}

// A tile of whole pairs through the epilogue, in registers as long as it is a usual one; else the rest of it in memory.
BNNMK_FINISH_INLINE void bnnmk_finish_pairs(const int pixel_count, const bnnmk_epilogue *epilogue, size_t row,
                                            size_t pixel, uint32_t channel, bnnmk_pixel_values *x) {
  const bnnmk_finish_tile t = {pixel_count, BNNMK_FINISH_VECTORS, BNNMK_ALL_LANES};
  uint32_t step = 0;
  while (step < epilogue->step_count && bnnmk_apply_usual_step(t, &epilogue->steps[step], pixel, channel, x)) {
    step++;
  }
  const int has_bytes = epilogue->switch_count == 1 && channel % 8 == 0;
  if (step < epilogue->step_count || (epilogue->decisions && !has_bytes)) {
    enum { STRIDE = BNNMK_FINISH_VECTORS * BNNMK_FINISH_LANES };
    float numbers[BNNMK_FINISH_PIXELS * STRIDE];
    BNNMK_EACH_REGISTER(_mm512_storeu_ps(numbers + p * STRIDE + v * BNNMK_FINISH_LANES, x[p][v]))
    const bnnmk_wide_place place = {row, pixel, (uint32_t)pixel_count, channel, STRIDE};
    const bnnmk_wide_source source = {.values = numbers, .stride = STRIDE, .first_step = step};
    bnnmk_finish_wide_x86_avx512(epilogue, &place, &source);
    return;
  }
  bnnmk_store_wide_values_and_sums(t, epilogue, row, pixel, channel, x);
  if (epilogue->decisions) {
    bnnmk_store_pair_decisions(t, epilogue, pixel, channel, x);
  }
}

#undef BNNMK_LOAD

#endif

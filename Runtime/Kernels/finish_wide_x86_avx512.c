// Values in memory through an epilogue for AVX-512: three pixels times two registers of sixteen channels, so that what
// a channel has is loaded once for all of them.
#if defined(__x86_64__) || defined(__i386__)

#include "avx512_features.h"
#include "finish_wide.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

// Three pixels at a time, not more: CPUs that look up nibbles at this level (Skylake, Cascade Lake) lower their clock
// by an eighth for a whole millisecond where they meet as many float operations in a row as seven pixels have, which
// costs more than what else it saves.
enum { LANES = 16, VECTORS = 2, CHANNELS = VECTORS * LANES, PIXELS = 3 };

// Registers of a tile, and the channels of each that exist; the others are 0.
typedef struct lane_masks {
  __mmask16 of[VECTORS];
} lane_masks;
typedef __m512 pixel_values[VECTORS];

// `statement` for every register v of every pixel p < pixel_count.
#define EACH_REGISTER(statement)          \
  BNNMK_REGISTERS                         \
  for (int p = 0; p < pixel_count; p++) { \
    BNNMK_REGISTERS                       \
    for (int v = 0; v < VECTORS; v++) {   \
      statement;                          \
    }                                     \
  }

#define LOAD(from) _mm512_maskz_loadu_ps(lanes.of[v], (from) + v * LANES)

// What each channel has.
INLINE void load_channels(const float *from, lane_masks lanes, pixel_values to) {
  BNNMK_REGISTERS
  for (int v = 0; v < VECTORS; v++) {
    to[v] = LOAD(from);
  }
}

// x < 0 ? x * a : x * b; x itself for x * b without b.
INLINE void rectify(const float *a, const float *b, lane_masks lanes, const int pixel_count, pixel_values *x) {
  const __m512 zero = _mm512_setzero_ps();
  pixel_values below, above;
  load_channels(a, lanes, below);
  if (b) {
    load_channels(b, lanes, above);
    EACH_REGISTER(const __mmask16 is_below = _mm512_cmp_ps_mask(x[p][v], zero, _CMP_LT_OQ);
                  x[p][v] = _mm512_mul_ps(x[p][v], _mm512_mask_blend_ps(is_below, above[v], below[v])))
  } else {
    EACH_REGISTER(const __mmask16 is_below = _mm512_cmp_ps_mask(x[p][v], zero, _CMP_LT_OQ);
                  x[p][v] = _mm512_mask_mul_ps(x[p][v], is_below, x[p][v], below[v]))
  }
}

INLINE void clamp(float minimum, float maximum, const int pixel_count, pixel_values *x) {
  // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
  const __m512 low = _mm512_set1_ps(minimum), high = _mm512_set1_ps(maximum);
  EACH_REGISTER(x[p][v] = _mm512_min_ps(high, _mm512_max_ps(low, x[p][v])))
}

// bnnmk_apply_step.
INLINE void apply_step(const bnnmk_step *step, size_t pixel, uint32_t channel, lane_masks lanes, const int pixel_count,
                       pixel_values *x) {
  const size_t stride = step->operand_stride;
  const float *y = step->operand ? step->operand + pixel * stride + channel : 0;
  pixel_values by;
  switch (step->kind) {
    case BNNMK_STEP_SCALE_SHIFT:
      if (step->a) {
        load_channels(step->a + channel, lanes, by);
        EACH_REGISTER(x[p][v] = _mm512_mul_ps(x[p][v], by[v]))
      }
      if (step->b) {
        load_channels(step->b + channel, lanes, by);
        EACH_REGISTER(x[p][v] = _mm512_add_ps(x[p][v], by[v]))
      }
      break;
    case BNNMK_STEP_RECTIFY:
      rectify(step->a + channel, step->b ? step->b + channel : 0, lanes, pixel_count, x);
      break;
    case BNNMK_STEP_CLAMP:
      clamp(step->minimum, step->maximum, pixel_count, x);
      break;
    case BNNMK_STEP_FUNCTION: {
      float numbers[PIXELS][VECTORS][LANES];
      EACH_REGISTER(_mm512_storeu_ps(numbers[p][v], x[p][v]))
      bnnmk_apply_function(step->function, numbers[0][0], (uint32_t)pixel_count * CHANNELS);
      EACH_REGISTER(x[p][v] = _mm512_loadu_ps(numbers[p][v]))
      break;
    }
    case BNNMK_STEP_ADD:
      EACH_REGISTER(x[p][v] = _mm512_add_ps(x[p][v], LOAD(y + p * stride)))
      break;
    case BNNMK_STEP_SUBTRACT:
      EACH_REGISTER(x[p][v] = _mm512_sub_ps(x[p][v], LOAD(y + p * stride)))
      break;
    case BNNMK_STEP_SUBTRACT_FROM:
      EACH_REGISTER(x[p][v] = _mm512_sub_ps(LOAD(y + p * stride), x[p][v]))
      break;
    case BNNMK_STEP_MULTIPLY:
      EACH_REGISTER(x[p][v] = _mm512_mul_ps(x[p][v], LOAD(y + p * stride)))
      break;
    case BNNMK_STEP_DIVIDE:
      EACH_REGISTER(x[p][v] = _mm512_div_ps(x[p][v], LOAD(y + p * stride)))
      break;
  }
}

// Adds the pixels to the channels' sums, in ascending order.
INLINE void add_to_sums(double *sums, lane_masks lanes, const int pixel_count, pixel_values *x) {
  BNNMK_REGISTERS
  for (int v = 0; v < VECTORS; v++, sums += LANES) {
    const __mmask8 low_lanes = (__mmask8)lanes.of[v], high_lanes = (__mmask8)(lanes.of[v] >> 8);
    __m512d low = _mm512_maskz_loadu_pd(low_lanes, sums), high = _mm512_maskz_loadu_pd(high_lanes, sums + 8);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      low = _mm512_add_pd(low, _mm512_cvtps_pd(_mm512_castps512_ps256(x[p][v])));
      high = _mm512_add_pd(high, _mm512_cvtps_pd(_mm512_extractf32x8_ps(x[p][v], 1)));
    }
    _mm512_mask_storeu_pd(sums, low_lanes, low);
    _mm512_mask_storeu_pd(sums + 8, high_lanes, high);
  }
}

// Bits are 1 where an even number of points is behind. A comparison with NaN is false.
INLINE void store_decisions(const bnnmk_epilogue *epilogue, size_t pixel, uint32_t channel, lane_masks lanes,
                            const int pixel_count, pixel_values *x) {
  __mmask32 minus[PIXELS];
  const __mmask32 present = _mm512_kunpackw(lanes.of[1], lanes.of[0]);
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    minus[p] = present;
  }
  for (uint32_t s = 0; s < epilogue->switch_count; s++) {
    pixel_values points;
    load_channels(epilogue->switch_points + (size_t)s * epilogue->channels + channel, lanes, points);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      const __mmask16 low = _mm512_mask_cmp_ps_mask(lanes.of[0], points[0], x[p][0], _CMP_LE_OQ);
      const __mmask16 high = _mm512_mask_cmp_ps_mask(lanes.of[1], points[1], x[p][1], _CMP_LE_OQ);
      minus[p] = _kxor_mask32(minus[p], _mm512_kunpackw(high, low));
    }
  }
  const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
  uint64_t *to = epilogue->decisions + pixel * words;
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++, to += words) {
    bnnmk_or_wide(to, channel, _cvtmask32_u32(minus[p]));
  }
}

// Pixels `first`...<first + pixel_count of the source, channels from its `m` on.
INLINE void load_source(const bnnmk_wide_source *source, uint32_t first, uint32_t m, lane_masks lanes,
                        const int pixel_count, pixel_values *x) {
  const size_t stride = source->stride, behind = first * stride + m;
  if (source->values) {
    const float *from = source->values + behind;
    EACH_REGISTER(x[p][v] = LOAD(from + p * stride))
    return;
  }
  pixel_values scale, bias;
  load_channels(source->scale + m, lanes, scale);
  load_channels(source->bias + m, lanes, bias);
  const int16_t *from = source->accumulators + behind;
  EACH_REGISTER(const __m256i sums = _mm256_loadu_si256((const __m256i *)(from + p * stride + v * LANES));
                x[p][v] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(sums)), scale[v], bias[v]))
  if (source->minimum > -__builtin_inff() || source->maximum < __builtin_inff()) {
    clamp(source->minimum, source->maximum, pixel_count, x);
  }
}

// `pixel_count` pixels, a constant in every call, from the place's `first` on, and its channels from `m` on.
INLINE void finish(const bnnmk_epilogue *epilogue, const bnnmk_wide_place *place, uint32_t first, uint32_t m,
                   const bnnmk_wide_source *source, const int pixel_count) {
  const size_t pixel = place->pixel + first;
  const uint32_t channel = place->channel + m, count = place->channel_count - m;
  const lane_masks lanes = {{bnnmk_first_lanes(count), bnnmk_first_lanes(count > LANES ? count - LANES : 0)}};
  pixel_values x[PIXELS];
  load_source(source, first, m, lanes, pixel_count, x);
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    apply_step(&epilogue->steps[s], pixel, channel, lanes, pixel_count, x);
  }
  if (epilogue->values) {
    float *values = epilogue->values + pixel * epilogue->channels + channel;
    EACH_REGISTER(_mm512_mask_storeu_ps(values + p * (size_t)epilogue->channels + v * LANES, lanes.of[v], x[p][v]))
  }
  if (epilogue->row_sums) {
    add_to_sums(epilogue->row_sums + place->row * epilogue->channels + channel, lanes, pixel_count, x);
  }
  if (epilogue->decisions) {
    store_decisions(epilogue, pixel, channel, lanes, pixel_count, x);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_finish_wide_x86_avx512(const bnnmk_epilogue *epilogue, const bnnmk_wide_place *place,
                                                      const bnnmk_wide_source *source) {
  for (uint32_t m = 0; m < place->channel_count; m += CHANNELS) {
    uint32_t p = 0;
    for (; p + PIXELS <= place->pixel_count; p += PIXELS) {
      finish(epilogue, place, p, m, source, PIXELS);
    }
    for (; p < place->pixel_count; p++) {
      finish(epilogue, place, p, m, source, 1);
    }
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

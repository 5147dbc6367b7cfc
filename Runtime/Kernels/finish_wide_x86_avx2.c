// Values in memory, or accumulators, through an epilogue for AVX2: four registers of eight channels of two pixels, or
// single ones of four pixels, of which the last may be partial: the only one with masks, for stores by them are slow on
// some CPUs (AMD's).
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "behind_x86_avx2.h"
#include "finish_wide.h"

#define INLINE static inline __attribute__((always_inline, target("avx2,fma")))

enum { LANES = 8, VECTORS = BNNMK_BEHIND_REGISTERS, PIXELS = 4 };

// A tile: constants in every call, but for `lanes`, the channels that exist of a partial register.
typedef struct tile {
  int pixel_count, vector_count, is_partial;
  __m256i lanes;
} tile;
typedef __m256 pixel_values[VECTORS];

// `statement` for every register v of every pixel p.
#define EACH_REGISTER(statement)               \
  BNNMK_REGISTERS                              \
  for (int p = 0; p < t.pixel_count; p++) {    \
    BNNMK_REGISTERS                            \
    for (int v = 0; v < t.vector_count; v++) { \
      statement;                               \
    }                                          \
  }

INLINE __m256 load(tile t, const float *from) {
  return t.is_partial ? _mm256_maskload_ps(from, t.lanes) : _mm256_loadu_ps(from);
}

INLINE void store(tile t, float *to, __m256 x) {
  if (t.is_partial) {
    _mm256_maskstore_ps(to, t.lanes, x);
  } else {
    _mm256_storeu_ps(to, x);
  }
}

#define LOAD(from) load(t, (from) + v * LANES)

// What each channel has.
INLINE void load_channels(tile t, const float *from, pixel_values to) {
  BNNMK_REGISTERS
  for (int v = 0; v < t.vector_count; v++) {
    to[v] = LOAD(from);
  }
}

INLINE void clamp(tile t, float minimum, float maximum, pixel_values *x) {
  // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
  const __m256 low = _mm256_set1_ps(minimum), high = _mm256_set1_ps(maximum);
  EACH_REGISTER(x[p][v] = _mm256_min_ps(high, _mm256_max_ps(low, x[p][v])))
}

// x < 0 ? x * a : x * b; x itself for x * b without b.
INLINE void rectify(tile t, const float *a, const float *b, pixel_values *x) {
  const __m256 zero = _mm256_setzero_ps();
  pixel_values below, above;
  load_channels(t, a, below);
  if (b) {
    load_channels(t, b, above);
    EACH_REGISTER(const __m256 is_below = _mm256_cmp_ps(x[p][v], zero, _CMP_LT_OQ);
                  x[p][v] = _mm256_mul_ps(x[p][v], _mm256_blendv_ps(above[v], below[v], is_below)))
  } else {
    EACH_REGISTER(const __m256 is_below = _mm256_cmp_ps(x[p][v], zero, _CMP_LT_OQ);
                  x[p][v] = _mm256_blendv_ps(x[p][v], _mm256_mul_ps(x[p][v], below[v]), is_below))
  }
}

// bnnmk_apply_step.
INLINE void apply_step(tile t, const bnnmk_step *step, size_t pixel, uint32_t channel, pixel_values *x) {
  const size_t stride = step->operand_stride;
  const float *y = step->operand ? step->operand + pixel * stride + channel : 0;
  pixel_values by;
  switch (step->kind) {
    case BNNMK_STEP_SCALE_SHIFT:
      if (step->a) {
        load_channels(t, step->a + channel, by);
        EACH_REGISTER(x[p][v] = _mm256_mul_ps(x[p][v], by[v]))
      }
      if (step->b) {
        load_channels(t, step->b + channel, by);
        EACH_REGISTER(x[p][v] = _mm256_add_ps(x[p][v], by[v]))
      }
      break;
    case BNNMK_STEP_RECTIFY:
      rectify(t, step->a + channel, step->b ? step->b + channel : 0, x);
      break;
    case BNNMK_STEP_CLAMP:
      clamp(t, step->minimum, step->maximum, x);
      break;
    case BNNMK_STEP_FUNCTION: {
      float numbers[BNNMK_MAX_VALUES];
      EACH_REGISTER(_mm256_storeu_ps(numbers + (p * t.vector_count + v) * LANES, x[p][v]))
      bnnmk_apply_function_x86_avx2(step->function, numbers, (uint32_t)(t.pixel_count * t.vector_count * LANES));
      EACH_REGISTER(x[p][v] = _mm256_loadu_ps(numbers + (p * t.vector_count + v) * LANES))
      break;
    }
    case BNNMK_STEP_ADD:
      EACH_REGISTER(x[p][v] = _mm256_add_ps(x[p][v], LOAD(y + (size_t)p * stride)))
      break;
    case BNNMK_STEP_SUBTRACT:
      EACH_REGISTER(x[p][v] = _mm256_sub_ps(x[p][v], LOAD(y + (size_t)p * stride)))
      break;
    case BNNMK_STEP_SUBTRACT_FROM:
      EACH_REGISTER(x[p][v] = _mm256_sub_ps(LOAD(y + (size_t)p * stride), x[p][v]))
      break;
    case BNNMK_STEP_MULTIPLY:
      EACH_REGISTER(x[p][v] = _mm256_mul_ps(x[p][v], LOAD(y + (size_t)p * stride)))
      break;
    case BNNMK_STEP_DIVIDE:
      EACH_REGISTER(x[p][v] = _mm256_div_ps(x[p][v], LOAD(y + (size_t)p * stride)))
      break;
    default:  // takes rows: map_in_parts.c
      break;
  }
}

// Adds a half of each pixel's register v to the sums of its four channels.
INLINE void add_half(tile t, double *sums, pixel_values *x, const int v, const int half) {
  const __m128i lanes = half ? _mm256_extracti128_si256(t.lanes, 1) : _mm256_castsi256_si128(t.lanes);
  const __m256i wide_lanes = _mm256_cvtepi32_epi64(lanes);
  __m256d four = t.is_partial ? _mm256_maskload_pd(sums, wide_lanes) : _mm256_loadu_pd(sums);
  BNNMK_REGISTERS
  for (int p = 0; p < t.pixel_count; p++) {
    four = _mm256_add_pd(four,
                         _mm256_cvtps_pd(half ? _mm256_extractf128_ps(x[p][v], 1) : _mm256_castps256_ps128(x[p][v])));
  }
  if (t.is_partial) {
    _mm256_maskstore_pd(sums, wide_lanes, four);
  } else {
    _mm256_storeu_pd(sums, four);
  }
}

// Adds the pixels to the channels' sums, in ascending order.
INLINE void add_to_sums(tile t, double *sums, pixel_values *x) {
  BNNMK_REGISTERS
  for (int v = 0; v < t.vector_count; v++) {
    add_half(t, sums + v * LANES, x, v, 0);
    add_half(t, sums + v * LANES + LANES / 2, x, v, 1);
  }
}

// Bits are 1 where an even number of points is behind. A comparison with NaN is false.
INLINE void store_decisions(tile t, const bnnmk_epilogue *epilogue, size_t pixel, uint32_t channel, pixel_values *x) {
  const uint32_t lanes = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(t.lanes));
  const uint32_t present = t.is_partial ? lanes : ~(uint32_t)0 >> (32 - LANES * t.vector_count);
  uint32_t minus[PIXELS];
  BNNMK_REGISTERS
  for (int p = 0; p < t.pixel_count; p++) {
    minus[p] = present;
  }
  for (uint32_t s = 0; s < epilogue->switch_count; s++) {
    pixel_values points;
    load_channels(t, epilogue->switch_points + (size_t)s * epilogue->channels + channel, points);
    BNNMK_REGISTERS
    for (int p = 0; p < t.pixel_count; p++) {
      minus[p] ^= t.vector_count == VECTORS
                      ? bnnmk_points_behind_x86_avx2(points, x[p])
                      : (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(points[0], x[p][0], _CMP_LE_OQ));
    }
  }
  const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
  uint64_t *to = epilogue->decisions + pixel * words;
  BNNMK_REGISTERS
  for (int p = 0; p < t.pixel_count; p++, to += words) {
    bnnmk_or_wide(to, channel, minus[p] & present);
  }
}

// Pixels from the source's `first` on, channels from its `m` on.
INLINE void load_source(tile t, const bnnmk_wide_source *source, uint32_t first, uint32_t m, pixel_values *x) {
  const size_t stride = source->stride, behind = first * stride + m;
  if (source->values) {
    const float *from = source->values + behind;
    EACH_REGISTER(x[p][v] = LOAD(from + (size_t)p * stride))
    return;
  }
  pixel_values scale, bias;
  load_channels(t, source->scale + m, scale);
  load_channels(t, source->bias + m, bias);
  const int16_t *from = source->accumulators + behind;
  EACH_REGISTER(const __m128i sums = _mm_loadu_si128((const __m128i *)(from + (size_t)p * stride + v * LANES));
                x[p][v] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(sums)), scale[v], bias[v]))
  if (source->minimum > -__builtin_inff() || source->maximum < __builtin_inff()) {
    clamp(t, source->minimum, source->maximum, x);
  }
}

// The tile of pixels from the place's `first` on, and channels from its `m` on.
INLINE void finish(tile t, const bnnmk_epilogue *epilogue, const bnnmk_wide_place *place, uint32_t first, uint32_t m,
                   const bnnmk_wide_source *source) {
  const size_t pixel = place->pixel + first;
  const uint32_t channel = place->channel + m;
  pixel_values x[PIXELS];
  load_source(t, source, first, m, x);
  for (uint32_t s = source->first_step; s < epilogue->step_count; s++) {
    apply_step(t, &epilogue->steps[s], pixel, channel, x);
  }
  if (epilogue->values) {
    float *values = epilogue->values + pixel * epilogue->channels + channel;
    EACH_REGISTER(store(t, values + (size_t)p * epilogue->channels + v * LANES, x[p][v]))
  }
  if (epilogue->row_sums) {
    add_to_sums(t, epilogue->row_sums + place->row * epilogue->channels + channel, x);
  }
  if (epilogue->decisions) {
    store_decisions(t, epilogue, pixel, channel, x);
  }
}

// All pixels, `t.pixel_count` at a time, then one by one.
INLINE void finish_pixels(tile t, const bnnmk_epilogue *epilogue, const bnnmk_wide_place *place, uint32_t m,
                          const bnnmk_wide_source *source) {
  uint32_t p = 0;
  for (; p + (uint32_t)t.pixel_count <= place->pixel_count; p += (uint32_t)t.pixel_count) {
    finish(t, epilogue, place, p, m, source);
  }
  t.pixel_count = 1;
  for (; p < place->pixel_count; p++) {
    finish(t, epilogue, place, p, m, source);
  }
}

__attribute__((target("avx2,fma"))) void bnnmk_finish_wide_x86_avx2(const bnnmk_epilogue *epilogue,
                                                                    const bnnmk_wide_place *place,
                                                                    const bnnmk_wide_source *source) {
  const __m256i all = _mm256_set1_epi32(-1), numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const tile wide = {2, VECTORS, 0, all}, narrow = {PIXELS, 1, 0, all};
  const uint32_t count = place->channel_count;
  uint32_t m = 0;
  for (; m + VECTORS * LANES <= count; m += VECTORS * LANES) {
    finish_pixels(wide, epilogue, place, m, source);
  }
  for (; m + LANES <= count; m += LANES) {
    finish_pixels(narrow, epilogue, place, m, source);
  }
  if (m < count) {
    const tile partial = {PIXELS, 1, 1, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count - m)), numbers)};
    finish_pixels(partial, epilogue, place, m, source);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

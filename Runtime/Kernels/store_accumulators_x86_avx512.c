// Accumulators of binary convolution for AVX-512 as bits, int32 or float32, or through an epilogue: sixteen channels at
// a time.
#if defined(__x86_64__) || defined(__i386__)

#include "store_accumulators_x86_avx512.h"

#include "finish_wide.h"
#include "scale_wide_x86_avx512.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

// Accumulators of a pixel, and how many numbers behind them those of the next one are.
typedef struct accumulator_rows {
  const int32_t *first;
  size_t stride;
} accumulator_rows;

INLINE const int32_t *row_of(accumulator_rows rows, uint32_t p) { return rows.first + p * rows.stride; }

// Bits that are 1 where a channel's point is above its accumulator.
INLINE uint32_t points_above(__m512i points, const int32_t *accumulators) {
  return _cvtmask16_u32(_mm512_cmpgt_epi32_mask(points, _mm512_loadu_si512(accumulators)));
}

INLINE void store_bits(const bnnmk_binary_conv2d *conv, const bnnmk_accumulator_place *place, accumulator_rows rows) {
  const size_t stride = conv->output_channels, words = stride / 64 + (stride % 64 > 0);
  const uint32_t channel = conv->channel_offset + place->channel;
  uint64_t *output = (uint64_t *)conv->output + place->pixel * words;
  if (conv->switch_count == 1 && channel % 8 == 0 && place->channel_count == BNNMK_WIDE_CHANNELS) {
    // Two bytes of their own, cleared by the caller.
    const __m512i points = _mm512_loadu_si512(conv->switch_points + place->channel);
    uint8_t *bytes = (uint8_t *)output + channel / 8;
    for (uint32_t p = 0; p < place->pixel_count; p++, bytes += words * sizeof(uint64_t)) {
      const uint16_t minus = (uint16_t)points_above(points, row_of(rows, p));
      __builtin_memcpy(bytes, &minus, sizeof minus);
    }
    return;
  }
  const __mmask16 lanes = bnnmk_first_lanes(place->channel_count);
  // 1 where an even number of points is behind.
  uint32_t minus[BNNMK_MOST_STORED_PIXELS];
  for (uint32_t p = 0; p < place->pixel_count; p++) {
    minus[p] = lanes;
  }
  for (uint32_t s = 0; s < conv->switch_count; s++) {
    const __m512i points = _mm512_maskz_loadu_epi32(lanes, conv->switch_points + s * stride + place->channel);
    for (uint32_t p = 0; p < place->pixel_count; p++) {
      minus[p] ^= ~points_above(points, row_of(rows, p)) & lanes;
    }
  }
  for (uint32_t p = 0; p < place->pixel_count; p++) {
    bnnmk_or_wide(output + p * words, channel, minus[p]);
  }
}

INLINE void store_integers(const bnnmk_binary_conv2d *conv, const bnnmk_accumulator_place *place,
                           accumulator_rows rows) {
  const size_t stride = conv->output_channels, channel = (size_t)conv->channel_offset + place->channel;
  const __mmask16 lanes = bnnmk_first_lanes(place->channel_count);
  int32_t *output = (int32_t *)conv->output + place->pixel * stride + channel;
  for (uint32_t p = 0; p < place->pixel_count; p++) {
    _mm512_mask_storeu_epi32(output + p * stride, lanes, _mm512_loadu_si512(row_of(rows, p)));
  }
  if (conv->row_sums) {
    double *sums = conv->row_sums + place->row * stride + channel;
    for (uint32_t p = 0; p < place->pixel_count; p++) {
      for (uint32_t m = 0; m < place->channel_count; m++) {
        sums[m] += row_of(rows, p)[m];
      }
    }
  }
}

INLINE void store_values(const bnnmk_binary_conv2d *conv, const bnnmk_accumulator_place *place, accumulator_rows rows) {
  const uint32_t channel = conv->channel_offset + place->channel;
  const __mmask16 lanes = bnnmk_first_lanes(place->channel_count);
  const bnnmk_wide_scale scale = bnnmk_wide_scale_of(conv, place->channel, lanes);
  _Alignas(64) float scaled[BNNMK_MOST_STORED_PIXELS][BNNMK_WIDE_CHANNELS], *to = scaled[0];
  size_t stride = BNNMK_WIDE_CHANNELS;
  if (conv->output_kind == BNNMK_OUTPUT_FLOAT32) {
    stride = conv->output_channels;
    to = (float *)conv->output + place->pixel * stride + channel;
  }
  for (uint32_t p = 0; p < place->pixel_count; p++) {
    _mm512_mask_storeu_ps(to + p * stride, lanes, bnnmk_scale_sixteen(&scale, _mm512_loadu_si512(row_of(rows, p))));
  }
  if (conv->output_kind == BNNMK_OUTPUT_EPILOGUE) {
    const bnnmk_wide_place in_output = {place->row, place->pixel, place->pixel_count, channel, place->channel_count};
    const bnnmk_wide_source source = {.values = scaled[0], .stride = stride};
    bnnmk_finish_wide_x86_avx512(conv->epilogue, &in_output, &source);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_store_accumulators(const bnnmk_binary_conv2d *conv, const bnnmk_accumulator_place *place,
                                                  const int32_t *accumulators, size_t stride) {
  const accumulator_rows rows = {accumulators, stride};
  switch (conv->output_kind) {
    case BNNMK_OUTPUT_BITS:
      store_bits(conv, place, rows);
      break;
    case BNNMK_OUTPUT_INT32:
      store_integers(conv, place, rows);
      break;
    case BNNMK_OUTPUT_FLOAT32:
    case BNNMK_OUTPUT_EPILOGUE:
      store_values(conv, place, rows);
      break;
  }
}

BNNMK_TARGET_AVX512 int bnnmk_wide_scales_are_exact(const bnnmk_binary_conv2d *conv) {
  const __m512 most = _mm512_set1_ps(0x1p127f);
  int are_exact = 1;
  for (uint32_t channel = 0; channel < conv->out_channels; channel += BNNMK_WIDE_CHANNELS) {
    const bnnmk_wide_scale by = bnnmk_wide_scale_of(conv, channel, bnnmk_first_lanes(conv->out_channels - channel));
    are_exact &= by.is_exact && _mm512_cmp_ps_mask(_mm512_abs_ps(by.scale), most, _CMP_GE_OQ) == 0;
  }
  return are_exact;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

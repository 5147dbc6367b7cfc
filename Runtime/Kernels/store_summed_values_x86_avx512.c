// Binary convolution by nibble tables for AVX-512: accumulators of 16 bits as float32, or through an epilogue, sixteen
// channels at a time.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_nibbles.h"
#include "finish_wide_x86_avx512.h"
#include "scale_wide_x86_avx512.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

enum { LANES = 16, HALF = BNNMK_WIDE_FINISHED_CHANNELS };

// Up to 32 channels from the tile's channel `m` on, in one more pass over memory, where float64 is needed. Returns
// whether it was.
INLINE int scale_inexact(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile, uint32_t m,
                         float scaled[][HALF]) {
  const uint32_t count = tile->channel_count - m;
  const bnnmk_wide_scale low = bnnmk_wide_scale_of(conv, tile->channel + m, bnnmk_first_lanes(count));
  const bnnmk_wide_scale high =
      bnnmk_wide_scale_of(conv, tile->channel + m + LANES, bnnmk_first_lanes(count > LANES ? count - LANES : 0));
  if (low.is_exact && high.is_exact) {
    return 0;
  }
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const __m256i *sums = (const __m256i *)(tile->accumulators[p] + m);
    _mm512_storeu_ps(scaled[p], bnnmk_scale_sixteen(&low, _mm512_cvtepi16_epi32(_mm256_loadu_si256(sums))));
    _mm512_storeu_ps(scaled[p] + LANES,
                     bnnmk_scale_sixteen(&high, _mm512_cvtepi16_epi32(_mm256_loadu_si256(sums + 1))));
  }
  return 1;
}

BNNMK_TARGET_AVX512 void bnnmk_store_summed_values_x86_avx512(const bnnmk_binary_conv2d *conv,
                                                              const bnnmk_summed_tile *tile) {
  for (uint32_t m = 0; m < tile->channel_count; m += HALF) {
    const uint32_t left = tile->channel_count - m, channel = tile->channel + m;
    const bnnmk_wide_place place = {tile->row, tile->pixel, tile->pixel_count, conv->channel_offset + channel,
                                    left < HALF ? left : HALF};
    bnnmk_wide_source source = {
        .accumulators = tile->accumulators[0] + m,
        .stride = BNNMK_NIBBLE_CHANNELS,
        .scale = conv->scale + channel,
        .bias = conv->bias ? conv->bias + channel : 0,
        .minimum = conv->minimum,
        .maximum = conv->maximum,
    };
    float scaled[BNNMK_NIBBLE_PIXELS][HALF];
    if (scale_inexact(conv, tile, m, scaled)) {
      source = (bnnmk_wide_source){.values = scaled[0], .stride = HALF};
    }
    bnnmk_finish_wide_x86_avx512(conv->epilogue, &place, &source);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

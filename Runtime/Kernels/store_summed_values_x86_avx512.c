// Binary convolution by nibble tables for AVX-512: accumulators of 16 bits through an epilogue.
#if defined(__x86_64__) || defined(__i386__)

#include "scale_wide_x86_avx512.h"
#include "store_summed_values.h"

enum { LANES = 16 };

enum { VECTORS = BNNMK_NIBBLE_CHANNELS / LANES };

// A bnnmk_scale_inexact.
static BNNMK_TARGET_AVX512 int scale_inexact(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile,
                                             bnnmk_scaled_values scaled) {
  bnnmk_wide_scale scales[VECTORS];
  int is_exact = 1;
  BNNMK_REGISTERS
  for (uint32_t v = 0; v < VECTORS; v++) {
    const uint32_t m = v * LANES, left = m < tile->channel_count ? tile->channel_count - m : 0;
    scales[v] = bnnmk_wide_scale_of(conv, tile->channel + m, bnnmk_first_lanes(left));
    is_exact &= scales[v].is_exact;
  }
  if (is_exact) {
    return 0;
  }
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    for (uint32_t v = 0; v < VECTORS; v++) {
      const __m256i sums = _mm256_loadu_si256((const __m256i *)(tile->accumulators[p] + v * LANES));
      _mm512_storeu_ps(scaled[p] + v * LANES, bnnmk_scale_sixteen(&scales[v], _mm512_cvtepi16_epi32(sums)));
    }
  }
  return 1;
}

void bnnmk_store_summed_values_x86_avx512(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile) {
  bnnmk_store_summed(conv, tile, scale_inexact, bnnmk_finish_wide_x86_avx512);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

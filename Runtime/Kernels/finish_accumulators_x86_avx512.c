// Accumulators of binary convolution for AVX-512 through an epilogue: 32 channels of up to seven pixels, which stay in
// registers from the first step to the last.
#if defined(__x86_64__) || defined(__i386__)

#include "finish_wide_x86_avx512.h"
#include "store_accumulators_x86_avx512.h"

// Pixels from `first` on; `pixel_count` is a constant in every call.
BNNMK_FINISH_INLINE void finish_pixels(const int pixel_count, const bnnmk_binary_conv2d *conv,
                                       const bnnmk_accumulator_place *place, uint32_t first,
                                       const int32_t *accumulators, size_t stride) {
  const bnnmk_finish_tile t = {pixel_count, BNNMK_FINISH_VECTORS, BNNMK_ALL_LANES};
  bnnmk_pixel_values scale, bias = {_mm512_setzero_ps(), _mm512_setzero_ps()}, x[BNNMK_FINISH_PIXELS];
  bnnmk_load_wide_channels(t, conv->scale + place->channel, scale);
  if (conv->bias) {
    bnnmk_load_wide_channels(t, conv->bias + place->channel, bias);
  }
  accumulators += first * stride;
  BNNMK_EACH_REGISTER(const __m512i sums =
                          _mm512_loadu_si512(accumulators + (size_t)p * stride + v * BNNMK_FINISH_LANES);
                      x[p][v] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), scale[v], bias[v]))
  if (conv->minimum > -__builtin_inff() || conv->maximum < __builtin_inff()) {
    bnnmk_clamp_wide(t, conv->minimum, conv->maximum, x);
  }
  bnnmk_finish_pairs(pixel_count, conv->epilogue, place->row, place->pixel + first,
                     conv->channel_offset + place->channel, x);
}

BNNMK_TARGET_AVX512 void bnnmk_finish_accumulators(const bnnmk_binary_conv2d *conv,
                                                   const bnnmk_accumulator_place *place, const int32_t *accumulators,
                                                   size_t stride) {
  uint32_t p = 0;
  for (; p + BNNMK_FINISH_PIXELS <= place->pixel_count; p += BNNMK_FINISH_PIXELS) {
    finish_pixels(BNNMK_FINISH_PIXELS, conv, place, p, accumulators, stride);
  }
  for (; p < place->pixel_count; p++) {
    finish_pixels(1, conv, place, p, accumulators, stride);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

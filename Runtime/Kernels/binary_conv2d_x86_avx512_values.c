// Binary convolution of words for AVX-512: tiles as float32, or through an epilogue, sixteen channels at a time.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"
#include "finish_wide.h"
#include "scale_wide_x86_avx512.h"

BNNMK_TARGET_AVX512 int bnnmk_wide_scales_are_exact(const bnnmk_binary_conv2d *conv) {
  const __m512 most = _mm512_set1_ps(0x1p127f);
  int are_exact = 1;
  for (uint32_t channel = 0; channel < conv->out_channels; channel += BNNMK_WIDE_CHANNELS) {
    const bnnmk_wide_scale by = bnnmk_wide_scale_of(conv, channel, bnnmk_first_lanes(conv->out_channels - channel));
    are_exact &= by.is_exact && _mm512_cmp_ps_mask(_mm512_abs_ps(by.scale), most, _CMP_GE_OQ) == 0;
  }
  return are_exact;
}

BNNMK_TARGET_AVX512 void bnnmk_store_wide_values(const bnnmk_binary_conv2d *conv, const bnnmk_wide_tile *tile) {
  const uint32_t channel = conv->channel_offset + tile->channel;
  const __mmask16 lanes = bnnmk_first_lanes(tile->channel_count);
  const bnnmk_wide_scale scale = bnnmk_wide_scale_of(conv, tile->channel, lanes);
  _Alignas(64) float scaled[BNNMK_WIDE_PIXELS][BNNMK_WIDE_CHANNELS], *to = scaled[0];
  size_t stride = BNNMK_WIDE_CHANNELS;
  if (conv->output_kind == BNNMK_OUTPUT_FLOAT32) {
    stride = conv->output_channels;
    to = (float *)conv->output + tile->pixel * stride + channel;
  }
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    _mm512_mask_storeu_ps(to + p * stride, lanes, bnnmk_scale_sixteen(&scale, bnnmk_wide_accumulators(tile, p)));
  }
  if (conv->output_kind == BNNMK_OUTPUT_EPILOGUE) {
    const bnnmk_wide_place place = {tile->row, tile->pixel, tile->pixel_count, channel, tile->channel_count};
    const bnnmk_wide_source source = {.values = scaled[0], .stride = stride};
    bnnmk_finish_wide_x86_avx512(conv->epilogue, &place, &source);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

// Values of binary convolution through an epilogue in plain C.
#include "binary_conv2d_tile.h"

void bnnmk_finish_values_generic(const bnnmk_epilogue *epilogue, size_t row, size_t pixel, uint32_t pixel_count,
                                 uint32_t channel, float *restrict x) {
  bnnmk_finish_channels(epilogue, row, pixel, pixel_count, channel, x, BNNMK_CHANNEL_BLOCK, bnnmk_decide_each_value);
}

void bnnmk_finish_channel(const bnnmk_binary_conv2d *conv, const bnnmk_tile *tile, uint32_t m) {
  const uint32_t channel = tile->block * BNNMK_CHANNEL_BLOCK + m;
  float x[BNNMK_MAX_PIXEL_BLOCK];
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    bnnmk_scale_accumulators(conv, tile->accumulators[p] + m, channel, 1, x + p);
  }
  bnnmk_finish_channels(conv->epilogue, tile->row, tile->pixel, tile->pixel_count, conv->channel_offset + channel, x, 1,
                        bnnmk_decide_each_value);
}

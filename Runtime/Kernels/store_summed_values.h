// Binary convolution by nibble tables: accumulators of 16 bits through an epilogue.
#ifndef BNNM_STORE_SUMMED_VALUES_H
#define BNNM_STORE_SUMMED_VALUES_H

#include "binary_conv2d_nibbles.h"
#include "finish_wide.h"

typedef float bnnmk_scaled_values[BNNMK_NIBBLE_PIXELS][BNNMK_NIBBLE_CHANNELS];

// A tile's values, where they need float64. Returns whether they do: fused multiply-adds in float32 give the same where
// they do not.
typedef int bnnmk_scale_inexact(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile,
                                bnnmk_scaled_values scaled);

BNNMK_INLINE void bnnmk_store_summed(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile,
                                     bnnmk_scale_inexact *scale_inexact, bnnmk_finish_wide *finish) {
  static const float no_bias[BNNMK_NIBBLE_CHANNELS] = {0};
  const bnnmk_wide_place place = {tile->row, tile->pixel, tile->pixel_count, conv->channel_offset + tile->channel,
                                  tile->channel_count};
  bnnmk_wide_source source = {
      .accumulators = tile->accumulators[0],
      .stride = BNNMK_NIBBLE_CHANNELS,
      .scale = conv->scale + tile->channel,
      .bias = conv->bias ? conv->bias + tile->channel : no_bias,
      .minimum = conv->minimum,
      .maximum = conv->maximum,
  };
  bnnmk_scaled_values scaled;
  if (scale_inexact(conv, tile, scaled)) {
    source = (bnnmk_wide_source){.values = scaled[0], .stride = BNNMK_NIBBLE_CHANNELS};
  }
  finish(conv->epilogue, &place, &source);
}

#endif

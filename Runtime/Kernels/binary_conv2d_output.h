// The output transform of binary convolution: eight accumulators of one pixel become bits, int32 or float32.
#ifndef BNNM_BINARY_CONV2D_OUTPUT_H
#define BNNM_BINARY_CONV2D_OUTPUT_H

#include <stddef.h>

#include "clamp_value.h"
#include "window_taps.h"

// Bit m is 1 (decision -1) where the number of switch points <= accumulators[m] is even, for all eight channels.
// `points` stands on the first of them; `point_stride` leads from one switch point of a channel to its next.
typedef uint32_t bnnmk_decide(const int32_t accumulators[BNNMK_CHANNEL_BLOCK], const int32_t *points,
                              uint32_t switch_count, size_t point_stride);

// The same for the first `channel_count` channels, in plain C.
BNNMK_INLINE uint32_t bnnmk_decide_some(const int32_t *accumulators, const int32_t *points, uint32_t switch_count,
                                        size_t point_stride, uint32_t channel_count) {
  uint32_t minus = 0;
  for (uint32_t m = 0; m < channel_count; m++) {
    uint32_t even = 1;
    for (uint32_t s = 0; s < switch_count; s++) {
      even ^= points[s * point_stride + m] <= accumulators[m];
    }
    minus |= even << m;
  }
  return minus;
}

// ORs at most eight bits into a pixel's words from channel `channel` on; touches the next word only for bits in it.
BNNMK_INLINE void bnnmk_or_bits(uint64_t *pixel, uint32_t channel, uint64_t bits) {
  const uint32_t shift = channel % 64;
  pixel[channel / 64] |= bits << shift;
  if (shift > 64 - BNNMK_CHANNEL_BLOCK && bits >> (64 - shift)) {
    pixel[channel / 64 + 1] |= bits >> (64 - shift);
  }
}

// min(max(round(scale * acc + bias), minimum), maximum) for the first `channel_count` channels of the block.
BNNMK_INLINE void bnnmk_scale_accumulators(const bnnmk_binary_conv2d *conv, const int32_t *accumulators,
                                           uint32_t channel, uint32_t channel_count, float *output) {
  for (uint32_t m = 0; m < channel_count; m++) {
    // The product is exact in float64 for |acc| <= 2^29; the sum rounds in float64, then once to float32.
    double product = (double)conv->scale[channel + m] * accumulators[m];
    double bias = conv->bias ? (double)conv->bias[channel + m] : 0.0;
    output[m] = bnnmk_clamp_value((float)(product + bias), conv->minimum, conv->maximum);
  }
}

// Writes the block's channels (fewer than eight in the last one) of one output pixel, as `kind` says.
BNNMK_INLINE void bnnmk_store_accumulators(const bnnmk_binary_conv2d *conv, bnnmk_output kind, size_t pixel,
                                           uint32_t block, const int32_t accumulators[BNNMK_CHANNEL_BLOCK],
                                           bnnmk_decide *decide) {
  const uint32_t channel = block * BNNMK_CHANNEL_BLOCK;
  const uint32_t left = conv->out_channels - channel;
  const uint32_t channel_count = left < BNNMK_CHANNEL_BLOCK ? left : BNNMK_CHANNEL_BLOCK;
  const size_t stride = conv->output_channels;
  const size_t first = pixel * stride + conv->channel_offset + channel;
  switch (kind) {
    case BNNMK_OUTPUT_BITS: {
      const int32_t *points = conv->switch_count ? conv->switch_points + channel : 0;
      uint32_t minus = channel_count == BNNMK_CHANNEL_BLOCK
                           ? decide(accumulators, points, conv->switch_count, stride)
                           : bnnmk_decide_some(accumulators, points, conv->switch_count, stride, channel_count);
      uint64_t *words = (uint64_t *)conv->output + pixel * (stride / 64 + (stride % 64 > 0));
      bnnmk_or_bits(words, conv->channel_offset + channel, minus);
      break;
    }
    case BNNMK_OUTPUT_INT32: {
      int32_t *output = (int32_t *)conv->output + first;
      for (uint32_t m = 0; m < channel_count; m++) {
        output[m] = accumulators[m];
      }
      break;
    }
    case BNNMK_OUTPUT_FLOAT32: {
      float *output = (float *)conv->output + first;
      if (channel_count == BNNMK_CHANNEL_BLOCK) {
        bnnmk_scale_accumulators(conv, accumulators, channel, BNNMK_CHANNEL_BLOCK, output);
      } else {
        bnnmk_scale_accumulators(conv, accumulators, channel, channel_count, output);
      }
      break;
    }
  }
}

#endif

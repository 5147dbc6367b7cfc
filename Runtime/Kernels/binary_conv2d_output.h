// The output transform of binary convolution: eight accumulators of one pixel become bits, int32, float32, or what an
// epilogue makes of them.
#ifndef BNNM_BINARY_CONV2D_OUTPUT_H
#define BNNM_BINARY_CONV2D_OUTPUT_H

#include <stddef.h>

#include "clamp_value.h"
#include "epilogue.h"
#include "window_taps.h"

// Pixels that share the loads of weights; an instruction set with more registers defines more before it includes this.
#ifndef BNNMK_PIXEL_BLOCK
#define BNNMK_PIXEL_BLOCK 4
#endif

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
  const float *scale = conv->scale + channel, *bias = conv->bias ? conv->bias + channel : 0;
  const float minimum = conv->minimum, maximum = conv->maximum;
  // Apart from memory that the output could overlap, so that the loops vectorize.
  float x[BNNMK_CHANNEL_BLOCK];
  // The product is exact in float64 for |acc| <= 2^29; the sum rounds in float64, then once to float32.
  if (bias) {
    BNNMK_LANES
    for (uint32_t m = 0; m < channel_count; m++) {
      x[m] = (float)((double)scale[m] * accumulators[m] + (double)bias[m]);
    }
  } else {
    BNNMK_LANES
    for (uint32_t m = 0; m < channel_count; m++) {
      x[m] = (float)((double)scale[m] * accumulators[m] + 0.0);  // a product of -0 becomes 0
    }
  }
  BNNMK_LANES
  for (uint32_t m = 0; m < channel_count; m++) {
    output[m] = bnnmk_clamp_value(x[m], minimum, maximum);
  }
}

// `count` channels from `channel` of the group on, the `first`-th of each block of accumulators, of neighbouring pixels
// of one row through the epilogue.
BNNMK_INLINE void bnnmk_run_channels(const bnnmk_binary_conv2d *conv, size_t row, size_t pixel, uint32_t pixel_count,
                                     uint32_t channel, int32_t accumulators[][BNNMK_CHANNEL_BLOCK], uint32_t first,
                                     uint32_t count) {
  const bnnmk_epilogue *epilogue = conv->epilogue;
  const uint32_t output_channel = conv->channel_offset + channel;
  float x[BNNMK_PIXEL_BLOCK * BNNMK_CHANNEL_BLOCK];
  uint64_t minus[BNNMK_PIXEL_BLOCK];
  for (uint32_t p = 0; p < pixel_count; p++) {
    bnnmk_scale_accumulators(conv, accumulators[p] + first, channel, count, x + p * count);
  }
  bnnmk_run_epilogue(epilogue, row, pixel, pixel_count, output_channel, x, count, minus);
  if (epilogue->decisions) {
    const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
    for (uint32_t p = 0; p < pixel_count; p++) {
      bnnmk_or_bits(epilogue->decisions + (pixel + p) * words, output_channel, minus[p]);
    }
  }
}

// A tile: the channels of one block (fewer than eight in the last one) of up to BNNMK_PIXEL_BLOCK neighbouring pixels
// of one row through the epilogue. Called once a tile, so that there is one copy of all steps for a level.
typedef void bnnmk_run_tile(const bnnmk_binary_conv2d *conv, size_t row, size_t pixel, uint32_t pixel_count,
                            uint32_t block, int32_t accumulators[][BNNMK_CHANNEL_BLOCK]);

// The body of a bnnmk_run_tile. Channels of an incomplete block go one by one: nothing behind them may be read.
BNNMK_INLINE void bnnmk_run_whole_tile(const bnnmk_binary_conv2d *conv, size_t row, size_t pixel, uint32_t pixel_count,
                                       uint32_t block, int32_t accumulators[][BNNMK_CHANNEL_BLOCK]) {
  const uint32_t channel = block * BNNMK_CHANNEL_BLOCK;
  const uint32_t left = conv->out_channels - channel;
  if (left >= BNNMK_CHANNEL_BLOCK) {
    bnnmk_run_channels(conv, row, pixel, pixel_count, channel, accumulators, 0, BNNMK_CHANNEL_BLOCK);
    return;
  }
  for (uint32_t m = 0; m < left; m++) {
    bnnmk_run_channels(conv, row, pixel, pixel_count, channel + m, accumulators, m, 1);
  }
}

// A bnnmk_run_tile in plain C.
BNNMK_ONE_COPY void bnnmk_run_tile_in_c(const bnnmk_binary_conv2d *conv, size_t row, size_t pixel, uint32_t pixel_count,
                                        uint32_t block, int32_t accumulators[][BNNMK_CHANNEL_BLOCK]) {
  bnnmk_run_whole_tile(conv, row, pixel, pixel_count, block, accumulators);
}

// Writes the block's channels (fewer than eight in the last one) of one output pixel, as `kind` says.
BNNMK_INLINE void bnnmk_store_accumulators(const bnnmk_binary_conv2d *conv, bnnmk_output kind, size_t row, size_t pixel,
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
      if (conv->row_sums) {
        double *sums = conv->row_sums + row * stride + conv->channel_offset + channel;
        for (uint32_t m = 0; m < channel_count; m++) {
          sums[m] += accumulators[m];
        }
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
    case BNNMK_OUTPUT_EPILOGUE:
      break;  // by tiles
  }
}

#endif

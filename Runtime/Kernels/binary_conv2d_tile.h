// The output transform of binary convolution: the accumulators of a tile, eight channels of some neighbouring pixels of
// one row, become bits, int32, float32, or what an epilogue makes of them.
#ifndef BNNM_BINARY_CONV2D_TILE_H
#define BNNM_BINARY_CONV2D_TILE_H

#include <stddef.h>

#include "clamp_value.h"
#include "epilogue.h"
#include "separate_roundings.h"
#include "window_taps.h"

// The largest tile of any instruction set that a CPU of this architecture may have, in pixels.
#if defined(__ARM_NEON) || defined(__x86_64__) || defined(__i386__)
enum { BNNMK_MAX_PIXEL_BLOCK = 8 };
#else
enum { BNNMK_MAX_PIXEL_BLOCK = 4 };
#endif

// Pixels of a block of eight channels that go through an epilogue at once.
enum { BNNMK_EPILOGUE_PIXELS = BNNMK_MAX_VALUES / BNNMK_CHANNEL_BLOCK };

typedef struct bnnmk_tile {
  size_t row, pixel;  // of the first one
  uint32_t pixel_count, block;
  const int32_t (*accumulators)[BNNMK_CHANNEL_BLOCK];
} bnnmk_tile;

// Channels of a block: fewer than eight in the last one.
BNNMK_INLINE uint32_t bnnmk_block_channels(const bnnmk_binary_conv2d *conv, uint32_t block) {
  const uint32_t left = conv->out_channels - block * BNNMK_CHANNEL_BLOCK;
  return left < BNNMK_CHANNEL_BLOCK ? left : BNNMK_CHANNEL_BLOCK;
}

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

// `count` channels from `channel` of the output pixel on, of at most BNNMK_EPILOGUE_PIXELS pixels, through the
// epilogue: x[pixel_count][count].
BNNMK_INLINE void bnnmk_finish_channels(const bnnmk_epilogue *epilogue, size_t row, size_t pixel, uint32_t pixel_count,
                                        uint32_t channel, float *x, uint32_t count,
                                        bnnmk_decide_values *decide_values) {
  uint64_t minus[BNNMK_EPILOGUE_PIXELS];
  bnnmk_run_epilogue(epilogue, row, pixel, pixel_count, channel, x, count, decide_values, minus);
  if (epilogue->decisions) {
    const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
    for (uint32_t p = 0; p < pixel_count; p++) {
      bnnmk_or_bits(epilogue->decisions + (pixel + p) * words, channel, minus[p]);
    }
  }
}

// Eight channels from `channel` of the output pixel on, of at most BNNMK_EPILOGUE_PIXELS pixels, through the epilogue:
// one copy of all its steps an instruction set.
typedef void bnnmk_finish_values(const bnnmk_epilogue *epilogue, size_t row, size_t pixel, uint32_t pixel_count,
                                 uint32_t channel, float *restrict x);

bnnmk_finish_values bnnmk_finish_values_generic;
#if defined(__x86_64__) || defined(__i386__)
bnnmk_finish_values bnnmk_finish_values_x86_avx2;
#endif

// One channel of a tile through the epilogue, in plain C: channels of an incomplete block go one by one, since nothing
// behind them may be read.
void bnnmk_finish_channel(const bnnmk_binary_conv2d *conv, const bnnmk_tile *tile, uint32_t m);

BNNMK_INLINE void bnnmk_run_tile(const bnnmk_binary_conv2d *conv, const bnnmk_tile *tile, uint32_t channel_count,
                                 bnnmk_finish_values *finish_values) {
  if (channel_count < BNNMK_CHANNEL_BLOCK) {
    for (uint32_t m = 0; m < channel_count; m++) {
      bnnmk_finish_channel(conv, tile, m);
    }
    return;
  }
  const uint32_t channel = tile->block * BNNMK_CHANNEL_BLOCK;
  float x[BNNMK_MAX_PIXEL_BLOCK * BNNMK_CHANNEL_BLOCK];
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    bnnmk_scale_accumulators(conv, tile->accumulators[p], channel, BNNMK_CHANNEL_BLOCK, x + p * BNNMK_CHANNEL_BLOCK);
  }
  finish_values(conv->epilogue, tile->row, tile->pixel, tile->pixel_count, conv->channel_offset + channel, x);
}

BNNMK_INLINE void bnnmk_store_bits(const bnnmk_binary_conv2d *conv, const bnnmk_tile *tile, uint32_t channel_count,
                                   bnnmk_decide *decide) {
  const uint32_t channel = tile->block * BNNMK_CHANNEL_BLOCK;
  const size_t stride = conv->output_channels, words = stride / 64 + (stride % 64 > 0);
  const int32_t *points = conv->switch_count ? conv->switch_points + channel : 0;
  uint64_t *output = (uint64_t *)conv->output + tile->pixel * words;
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const int32_t *accumulators = tile->accumulators[p];
    const uint32_t minus = channel_count == BNNMK_CHANNEL_BLOCK
                               ? decide(accumulators, points, conv->switch_count, stride)
                               : bnnmk_decide_some(accumulators, points, conv->switch_count, stride, channel_count);
    bnnmk_or_bits(output + p * words, conv->channel_offset + channel, minus);
  }
}

BNNMK_INLINE void bnnmk_store_integers(const bnnmk_binary_conv2d *conv, const bnnmk_tile *tile,
                                       uint32_t channel_count) {
  const size_t stride = conv->output_channels;
  const size_t channel = conv->channel_offset + (size_t)tile->block * BNNMK_CHANNEL_BLOCK;
  int32_t *output = (int32_t *)conv->output + tile->pixel * stride + channel;
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    BNNMK_LANES
    for (uint32_t m = 0; m < channel_count; m++) {
      output[p * stride + m] = tile->accumulators[p][m];
    }
  }
  if (conv->row_sums) {
    double *sums = conv->row_sums + tile->row * stride + channel;
    for (uint32_t p = 0; p < tile->pixel_count; p++) {
      BNNMK_LANES
      for (uint32_t m = 0; m < channel_count; m++) {
        sums[m] += tile->accumulators[p][m];
      }
    }
  }
}

BNNMK_INLINE void bnnmk_store_floats(const bnnmk_binary_conv2d *conv, const bnnmk_tile *tile, uint32_t channel_count) {
  const uint32_t channel = tile->block * BNNMK_CHANNEL_BLOCK;
  const size_t stride = conv->output_channels;
  float *output = (float *)conv->output + tile->pixel * stride + conv->channel_offset + channel;
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    bnnmk_scale_accumulators(conv, tile->accumulators[p], channel, channel_count, output + p * stride);
  }
}

// Writes a tile as `kind` says; `decide` and `finish_values` are the instruction set's.
BNNMK_INLINE void bnnmk_store_tile(const bnnmk_binary_conv2d *conv, bnnmk_output kind, const bnnmk_tile *tile,
                                   bnnmk_decide *decide, bnnmk_finish_values *finish_values) {
  const uint32_t channel_count = bnnmk_block_channels(conv, tile->block);
  switch (kind) {
    case BNNMK_OUTPUT_BITS:
      bnnmk_store_bits(conv, tile, channel_count, decide);
      break;
    case BNNMK_OUTPUT_INT32:
      if (channel_count == BNNMK_CHANNEL_BLOCK) {
        bnnmk_store_integers(conv, tile, BNNMK_CHANNEL_BLOCK);
      } else {
        bnnmk_store_integers(conv, tile, channel_count);
      }
      break;
    case BNNMK_OUTPUT_FLOAT32:
      if (channel_count == BNNMK_CHANNEL_BLOCK) {
        bnnmk_store_floats(conv, tile, BNNMK_CHANNEL_BLOCK);
      } else {
        bnnmk_store_floats(conv, tile, channel_count);
      }
      break;
    case BNNMK_OUTPUT_EPILOGUE:
      bnnmk_run_tile(conv, tile, channel_count, finish_values);
      break;
  }
}

#endif

// The layout of weights as nibbles, for kernels that look up how many of four bits differ: x86 with AVX2, whose tables
// of sixteen bytes give 32 output channels at once.
#include <string.h>

#include "weight_layouts.h"

enum {
  HALF = 32,          // channels of a register of AVX2
  MOST_STEPS = 4096,  // nibbles of one channel that kernels take: sixteen-bit counts, and a pixel's input on the stack
  MOST_POINTWISE_BYTES = 1 << 20,
};

static uint64_t tap_nibbles(const bnnmf_weight_shape *shape) {
  return 2 * (uint64_t)(shape->channels / 8 + (shape->channels % 8 > 0));
}

static uint64_t padded_channels(const bnnmf_weight_shape *shape) {
  return ((uint64_t)shape->out_channels + HALF - 1) / HALF * HALF;
}

int bnnmf_nibbles_suit(const bnnmf_weight_shape *shape) {
  const uint64_t steps = shape->taps * tap_nibbles(shape), padded = padded_channels(shape);
  // Missing channels cost as much as others.
  if (steps > MOST_STEPS || (uint64_t)shape->out_channels * 4 < padded * 3) {
    return 0;
  }
  // So large a pointwise layer is a dense one, of few pixels: it waits for weights, of which words are half as many.
  return shape->taps > 1 || bnnmf_nibbles_group_size(shape) <= MOST_POINTWISE_BYTES;
}

uint64_t bnnmf_nibbles_group_size(const bnnmf_weight_shape *shape) {
  return padded_channels(shape) * shape->taps * tap_nibbles(shape);
}

// Where a channel has its nibbles: the first one's byte, and the bytes from one to the next.
typedef struct nibble_column {
  uint64_t first, step;
} nibble_column;

static nibble_column column_of(const bnnmf_weight_shape *shape, uint64_t channel) {
  const uint64_t steps = shape->taps * tap_nibbles(shape), block = channel / (2 * HALF) * (2 * HALF);
  const uint64_t half = channel % HALF, place = half % (HALF / 2) * 2 + half / (HALF / 2);
  return (nibble_column){
      .first = block * steps + channel % (2 * HALF) / HALF * HALF + place,
      .step = padded_channels(shape) - block > HALF ? 2 * HALF : HALF,
  };
}

// Where the first word of a tap of a channel stands; the next ones follow BNNMF_CHANNEL_BLOCK apart.
static uint64_t word_position(const bnnmf_weight_shape *shape, uint64_t channel, uint64_t tap) {
  const uint64_t block_taps = channel / BNNMF_CHANNEL_BLOCK * shape->taps + tap;
  return block_taps * bnnmf_shape_words(shape) * BNNMF_CHANNEL_BLOCK + channel % BNNMF_CHANNEL_BLOCK;
}

void bnnmf_nibbles_from_words(const bnnmf_weight_shape *shape, const uint64_t *words, void *weights) {
  const uint64_t nibbles = tap_nibbles(shape);
  uint8_t *bytes = weights;
  memset(bytes, 0, (size_t)bnnmf_nibbles_group_size(shape));
  for (uint64_t channel = 0; channel < shape->out_channels; channel++) {
    const nibble_column column = column_of(shape, channel);
    uint8_t *nibble = bytes + column.first;
    for (uint64_t tap = 0; tap < shape->taps; tap++) {
      const uint64_t *word = words + word_position(shape, channel, tap);
      for (uint64_t k = 0; k < nibbles; k++, nibble += column.step) {
        *nibble = word[k / 16 * BNNMF_CHANNEL_BLOCK] >> (k % 16 * 4) & 15;
      }
    }
  }
}

void bnnmf_nibbles_to_words(const bnnmf_weight_shape *shape, const void *weights, uint64_t *words) {
  const uint64_t nibbles = tap_nibbles(shape), word_count = bnnmf_shape_words(shape);
  const uint8_t *bytes = weights;
  memset(words, 0,
         (size_t)(bnnmf_shape_blocks(shape) * shape->taps * word_count) * BNNMF_CHANNEL_BLOCK * sizeof *words);
  for (uint64_t channel = 0; channel < shape->out_channels; channel++) {
    const nibble_column column = column_of(shape, channel);
    const uint8_t *nibble = bytes + column.first;
    for (uint64_t tap = 0; tap < shape->taps; tap++) {
      uint64_t *word = words + word_position(shape, channel, tap);
      for (uint64_t k = 0; k < nibbles; k++, nibble += column.step) {
        word[k / 16 * BNNMF_CHANNEL_BLOCK] |= (uint64_t)(*nibble & 15) << (k % 16 * 4);
      }
    }
  }
}

// Adds to sums[count] how many bits of each low half are 1: at most four, so that bytes hold the sums of 63 rows.
static void add_ones(const uint8_t *restrict nibbles, uint64_t count, uint8_t *restrict sums) {
  for (uint64_t i = 0; i < count; i++) {
    const uint8_t pairs = (uint8_t)((nibbles[i] & 5) + (nibbles[i] >> 1 & 5));
    sums[i] = (uint8_t)(sums[i] + (pairs & 3) + (pairs >> 2));
  }
}

void bnnmf_nibbles_count_bits(const bnnmf_weight_shape *shape, const void *weights, uint32_t *counts) {
  enum { MOST_ROWS = 63 };
  const uint64_t nibbles = tap_nibbles(shape), stride = bnnmf_shape_blocks(shape) * BNNMF_CHANNEL_BLOCK;
  const uint8_t *row = weights;  // of one nibble of the channels of a block
  for (uint64_t block = 0; block < shape->out_channels; block += 2 * HALF) {
    const uint64_t width = column_of(shape, block).step, left = shape->out_channels - block;
    for (uint64_t tap = 0; tap < shape->taps; tap++) {
      for (uint64_t k = 0; k < nibbles;) {
        const uint64_t rows = nibbles - k < MOST_ROWS ? nibbles - k : MOST_ROWS;
        uint8_t sums[2 * HALF] = {0};
        for (uint64_t i = 0; i < rows; i++, row += width) {
          add_ones(row, width, sums);
        }
        k += rows;
        for (uint64_t channel = 0; channel < left && channel < width; channel++) {
          const uint64_t place = column_of(shape, channel).first;
          counts[tap * stride + block + channel] += sums[place];
        }
      }
    }
  }
}

int bnnmf_nibbles_are_clean(const bnnmf_weight_shape *shape, const void *weights) {
  const uint64_t nibbles = tap_nibbles(shape), size = bnnmf_nibbles_group_size(shape);
  const uint32_t used_bits = shape->channels - (shape->channels - 1) / 8 * 8;  // of a tap's last two nibbles
  const uint8_t *bytes = weights;
  // Memory is what takes time: four parts side by side are fetched sooner than one. Their size is a multiple of four.
  const uint64_t part = size / 4;
  uint8_t any = 0;
  for (uint64_t i = 0; i < part; i++) {
    any |= (uint8_t)((bytes[i] | bytes[part + i]) | (bytes[2 * part + i] | bytes[3 * part + i]));
  }
  uint8_t stray = any >> 4;
  for (uint64_t channel = 0; channel < padded_channels(shape); channel++) {
    const nibble_column column = column_of(shape, channel);
    for (uint64_t tap = 0; tap < shape->taps; tap++) {
      const uint8_t *tap_first = bytes + column.first + tap * nibbles * column.step;
      if (channel >= shape->out_channels) {
        for (uint64_t k = 0; k < nibbles; k++) {
          stray |= tap_first[k * column.step];
        }
      } else if (used_bits < 8) {
        const uint8_t *last = tap_first + (nibbles - 2) * column.step;
        stray |= (uint8_t)((last[0] | last[column.step] << 4) >> used_bits);
      }
    }
  }
  return stray == 0;
}

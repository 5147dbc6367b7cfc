// Binary convolution by nibble tables, around an instruction set's inner loop. Bytes of registers are output channels:
// a byte of the input chooses a row of a table, in whose halves the channels' nibbles of weights, as they stand, look
// up in how many bits the two differ.
#ifndef BNNM_BINARY_CONV2D_NIBBLES_H
#define BNNM_BINARY_CONV2D_NIBBLES_H

#include "binary_conv2d.h"
#include "nibble_strip.h"

enum {
  BNNMK_NIBBLE_CHANNELS = 64,  // of a block of weights; the last one has 32 where no more are left
  BNNMK_NIBBLE_PIXELS = 8,     // of a tile at most
  BNNMK_NIBBLE_STEPS = 31,     // after which a byte could exceed 255: each adds at most 8
};

// Row b: in how many bits each nibble differs from b's low one, and from its high one; zeros for BNNMK_NO_BYTE.
typedef struct bnnmk_nibble_table {
  _Alignas(64) uint8_t differences[257][2][16];
} bnnmk_nibble_table;

// Some neighbouring pixels of a strip, from `first` on, times a block of channels, from the group's `channel` on.
typedef struct bnnmk_nibble_tile {
  uint32_t first, pixel_count, channel, channel_count;
  const bnnmk_nibble_strip *strip;
  const bnnmk_nibble_table *table;
  const uint8_t *weights;  // of the block, on the strip's first step
} bnnmk_nibble_tile;

// Counts differing bits of a tile's pixels and channels.
typedef void bnnmk_count_nibbles(const bnnmk_nibble_tile *tile, int16_t counts[][BNNMK_NIBBLE_CHANNELS]);

// Accumulators [pixel][channel] of a tile, and where it stands in the output: its first row and pixel, and channels of
// the group.
typedef struct bnnmk_summed_tile {
  size_t row, pixel;
  uint32_t pixel_count, channel, channel_count;
  const int16_t (*accumulators)[BNNMK_NIBBLE_CHANNELS];
} bnnmk_summed_tile;

// Stores a tile through the epilogue.
typedef void bnnmk_store_summed_values(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile);

// What an instruction set gives the loops: tiles of at most `tile_pixels`.
typedef struct bnnmk_nibble_loops {
  uint32_t tile_pixels;
  bnnmk_count_nibbles *count;
  bnnmk_store_summed_values *store_values;
} bnnmk_nibble_loops;

// Makes accumulators of a tile's counts and writes what the convolution's output is.
void bnnmk_store_nibble_tile_x86_avx2(const bnnmk_binary_conv2d *conv, const bnnmk_nibble_tile *tile,
                                      int16_t counts[][BNNMK_NIBBLE_CHANNELS], bnnmk_store_summed_values *store_values);

// The whole kernel, for weights in BNNMK_LAYOUT_NIBBLES: output rows begin..<end.
void bnnmk_binary_conv2d_by_nibbles(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                    const bnnmk_nibble_loops *loops);

// The same with the inner loop of AVX2, and this loop.
void bnnmk_binary_conv2d_nibbles_x86_avx2(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end);
bnnmk_count_nibbles bnnmk_count_nibbles_x86_avx2;
bnnmk_store_summed_values bnnmk_store_summed_values_x86_avx2;

// The same with those of AVX-512.
bnnmk_store_summed_values bnnmk_store_summed_values_x86_avx512;
void bnnmk_binary_conv2d_nibbles_x86_avx512(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end);

#endif

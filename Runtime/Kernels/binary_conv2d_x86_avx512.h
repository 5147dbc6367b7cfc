// What the two kernels of binary convolution of words for AVX-512, with VPOPCNTDQ and without, have in common: all but
// the inner loop.
#ifndef BNNM_BINARY_CONV2D_X86_AVX512_H
#define BNNM_BINARY_CONV2D_X86_AVX512_H

#include "avx512_features.h"
#include "binary_conv2d.h"
#include "store_accumulators_x86_avx512.h"

enum {
  BNNMK_WIDE_PIXELS = 7,       // of a tile: 7, 6, 4 or 1
  BNNMK_FEWEST_OF_HALVES = 6,  // pixels of a tile of several, where lanes are halves of words
  BNNMK_WIDE_BLOCKS = BNNMK_WIDE_CHANNELS / BNNMK_CHANNEL_BLOCK,  // a register each
};

// Whether tiles of seven and of six pixels fill a row, as they do from 30 on.
static inline int bnnmk_tiles_fill(uint32_t pixels) {
  return (pixels + BNNMK_WIDE_PIXELS - 1) / BNNMK_WIDE_PIXELS * (BNNMK_WIDE_PIXELS - 1) <= pixels;
}

// What an inner loop counts for a tile. For row < row_count, run < run_count, i < run_length, p < pixel_count:
//   input[first + p * pixel_step + row * row_step + run * run_step + i]
// meets the words of eight channels, 8 * (row * weights_row_step + run * weights_run_step + i) behind weights[block].
// In a tile of several pixels the first may have no taps in some first runs, and the last none in some last runs.
typedef struct bnnmk_wide_taps {
  const uint64_t *input;
  int64_t first;
  size_t pixel_step;
  uint32_t unit_bytes;  // of an element of the input, a word or a half
  uint32_t pixel_count, skipped_by_first, skipped_by_last;
  bnnmk_tap_box box;
  const uint64_t *weights[BNNMK_WIDE_BLOCKS];
} bnnmk_wide_taps;

// Counts of differing bits [pixel][block][channel].
typedef uint64_t bnnmk_wide_counts[BNNMK_WIDE_PIXELS][BNNMK_WIDE_BLOCKS][BNNMK_CHANNEL_BLOCK];

// Sets `counts`, which are aligned to 64 bytes.
typedef void bnnmk_count_wide(const bnnmk_wide_taps *taps, bnnmk_wide_counts counts);

enum { BNNMK_MOST_PIXELS, BNNMK_FIRST_PIXEL, BNNMK_LAST_PIXEL, BNNMK_PIXEL_KINDS };

// Taps of a tile that are on padding which counts, all but a box: of most pixels, and of the first and the last, which
// may have more. Sums of the group's first channel.
typedef struct bnnmk_wide_padding {
  const uint32_t *all;
  bnnmk_padding_corners boxes[BNNMK_PIXEL_KINDS];
} bnnmk_wide_padding;

// What they differ from it, of sixteen channels.
typedef uint32_t bnnmk_padding_counts[BNNMK_PIXEL_KINDS][BNNMK_WIDE_CHANNELS];

// Sets `counts`, from channel `channel` of the group on, of which eight or sixteen exist.
void bnnmk_count_wide_padding(const bnnmk_wide_padding *padding, uint32_t channel, uint32_t channel_count,
                              bnnmk_padding_counts counts);

// The kind of pixel p of a tile.
static inline __attribute__((always_inline)) int bnnmk_pixel_kind(int p, int pixel_count) {
  return p == 0 ? BNNMK_FIRST_PIXEL : p == pixel_count - 1 ? BNNMK_LAST_PIXEL : BNNMK_MOST_PIXELS;
}

// What a loop that decides or finishes sums up: rows of tiles of 7, 6, 4 or 1 pixels, one behind the other, and
// channels, sixteen or 32 at a time. Only of one tile a row the first and the last pixel may lack taps.
typedef struct bnnmk_wide_sums {
  uint32_t row_count, tile_count;      // tiles of a row
  size_t input_row_step;               // words from where a row of tiles begins to where the next one does
  uint32_t channel_count;              // a multiple of BNNMK_WIDE_CHANNELS
  int has_halves;                      // lanes are halves of words
  size_t block_words;                  // of the weights of BNNMK_CHANNEL_BLOCK channels
  int32_t all;                         // taps that count times channels, of most pixels
  uint32_t lacked_first, lacked_last;  // halves of what the first and the last pixel lack of `all`
  const bnnmk_wide_padding *padding;   // NULL without
} bnnmk_wide_sums;

// Channels with one switch point each, sixteen of whose bits are two bytes.
typedef struct bnnmk_wide_decisions {
  const int32_t *points;
  uint8_t *bytes;  // of the first pixel; written
  size_t pixel_bytes, row_bytes;
} bnnmk_wide_decisions;

// Counts from the first channel on, whose weights those of the taps are, and compares counts while they are at hand.
typedef void bnnmk_decide_wide(const bnnmk_wide_taps *taps, const bnnmk_wide_sums *sums,
                               const bnnmk_wide_decisions *decisions);

// Channels whose accumulators, all even, fused multiply-adds in float32 scale exactly, and an epilogue takes.
typedef struct bnnmk_wide_finish {
  const bnnmk_binary_conv2d *conv;
  size_t row, pixel;  // of the output
} bnnmk_wide_finish;

// Counts from the first channel on, whose weights those of the taps are, and finishes counts while they are at hand.
typedef void bnnmk_finish_counts(const bnnmk_wide_taps *taps, const bnnmk_wide_sums *sums,
                                 const bnnmk_wide_finish *finish);

// The inner loops of a kernel; it has none that decides or finishes where these are NULL.
typedef struct bnnmk_wide_loops {
  bnnmk_count_wide *count;
  bnnmk_decide_wide *decide;
  bnnmk_finish_counts *finish;
  // To decide or finish halves of words, 32 channels at a time: 8 where each half is a word by itself, 4 where both
  // halves of words are elements of the input; else 0.
  uint32_t half_bytes;
} bnnmk_wide_loops;

// The largest counts of eight channels whose accumulators are not below their points: (all - point) >> 1.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) __m512i bnnmk_count_limits(const __m256i points,
                                                                                            int32_t all) {
  const __m512i above = _mm512_sub_epi64(_mm512_set1_epi64(all), _mm512_cvtepi32_epi64(points));
  return _mm512_srai_epi64(above, 1);
}

// A tile of counts, of up to sixteen channels, and where it stands in the output.
typedef struct bnnmk_wide_tile {
  size_t row, pixel;
  uint32_t pixel_count, channel, channel_count;  // `channel` of the group
  int32_t all[BNNMK_WIDE_PIXELS];                // taps that count times channels
  _Alignas(64) bnnmk_wide_counts counts;
} bnnmk_wide_tile;

// The whole kernel: output rows begin..<end. A column of taps on the input has `column_channels` channels; where 0, as
// many as its taps times `channels`.
void bnnmk_binary_conv2d_wide(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end, uint32_t column_channels,
                              const bnnmk_wide_loops *loops);

// The same on halves of words, by loops that take 32 output channels at a time of weights packed for them; 0 where it
// does not suit the layer, of which nothing is done then.
int bnnmk_binary_conv2d_halves(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                               const bnnmk_wide_loops *loops);

// The same for few channels, on folded rows; 0 where it does not suit the layer, of which nothing is done then.
int bnnmk_binary_conv2d_folded(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                               const bnnmk_wide_loops *loops);

#endif

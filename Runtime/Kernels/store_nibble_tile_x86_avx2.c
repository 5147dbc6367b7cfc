// Binary convolution by nibble tables, the output transform: counts of a tile become accumulators of 16 bits, which
// hold every one where weights are laid out as nibbles, and these what the convolution stores.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "binary_conv2d_nibbles.h"
#include "kernel_declarations.h"

#define AVX2 __attribute__((target("avx2,fma,popcnt")))
#define AVX2_INLINE static inline AVX2 __attribute__((always_inline))

enum { CHANNELS = BNNMK_NIBBLE_CHANNELS, LANES = 16, HALF_VECTORS = 2, VECTORS = CHANNELS / LANES };

AVX2_INLINE __m256i load(const int16_t *from) { return _mm256_loadu_si256((const __m256i *)from); }

// The first `count` of eight numbers of 32 bits, the others 0.
AVX2_INLINE __m256i load_some(const int32_t *from, int32_t count) {
  const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_epi32(from, _mm256_cmpgt_epi32(_mm256_set1_epi32(count), places));
}

// The first `count` of sixteen numbers of 32 bits to 16, those out of range to the ends of it: accumulators are never
// as large.
AVX2_INLINE __m256i narrow(const int32_t *from, int32_t count) {
  const __m256i both = _mm256_packs_epi32(load_some(from, count), load_some(from + 8, count - 8));
  return _mm256_permute4x64_epi64(both, 0xd8);
}

// Bits of 32 channels whose points are above their accumulators.
AVX2_INLINE uint64_t points_above(const __m256i points[2], const int16_t *accumulators) {
  const __m256i low = _mm256_cmpgt_epi16(points[0], load(accumulators));
  const __m256i high = _mm256_cmpgt_epi16(points[1], load(accumulators + LANES));
  return (uint32_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8));
}

// ORs the bits of a block into a pixel's words; touches the next word only for bits in it.
AVX2_INLINE void or_block(uint64_t *pixel, uint32_t channel, uint64_t bits) {
  const uint32_t shift = channel % 64;
  pixel[channel / 64] |= bits << shift;
  if (shift > 0 && bits >> (64 - shift)) {
    pixel[channel / 64 + 1] |= bits >> (64 - shift);
  }
}

// `vector_count`, a constant in every call, holds the channels.
AVX2_INLINE void store_block_bits(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile,
                                  const int vector_count) {
  const size_t stride = conv->output_channels, words = stride / 64 + (stride % 64 > 0);
  const uint64_t present = ~(uint64_t)0 >> (64 - tile->channel_count);
  // 1 where an even number of points is behind.
  uint64_t minus[BNNMK_NIBBLE_PIXELS];
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    minus[p] = present;
  }
  for (uint32_t s = 0; s < conv->switch_count; s++) {
    const int32_t *points = conv->switch_points + s * stride + tile->channel;
    __m256i narrowed[VECTORS];
    BNNMK_REGISTERS
    for (int v = 0; v < vector_count; v++) {
      narrowed[v] = narrow(points + v * LANES, (int32_t)tile->channel_count - v * LANES);
    }
    for (uint32_t p = 0; p < tile->pixel_count; p++) {
      uint64_t above = 0;
      BNNMK_REGISTERS
      for (int v = 0; v < vector_count; v += HALF_VECTORS) {
        above |= points_above(narrowed + v, tile->accumulators[p] + v * LANES) << (v * LANES);
      }
      minus[p] ^= present & ~above;
    }
  }
  uint64_t *output = (uint64_t *)conv->output + tile->pixel * words;
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    or_block(output + p * words, conv->channel_offset + tile->channel, minus[p]);
  }
}

// Eight accumulators as int32.
AVX2_INLINE __m256i load_eight(const int16_t *from) {
  return _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)from));
}

// Adds the pixels to the row's sums, in ascending order.
static AVX2 void add_to_sums(const bnnmk_summed_tile *tile, double *sums) {
  uint32_t m = 0;
  for (; m + 4 <= tile->channel_count; m += 4) {
    __m256d four = _mm256_loadu_pd(sums + m);
    for (uint32_t p = 0; p < tile->pixel_count; p++) {
      const __m128i sixteen_bits = _mm_loadl_epi64((const __m128i *)(tile->accumulators[p] + m));
      four = _mm256_add_pd(four, _mm256_cvtepi32_pd(_mm_cvtepi16_epi32(sixteen_bits)));
    }
    _mm256_storeu_pd(sums + m, four);
  }
  for (; m < tile->channel_count; m++) {
    for (uint32_t p = 0; p < tile->pixel_count; p++) {
      sums[m] += tile->accumulators[p][m];
    }
  }
}

static AVX2 void store_integers(const bnnmk_binary_conv2d *conv, const bnnmk_summed_tile *tile) {
  const size_t stride = conv->output_channels, channel = conv->channel_offset + tile->channel;
  int32_t *output = (int32_t *)conv->output + tile->pixel * stride + channel;
  for (uint32_t p = 0; p < tile->pixel_count; p++, output += stride) {
    uint32_t m = 0;
    for (; m + 8 <= tile->channel_count; m += 8) {
      _mm256_storeu_si256((__m256i *)(output + m), load_eight(tile->accumulators[p] + m));
    }
    for (; m < tile->channel_count; m++) {
      output[m] = tile->accumulators[p][m];
    }
  }
  if (conv->row_sums) {
    add_to_sums(tile, conv->row_sums + tile->row * stride + channel);
  }
}

// What taps on padding differ from it, of a pixel that lacks all columns of taps but `columns`.
static AVX2 void set_padding(const bnnmk_binary_conv2d *conv, const bnnmk_nibble_tile *tile, bnnmk_tap_range columns,
                             int16_t padding[CHANNELS]) {
  uint32_t counts[CHANNELS];
  bnnmk_count_padding(conv, tile->strip->rows, columns, tile->channel, tile->channel_count, counts);
  for (uint32_t m = 0; m < tile->channel_count; m++) {
    padding[m] = (int16_t)counts[m];
  }
}

// all - 2 * count. Where padding counts, its taps are among `all`, and what they differ in among the counts.
AVX2_INLINE void make_accumulators(const bnnmk_binary_conv2d *conv, const bnnmk_nibble_tile *tile,
                                   int16_t counts[][CHANNELS]) {
  const bnnmk_nibble_strip *strip = tile->strip;
  const bnnmk_window *w = &conv->window;
  const uint32_t tap_rows = strip->rows.last - strip->rows.first;
  const bnnmk_tap_range all_columns = {0, w->kernel_w};
  int16_t padding[CHANNELS];
  bnnmk_tap_range padded = {1, 0};  // the columns that `padding` is of; none yet
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const uint32_t x = strip->x + tile->first + p;
    const int is_whole = x >= strip->whole.first && x < strip->whole.last;
    const bnnmk_tap_range columns = is_whole ? all_columns : bnnmk_column_taps(w, x);
    uint32_t taps = tap_rows * (columns.last - columns.first);
    const int has_padding = conv->padding_sums && taps < w->kernel_h * w->kernel_w;
    if (has_padding) {
      taps = w->kernel_h * w->kernel_w;
      if (columns.first != padded.first || columns.last != padded.last) {
        set_padding(conv, tile, columns, padding);
        padded = columns;
      }
    }
    const __m256i all = _mm256_set1_epi16((int16_t)(taps * conv->channels));
    for (uint32_t m = 0; m < tile->channel_count; m += LANES) {
      __m256i count = load(counts[p] + m);
      if (has_padding) {
        count = _mm256_add_epi16(count, load(padding + m));
      }
      const __m256i sums = _mm256_sub_epi16(all, _mm256_add_epi16(count, count));
      _mm256_storeu_si256((__m256i *)(counts[p] + m), sums);
    }
  }
}

AVX2 void bnnmk_store_nibble_tile_x86_avx2(const bnnmk_binary_conv2d *conv, const bnnmk_nibble_tile *tile,
                                           int16_t counts[][BNNMK_NIBBLE_CHANNELS],
                                           bnnmk_store_summed_values *store_values) {
  const bnnmk_nibble_strip *strip = tile->strip;
  make_accumulators(conv, tile, counts);
  const size_t pixel = (size_t)strip->y * conv->window.out_w + strip->x + tile->first;
  const bnnmk_summed_tile summed = {strip->y,
                                    pixel,
                                    tile->pixel_count,
                                    tile->channel,
                                    tile->channel_count,
                                    (const int16_t(*)[BNNMK_NIBBLE_CHANNELS])counts};
  if (conv->output_kind == BNNMK_OUTPUT_INT32) {
    store_integers(conv, &summed);
  } else if (conv->output_kind != BNNMK_OUTPUT_BITS) {
    store_values(conv, &summed);
  } else if (tile->channel_count > HALF_VECTORS * LANES) {
    store_block_bits(conv, &summed, VECTORS);
  } else {
    store_block_bits(conv, &summed, HALF_VECTORS);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Binary convolution by nibble tables for AVX2: the inner loop, of up to five pixels times two registers of 32 output
// channels, and the outer loops, which AVX-512 shares.
//
//   row     one load a pixel and step, the same sixteen bytes in both halves
//   bytes   [pixel][register]: VPSHUFB of the row by the weights, added up by VPADDB
//   words   in memory, of 16 bits: bytes are added to them before they could overflow
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "binary_conv2d_nibbles.h"
#include "kernel_declarations.h"

#define AVX2 __attribute__((target("avx2,fma,popcnt")))
#define AVX2_INLINE static inline AVX2 __attribute__((always_inline))

enum { LANES = 32, TILE_PIXELS = 5, MAX_VECTORS = 2 };

#define ROW(n)                                                                                                  \
  {                                                                                                             \
    DIFFERENT(n, 0), DIFFERENT(n, 1), DIFFERENT(n, 2), DIFFERENT(n, 3), DIFFERENT(n, 4), DIFFERENT(n, 5),       \
        DIFFERENT(n, 6), DIFFERENT(n, 7), DIFFERENT(n, 8), DIFFERENT(n, 9), DIFFERENT(n, 10), DIFFERENT(n, 11), \
        DIFFERENT(n, 12), DIFFERENT(n, 13), DIFFERENT(n, 14), DIFFERENT(n, 15)                                  \
  }
#define DIFFERENT(a, b) BITS((a) ^ (b))
#define BITS(x) (((x)&1) + ((x) >> 1 & 1) + ((x) >> 2 & 1) + ((x) >> 3 & 1))

_Alignas(64) const uint8_t bnnmk_nibble_differences[17][16] = {
    ROW(0), ROW(1),  ROW(2),  ROW(3),  ROW(4),  ROW(5),  ROW(6),  ROW(7), ROW(8),
    ROW(9), ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15), {0},
};

// Both kinds of 16-bit sums: of whole pairs of bytes, that is even + 256 * odd modulo 2^16, and of odd bytes.
typedef struct wide_sums {
  __m256i pairs, odd;
} wide_sums;

// `pixel_count` and `vector_count` are constants in every call, so that the bytes live in registers.
AVX2_INLINE void count_tile(const bnnmk_nibble_tile *tile, const int pixel_count, const int vector_count,
                            int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  const bnnmk_nibble_strip *strip = tile->strip;
  const size_t pixel_step = strip->pixel_step;
  const uint8_t *w = tile->weights, *table = bnnmk_nibble_differences[0];
  __m256i bytes[TILE_PIXELS][MAX_VECTORS];
  wide_sums sums[TILE_PIXELS][MAX_VECTORS];
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < vector_count; v++) {
      bytes[p][v] = sums[p][v].pairs = sums[p][v].odd = _mm256_setzero_si256();
    }
  }
  size_t room = BNNMK_NIBBLE_STEPS;
  for (uint32_t row = 0; row < strip->row_count; row++) {
    for (uint32_t run = 0; run < strip->run_count; run++) {
      const uint8_t *x = strip->entries + tile->first * pixel_step + row * strip->row_step + run * strip->run_step;
      for (size_t left = strip->run_length; left > 0;) {
        if (left > room && (room == 0 || left <= BNNMK_NIBBLE_STEPS)) {
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            BNNMK_REGISTERS
            for (int v = 0; v < vector_count; v++) {
              sums[p][v].pairs = _mm256_add_epi16(sums[p][v].pairs, bytes[p][v]);
              sums[p][v].odd = _mm256_add_epi16(sums[p][v].odd, _mm256_srli_epi16(bytes[p][v], 8));
              bytes[p][v] = _mm256_setzero_si256();
            }
          }
          room = BNNMK_NIBBLE_STEPS;
        }
        const size_t steps = left < room ? left : room;
        left -= steps;
        room -= steps;
        for (const uint8_t *end = x + steps; x < end; x += 2, w += 2 * vector_count * LANES) {
          BNNMK_REGISTERS
          for (int step = 0; step < 2; step++) {
            __m256i weights[MAX_VECTORS];
            BNNMK_REGISTERS
            for (int v = 0; v < vector_count; v++) {
              weights[v] = _mm256_loadu_si256((const __m256i *)(w + (step * vector_count + v) * LANES));
            }
            BNNMK_REGISTERS
            for (int p = 0; p < pixel_count; p++) {
              const __m128i *at = (const __m128i *)(table + (size_t)x[p * pixel_step + step] * 8);
              const __m256i differences = _mm256_broadcastsi128_si256(_mm_load_si128(at));
              BNNMK_REGISTERS
              for (int v = 0; v < vector_count; v++) {
                bytes[p][v] = _mm256_add_epi8(bytes[p][v], _mm256_shuffle_epi8(differences, weights[v]));
              }
            }
          }
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < vector_count; v++) {
      const __m256i odd = _mm256_add_epi16(sums[p][v].odd, _mm256_srli_epi16(bytes[p][v], 8));
      const __m256i pairs = _mm256_add_epi16(sums[p][v].pairs, bytes[p][v]);
      __m256i *to = (__m256i *)(counts[p] + v * LANES);
      _mm256_storeu_si256(to, _mm256_sub_epi16(pairs, _mm256_slli_epi16(odd, 8)));
      _mm256_storeu_si256(to + 1, odd);
    }
  }
}

// Tiles of AVX-512 have more pixels: another round.
AVX2_INLINE void count_pixels(bnnmk_nibble_tile tile, const int vector_count, int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  for (; tile.pixel_count >= TILE_PIXELS; tile.pixel_count -= TILE_PIXELS, tile.first += TILE_PIXELS) {
    count_tile(&tile, TILE_PIXELS, vector_count, counts);
    counts += TILE_PIXELS;
  }
  switch (tile.pixel_count) {
    case 1:
      count_tile(&tile, 1, vector_count, counts);
      break;
    case 2:
      count_tile(&tile, 2, vector_count, counts);
      break;
    case 3:
      count_tile(&tile, 3, vector_count, counts);
      break;
    case 4:
      count_tile(&tile, 4, vector_count, counts);
      break;
  }
}

AVX2 void bnnmk_count_nibbles_x86_avx2(const bnnmk_nibble_tile *tile, int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  if (tile->channel_count > LANES) {
    count_pixels(*tile, 2, counts);
  } else {
    count_pixels(*tile, 1, counts);
  }
}

void bnnmk_binary_conv2d_by_nibbles(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end, uint32_t tile_pixels,
                                    bnnmk_count_nibbles *count_nibbles) {
  const bnnmk_window *w = &conv->window;
  const size_t steps = (size_t)w->kernel_h * w->kernel_w * bnnmk_tap_nibbles(conv->channels);
  bnnmk_nibble_strip strip;
  int16_t counts[BNNMK_NIBBLE_PIXELS][BNNMK_NIBBLE_CHANNELS] = {{0}};
  for (uint32_t y = begin; y < end; y++) {
    for (uint32_t x = 0; x < w->out_w; x += strip.pixel_count) {
      bnnmk_make_nibble_strip_x86_avx2(conv, y, x, &strip);
      for (uint32_t channel = 0; channel < conv->out_channels; channel += BNNMK_NIBBLE_CHANNELS) {
        const uint32_t left = conv->out_channels - channel;
        const uint32_t channel_count = left < BNNMK_NIBBLE_CHANNELS ? left : BNNMK_NIBBLE_CHANNELS;
        const size_t width = channel_count > LANES ? BNNMK_NIBBLE_CHANNELS : LANES;
        const uint8_t *weights = (const uint8_t *)conv->weights + channel * steps + strip.first_step * width;
        // Tiles of about equal width.
        uint32_t tiles = (strip.pixel_count + tile_pixels - 1) / tile_pixels;
        for (uint32_t first = 0; first < strip.pixel_count; tiles--) {
          const uint32_t pixel_count = (strip.pixel_count - first + tiles - 1) / tiles;
          const bnnmk_nibble_tile tile = {first, pixel_count, channel, channel_count, &strip, weights};
          count_nibbles(&tile, counts);
          bnnmk_store_nibble_tile_x86_avx2(conv, &tile, counts);
          first += pixel_count;
        }
      }
    }
  }
}

void bnnmk_binary_conv2d_nibbles_x86_avx2(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end) {
  bnnmk_binary_conv2d_by_nibbles(conv, begin, end, TILE_PIXELS, bnnmk_count_nibbles_x86_avx2);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

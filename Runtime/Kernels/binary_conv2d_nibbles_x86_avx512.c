// Binary convolution by nibble tables for AVX-512 on CPUs that cannot count the bits of registers: the inner loop, of
// up to seven pixels times a register of 64 output channels, the blocks as they stand.
#if defined(__x86_64__) || defined(__i386__)

#include "avx512_features.h"
#include "binary_conv2d_nibbles.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

enum { TILE_PIXELS = 7, LANES = 64 };

// Sixteen-bit sums: of pairs of bytes, that is even + 256 * odd modulo 2^16, and of odd bytes.
typedef struct wide_sums {
  __m512i pairs, odd;
} wide_sums;

INLINE wide_sums widen(wide_sums sums, __m512i bytes) {
  return (wide_sums){_mm512_add_epi16(sums.pairs, bytes), _mm512_add_epi16(sums.odd, _mm512_srli_epi16(bytes, 8))};
}

// `pixel_count` is a constant in every call, so that bytes and sums live in registers.
INLINE void count_tile(const bnnmk_nibble_tile *tile, const int pixel_count, int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  const bnnmk_nibble_strip *strip = tile->strip;
  const size_t pixel_step = strip->pixel_step;
  const uint8_t *w = tile->weights, *table = tile->table->differences[0][0];
  __m512i bytes[TILE_PIXELS];
  wide_sums sums[TILE_PIXELS];
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    bytes[p] = sums[p].pairs = sums[p].odd = _mm512_setzero_si512();
  }
  size_t room = BNNMK_NIBBLE_STEPS;
  for (uint32_t row = 0; row < strip->rows.last - strip->rows.first; row++) {
    for (uint32_t run = 0; run < strip->run_count; run++) {
      const uint16_t *x = strip->entries + tile->first * pixel_step + row * strip->row_step + run * strip->run_step;
      for (size_t left = strip->run_length; left > 0;) {
        if (left > room && (room == 0 || left <= BNNMK_NIBBLE_STEPS)) {
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            sums[p] = widen(sums[p], bytes[p]);
            bytes[p] = _mm512_setzero_si512();
          }
          room = BNNMK_NIBBLE_STEPS;
        }
        const size_t steps = left < room ? left : room;
        left -= steps;
        room -= steps;
        for (const uint16_t *end = x + steps; x < end; x++, w += 2 * LANES) {
          const __m512i weights[2] = {_mm512_loadu_si512(w), _mm512_loadu_si512(w + LANES)};
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            const __m128i *row = (const __m128i *)(table + (size_t)x[p * pixel_step] * 8);
            BNNMK_REGISTERS
            for (int half = 0; half < 2; half++) {
              const __m512i differences = _mm512_broadcast_i32x4(_mm_load_si128(row + half));
              bytes[p] = _mm512_add_epi8(bytes[p], _mm512_shuffle_epi8(differences, weights[half]));
            }
          }
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    sums[p] = widen(sums[p], bytes[p]);
    const __m512i even = _mm512_sub_epi16(sums[p].pairs, _mm512_slli_epi16(sums[p].odd, 8));
    // Channels 0...15 and 32...47 | 16...31 and 48...63, then in order.
    _mm512_storeu_si512(counts[p], _mm512_shuffle_i64x2(even, sums[p].odd, 0x44));
    _mm512_storeu_si512(counts[p] + LANES / 2, _mm512_shuffle_i64x2(even, sums[p].odd, 0xee));
  }
}

static BNNMK_TARGET_AVX512 void count_nibbles(const bnnmk_nibble_tile *tile, int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  if (tile->channel_count <= LANES / 2) {
    bnnmk_count_nibbles_x86_avx2(tile, counts);
    return;
  }
  if (tile->pixel_count == TILE_PIXELS) {
    count_tile(tile, TILE_PIXELS, counts);
    return;
  }
  bnnmk_nibble_tile part = *tile;
  if (tile->pixel_count & 4) {
    count_tile(&part, 4, counts);
    part.first += 4;
    counts += 4;
  }
  if (tile->pixel_count & 2) {
    count_tile(&part, 2, counts);
    part.first += 2;
    counts += 2;
  }
  if (tile->pixel_count & 1) {
    count_tile(&part, 1, counts);
  }
}

void bnnmk_binary_conv2d_nibbles_x86_avx512(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end) {
  static const bnnmk_nibble_loops loops = {TILE_PIXELS, count_nibbles, bnnmk_store_summed_values_x86_avx512};
  bnnmk_binary_conv2d_by_nibbles(conv, begin, end, &loops);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

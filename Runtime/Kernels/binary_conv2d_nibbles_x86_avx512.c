// Binary convolution by nibble tables for AVX-512 on CPUs that cannot count the bits of registers: the inner loop, of
// up to seven pixels times a register of 64 output channels, the blocks as they stand; or of 32 channels' both nibbles,
// where no more are left:
//
//   differences  low | high | low | high       a row of the table, twice
//   weights      L0  | H0   | L1  | H1         both nibbles of sixteen channels, and of sixteen others
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

// One step of a pixel, whose row of the table this is.
INLINE __m512i add_differences(__m512i bytes, const uint8_t *row, const __m512i weights[2], const int is_half) {
  if (is_half) {
    const __m512i differences = _mm512_broadcast_i64x4(_mm256_load_si256((const __m256i *)row));
    return _mm512_add_epi8(bytes, _mm512_shuffle_epi8(differences, weights[0]));
  }
  BNNMK_REGISTERS
  for (int half = 0; half < 2; half++) {
    const __m512i differences = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)row + half));
    bytes = _mm512_add_epi8(bytes, _mm512_shuffle_epi8(differences, weights[half]));
  }
  return bytes;
}

INLINE void store_sums(wide_sums sums, const int is_half, int16_t counts[BNNMK_NIBBLE_CHANNELS]) {
  const __m512i even = _mm512_sub_epi16(sums.pairs, _mm512_slli_epi16(sums.odd, 8));
  if (is_half) {
    // Low nibbles' counts and high nibbles', both in the order of the channels.
    const __m512i low = _mm512_shuffle_i64x2(even, sums.odd, 0x88), high = _mm512_shuffle_i64x2(even, sums.odd, 0xdd);
    _mm512_storeu_si512(counts, _mm512_add_epi16(low, high));
    return;
  }
  // Channels 0...15 and 32...47 | 16...31 and 48...63, then in order.
  _mm512_storeu_si512(counts, _mm512_shuffle_i64x2(even, sums.odd, 0x44));
  _mm512_storeu_si512(counts + LANES / 2, _mm512_shuffle_i64x2(even, sums.odd, 0xee));
}

// `pixel_count`, and whether the block is of 32 channels, are constants in every call, so that bytes and sums live in
// registers.
INLINE void count_tile(const bnnmk_nibble_tile *tile, const int pixel_count, const int is_half,
                       int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  const bnnmk_nibble_strip *strip = tile->strip;
  const size_t pixel_step = strip->pixel_step, step_bytes = is_half ? LANES : 2 * LANES;
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
        for (const uint16_t *end = x + steps; x < end; x++, w += step_bytes) {
          __m512i weights[2] = {_mm512_loadu_si512(w)};
          if (is_half) {
            // From L0 | L1 | H0 | H1.
            weights[0] = _mm512_shuffle_i64x2(weights[0], weights[0], 0xd8);
          } else {
            weights[1] = _mm512_loadu_si512(w + LANES);
          }
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            bytes[p] = add_differences(bytes[p], table + (size_t)x[(size_t)p * pixel_step] * 8, weights, is_half);
          }
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    store_sums(widen(sums[p], bytes[p]), is_half, counts[p]);
  }
}

static BNNMK_TARGET_AVX512 void count_nibbles(const bnnmk_nibble_tile *tile, int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  const int is_half = tile->channel_count <= LANES / 2;
  if (tile->pixel_count == TILE_PIXELS) {
    if (is_half) {
      count_tile(tile, TILE_PIXELS, 1, counts);
    } else {
      count_tile(tile, TILE_PIXELS, 0, counts);
    }
    return;
  }
  if (is_half) {
    bnnmk_count_nibbles_x86_avx2(tile, counts);
    return;
  }
  bnnmk_nibble_tile part = *tile;
  if (tile->pixel_count & 4) {
    count_tile(&part, 4, 0, counts);
    part.first += 4;
    counts += 4;
  }
  if (tile->pixel_count & 2) {
    count_tile(&part, 2, 0, counts);
    part.first += 2;
    counts += 2;
  }
  if (tile->pixel_count & 1) {
    count_tile(&part, 1, 0, counts);
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

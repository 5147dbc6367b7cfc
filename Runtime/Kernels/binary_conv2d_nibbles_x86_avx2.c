// Binary convolution by nibble tables for AVX2: the inner loop, of up to four pixels times two registers of 32 output
// channels, and the outer loops, which AVX-512 shares.
//
//   differences  a row of the table, each half of it a load that fills both halves of a register
//   bytes        [pixel][register]: VPSHUFB of them by the weights, added up by VPADDB
//   sums         in memory, of 16 bits: bytes are added to them before they could overflow
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "binary_conv2d_nibbles.h"
#include "kernel_declarations.h"

#define AVX2 __attribute__((target("avx2,fma,popcnt")))
#define AVX2_INLINE static inline AVX2 __attribute__((always_inline))

enum { LANES = 32, LOOP_PIXELS = 4, MAX_VECTORS = 2 };

// Both kinds of 16-bit sums: of whole pairs of bytes, that is even + 256 * odd modulo 2^16, and of odd bytes.
typedef struct wide_sums {
  __m256i pairs, odd;
} wide_sums;

// `pixel_count` and `vector_count` are constants in every call, so that the bytes live in registers.
AVX2_INLINE void count_tile(const bnnmk_nibble_tile *tile, const int pixel_count, const int vector_count,
                            int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  const bnnmk_nibble_strip *strip = tile->strip;
  const size_t pixel_step = strip->pixel_step;
  const uint8_t *w = tile->weights, *table = tile->table->differences[0][0];
  __m256i bytes[LOOP_PIXELS][MAX_VECTORS];
  wide_sums sums[LOOP_PIXELS][MAX_VECTORS];
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < vector_count; v++) {
      bytes[p][v] = sums[p][v].pairs = sums[p][v].odd = _mm256_setzero_si256();
    }
  }
  size_t room = BNNMK_NIBBLE_STEPS;
  for (uint32_t row = 0; row < strip->rows.last - strip->rows.first; row++) {
    for (uint32_t run = 0; run < strip->run_count; run++) {
      const uint16_t *x = strip->entries + tile->first * pixel_step + row * strip->row_step + run * strip->run_step;
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
        for (const uint16_t *end = x + steps; x < end; x++, w += 2 * vector_count * LANES) {
          __m256i weights[2][MAX_VECTORS];
          BNNMK_REGISTERS
          for (int v = 0; v < vector_count; v++) {
            weights[0][v] = _mm256_loadu_si256((const __m256i *)(w + v * LANES));
            weights[1][v] = _mm256_loadu_si256((const __m256i *)(w + (vector_count + v) * LANES));
          }
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            const __m128i *row = (const __m128i *)(table + (size_t)x[(size_t)p * pixel_step] * 8);
            BNNMK_REGISTERS
            for (int half = 0; half < 2; half++) {
              const __m256i differences = _mm256_broadcastsi128_si256(_mm_load_si128(row + half));
              BNNMK_REGISTERS
              for (int v = 0; v < vector_count; v++) {
                bytes[p][v] = _mm256_add_epi8(bytes[p][v], _mm256_shuffle_epi8(differences, weights[half][v]));
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

AVX2_INLINE void count_pixels(bnnmk_nibble_tile tile, const int vector_count, int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  for (; tile.pixel_count >= 4; tile.pixel_count -= 4, tile.first += 4, counts += 4) {
    count_tile(&tile, 4, vector_count, counts);
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
  }
}

AVX2 void bnnmk_count_nibbles_x86_avx2(const bnnmk_nibble_tile *tile, int16_t counts[][BNNMK_NIBBLE_CHANNELS]) {
  if (tile->channel_count > LANES) {
    count_pixels(*tile, 2, counts);
  } else {
    count_pixels(*tile, 1, counts);
  }
}

static AVX2 void make_table(bnnmk_nibble_table *table) {
  const __m128i ones = _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m128i numbers = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  __m128i rows[16];
  for (int n = 0; n < 16; n++) {
    rows[n] = _mm_shuffle_epi8(ones, _mm_xor_si128(numbers, _mm_set1_epi8((char)n)));
  }
  for (int high = 0; high < 16; high++) {
    for (int low = 0; low < 16; low++) {
      __m128i *to = (__m128i *)table->differences[16 * high + low];
      _mm_store_si128(to, rows[low]);
      _mm_store_si128(to + 1, rows[high]);
    }
  }
  _mm256_store_si256((__m256i *)table->differences[256], _mm256_setzero_si256());
}

void bnnmk_binary_conv2d_by_nibbles(const bnnmk_binary_conv2d *arguments, uint32_t begin, uint32_t end,
                                    const bnnmk_nibble_loops *loops) {
  // Floats are what an epilogue without steps stores.
  const bnnmk_epilogue values = {.values = arguments->output, .channels = arguments->output_channels};
  bnnmk_binary_conv2d copy = *arguments;
  if (copy.output_kind == BNNMK_OUTPUT_FLOAT32) {
    copy.output_kind = BNNMK_OUTPUT_EPILOGUE;
    copy.epilogue = &values;
  }
  const bnnmk_binary_conv2d *conv = &copy;
  const bnnmk_window *w = &conv->window;
  const size_t steps = (size_t)w->kernel_h * w->kernel_w * bnnmk_tap_entries(conv->channels);
  bnnmk_nibble_table table;
  make_table(&table);
  bnnmk_nibble_strip strip;
  _Alignas(64) int16_t counts[BNNMK_NIBBLE_PIXELS][BNNMK_NIBBLE_CHANNELS] = {{0}};
  for (uint32_t y = begin; y < end; y++) {
    for (uint32_t x = 0; x < w->out_w; x += strip.pixel_count) {
      bnnmk_make_nibble_strip_x86_avx2(conv, y, x, &strip);
      for (uint32_t channel = 0; channel < conv->out_channels; channel += BNNMK_NIBBLE_CHANNELS) {
        const uint32_t left = conv->out_channels - channel;
        const uint32_t channel_count = left < BNNMK_NIBBLE_CHANNELS ? left : BNNMK_NIBBLE_CHANNELS;
        const size_t width = channel_count > LANES ? BNNMK_NIBBLE_CHANNELS : LANES;
        const uint8_t *weights = (const uint8_t *)conv->weights + 2 * (channel * steps + strip.first_step * width);
        uint32_t pixel_count;
        for (uint32_t first = 0; first < strip.pixel_count; first += pixel_count) {
          const uint32_t pixels_left = strip.pixel_count - first;
          pixel_count = pixels_left < loops->tile_pixels ? pixels_left : loops->tile_pixels;
          const bnnmk_nibble_tile tile = {first, pixel_count, channel, channel_count, &strip, &table, weights};
          loops->count(&tile, counts);
          bnnmk_store_nibble_tile_x86_avx2(conv, &tile, counts, loops->store_values);
        }
      }
    }
  }
}

void bnnmk_binary_conv2d_nibbles_x86_avx2(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end) {
  static const bnnmk_nibble_loops loops = {BNNMK_NIBBLE_PIXELS, bnnmk_count_nibbles_x86_avx2,
                                           bnnmk_store_summed_values_x86_avx2};
  bnnmk_binary_conv2d_by_nibbles(conv, begin, end, &loops);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

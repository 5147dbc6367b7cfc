// Binary convolution for AVX-512 on CPUs that cannot count the bits of registers, of weights that stand as words since
// nibble tables do not suit them: as for AVX2, bits are counted per byte by looking up both nibbles, on up to four
// pixels times two registers of eight channels' words.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"

#include "binary_conv2d_nibbles.h"
#include "kernel_declarations.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

enum {
  STEPS_PER_BYTE = 31,  // after which a byte could exceed 255: each adds at most 8
  LOOP_PIXELS = 4,
};

// Pixels from...<from + pixel_count of a tile, all of which have taps in the runs first_run...<last_run only.
// `pixel_count` is a constant in every call, so that the bytes live in registers.
INLINE void count_pixels(const bnnmk_wide_taps *taps, uint32_t from, const int pixel_count, uint32_t first_run,
                         uint32_t last_run, bnnmk_wide_counts counts) {
  const __m512i table = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m512i nibble = _mm512_set1_epi8(15), zero = _mm512_setzero_si512();
  const bnnmk_tap_box *box = &taps->box;
  const size_t pixel_step = taps->pixel_step;
  __m512i bytes[LOOP_PIXELS][BNNMK_WIDE_BLOCKS], sums[LOOP_PIXELS][BNNMK_WIDE_BLOCKS];
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      bytes[p][v] = sums[p][v] = zero;
    }
  }
  size_t room = STEPS_PER_BYTE;
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = first_run; run < last_run; run++) {
      const int64_t first = taps->first + (int64_t)(row * box->input_row_step + run * box->input_run_step);
      const uint64_t *x = taps->input + (first + (int64_t)(from * pixel_step));
      size_t w = (row * box->weights_row_step + run * box->weights_run_step) * BNNMK_CHANNEL_BLOCK;
      for (size_t left = box->run_length; left > 0;) {
        if (room == 0) {
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            BNNMK_REGISTERS
            for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
              sums[p][v] = _mm512_add_epi64(sums[p][v], _mm512_sad_epu8(bytes[p][v], zero));
              bytes[p][v] = zero;
            }
          }
          room = STEPS_PER_BYTE;
        }
        const size_t steps = left < room ? left : room;
        left -= steps;
        room -= steps;
        for (const uint64_t *end = x + steps; x < end; x++, w += BNNMK_CHANNEL_BLOCK) {
          BNNMK_REGISTERS
          for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
            const __m512i words = _mm512_loadu_si512(taps->weights[v] + w), shifted = _mm512_srli_epi64(words, 4);
            BNNMK_REGISTERS
            for (int p = 0; p < pixel_count; p++) {
              const __m512i word = _mm512_set1_epi64((long long)x[(size_t)p * pixel_step]);
              // 0x28: (a ^ b) & c.
              const __m512i low = _mm512_ternarylogic_epi64(word, words, nibble, 0x28);
              const __m512i high = _mm512_ternarylogic_epi64(_mm512_srli_epi64(word, 4), shifted, nibble, 0x28);
              bytes[p][v] = _mm512_add_epi8(bytes[p][v], _mm512_shuffle_epi8(table, low));
              bytes[p][v] = _mm512_add_epi8(bytes[p][v], _mm512_shuffle_epi8(table, high));
            }
          }
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      const __m512i sum = _mm512_add_epi64(sums[p][v], _mm512_sad_epu8(bytes[p][v], zero));
      _mm512_store_si512(counts[from + (uint32_t)p][v], sum);
    }
  }
}

static BNNMK_TARGET_AVX512 void count_pixel(const bnnmk_wide_taps *taps, uint32_t p, uint32_t first_run,
                                            uint32_t last_run, bnnmk_wide_counts counts) {
  count_pixels(taps, p, 1, first_run, last_run, counts);
}

static BNNMK_TARGET_AVX512 void count_wide(const bnnmk_wide_taps *taps, bnnmk_wide_counts counts) {
  const uint32_t runs = taps->box.run_count;
  uint32_t p = 0, last = taps->pixel_count;
  if (taps->skipped_by_first > 0) {
    count_pixel(taps, p++, taps->skipped_by_first, runs, counts);
  }
  if (taps->skipped_by_last > 0) {
    count_pixel(taps, --last, 0, runs - taps->skipped_by_last, counts);
  }
  for (; p + LOOP_PIXELS <= last; p += LOOP_PIXELS) {
    count_pixels(taps, p, LOOP_PIXELS, 0, runs, counts);
  }
  for (; p + 2 <= last; p += 2) {
    count_pixels(taps, p, 2, 0, runs, counts);
  }
  if (p < last) {
    count_pixel(taps, p, 0, runs, counts);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_binary_conv2d_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_conv2d *conv = arguments;
  if (conv->layout == BNNMK_LAYOUT_NIBBLES) {
    bnnmk_binary_conv2d_nibbles_x86_avx512(conv, begin, end);
  } else {
    static const bnnmk_wide_loops loops = {count_wide, 0, 0, 0};
    bnnmk_binary_conv2d_wide(conv, begin, end, 0, &loops);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

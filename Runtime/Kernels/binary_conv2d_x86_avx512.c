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

// Adds `length` words, at most STEPS_PER_BYTE, of pixels that x stands on the first of. `pixel_count` is a constant in
// every call, so that the bytes live in registers.
INLINE void count_words(const uint64_t *x, size_t pixel_step, const int pixel_count,
                        const uint64_t *const weights[BNNMK_WIDE_BLOCKS], size_t length,
                        uint64_t (*counts)[BNNMK_WIDE_BLOCKS][BNNMK_CHANNEL_BLOCK]) {
  const __m512i table = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m512i nibble = _mm512_set1_epi8(15), zero = _mm512_setzero_si512();
  __m512i bytes[LOOP_PIXELS][BNNMK_WIDE_BLOCKS];
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    bytes[p][0] = bytes[p][1] = zero;
  }
  for (size_t i = 0; i < length; i++) {
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      const __m512i words = _mm512_loadu_si512(weights[v] + i * BNNMK_CHANNEL_BLOCK);
      const __m512i shifted = _mm512_srli_epi64(words, 4);
      BNNMK_REGISTERS
      for (int p = 0; p < pixel_count; p++) {
        const uint64_t bits = x[p * pixel_step + i];
        // 0x28: (a ^ b) & c.
        const __m512i low = _mm512_ternarylogic_epi64(_mm512_set1_epi64((long long)bits), words, nibble, 0x28);
        const __m512i high =
            _mm512_ternarylogic_epi64(_mm512_set1_epi64((long long)(bits >> 4)), shifted, nibble, 0x28);
        bytes[p][v] = _mm512_add_epi8(bytes[p][v], _mm512_shuffle_epi8(table, low));
        bytes[p][v] = _mm512_add_epi8(bytes[p][v], _mm512_shuffle_epi8(table, high));
      }
    }
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      const __m512i sums = _mm512_sad_epu8(bytes[p][v], zero);
      _mm512_store_si512(counts[p][v], _mm512_add_epi64(_mm512_load_si512(counts[p][v]), sums));
    }
  }
}

// Adds a run of words for the pixels from...<to; x stands on the first of them.
static BNNMK_TARGET_AVX512 void count_run(const bnnmk_wide_taps *taps, const uint64_t *x, size_t weight, uint32_t from,
                                          uint32_t to, bnnmk_wide_counts counts) {
  for (size_t i = 0; i < taps->box.run_length; i += STEPS_PER_BYTE) {
    const size_t left = taps->box.run_length - i, length = left < STEPS_PER_BYTE ? left : STEPS_PER_BYTE;
    const uint64_t *const weights[BNNMK_WIDE_BLOCKS] = {taps->weights[0] + (weight + i) * BNNMK_CHANNEL_BLOCK,
                                                        taps->weights[1] + (weight + i) * BNNMK_CHANNEL_BLOCK};
    const uint64_t *pixels = x + i;
    uint32_t p = from;
    for (; p + LOOP_PIXELS <= to; p += LOOP_PIXELS, pixels += LOOP_PIXELS * taps->pixel_step) {
      count_words(pixels, taps->pixel_step, LOOP_PIXELS, weights, length, counts + p);
    }
    for (; p < to; p++, pixels += taps->pixel_step) {
      count_words(pixels, taps->pixel_step, 1, weights, length, counts + p);
    }
  }
}

static BNNMK_TARGET_AVX512 void count_wide(const bnnmk_wide_taps *taps, bnnmk_wide_counts counts) {
  const bnnmk_tap_box *box = &taps->box;
  for (uint32_t p = 0; p < taps->pixel_count; p++) {
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      const __m512i zero = _mm512_setzero_si512();
      _mm512_store_si512(counts[p][v], taps->start ? _mm512_load_si512(taps->start[v]) : zero);
    }
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const uint32_t from = run < taps->skipped_by_first;
      const uint32_t to = taps->pixel_count - (run + taps->skipped_by_last >= box->run_count);
      const int64_t first = taps->first + (int64_t)(row * box->input_row_step + run * box->input_run_step);
      count_run(taps, taps->input + (first + (int64_t)(from * taps->pixel_step)),
                row * box->weights_row_step + run * box->weights_run_step, from, to, counts);
    }
  }
}

BNNMK_TARGET_AVX512 void bnnmk_binary_conv2d_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_conv2d *conv = arguments;
  if (conv->layout == BNNMK_LAYOUT_NIBBLES) {
    bnnmk_binary_conv2d_nibbles_x86_avx512(conv, begin, end);
  } else {
    bnnmk_binary_conv2d_wide(conv, begin, end, count_wide);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

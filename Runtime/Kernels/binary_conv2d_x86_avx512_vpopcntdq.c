// Binary convolution for AVX-512 with VPOPCNTDQ: XOR with a broadcast input word, count, and add, on up to seven pixels
// times two registers of eight channels' words.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"
#include "kernel_declarations.h"

#define VPOPCNTDQ __attribute__((target(BNNMK_AVX512_FEATURES ",avx512vpopcntdq")))
#define INLINE static inline VPOPCNTDQ __attribute__((always_inline))

typedef __m512i tile_sums[BNNMK_WIDE_PIXELS][BNNMK_WIDE_BLOCKS];

// Adds a run of words for the pixels from...<to, constants in every call; x stands on the first of them.
INLINE void count_run(const bnnmk_wide_taps *taps, const uint64_t *x, size_t weight, const int from, const int to,
                      tile_sums sums) {
  const uint64_t *low = taps->weights[0] + weight * BNNMK_CHANNEL_BLOCK;
  const uint64_t *high = taps->weights[1] + weight * BNNMK_CHANNEL_BLOCK;
  const size_t pixel_step = taps->pixel_step;
  for (const uint64_t *end = x + taps->box.run_length; x < end;
       x++, low += BNNMK_CHANNEL_BLOCK, high += BNNMK_CHANNEL_BLOCK) {
    const __m512i words[BNNMK_WIDE_BLOCKS] = {_mm512_loadu_si512(low), _mm512_loadu_si512(high)};
    BNNMK_REGISTERS
    for (int p = from; p < to; p++) {
      const __m512i word = _mm512_set1_epi64((long long)x[(p - from) * pixel_step]);
      BNNMK_REGISTERS
      for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
        sums[p][v] = _mm512_add_epi64(sums[p][v], _mm512_popcnt_epi64(_mm512_xor_si512(words[v], word)));
      }
    }
  }
}

// `pixel_count` is a constant in every call, so that the sums live in registers.
INLINE void count_tile(const bnnmk_wide_taps *taps, const int pixel_count, bnnmk_wide_counts counts) {
  const bnnmk_tap_box *box = &taps->box;
  tile_sums sums;
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    sums[p][0] = sums[p][1] = _mm512_setzero_si512();
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const size_t weight = row * box->weights_row_step + run * box->weights_run_step;
      const int skips_first = run < taps->skipped_by_first, skips_last = run + taps->skipped_by_last >= box->run_count;
      const int64_t first = taps->first + (int64_t)(row * box->input_row_step + run * box->input_run_step);
      const uint64_t *x = taps->input + (first + (skips_first ? (int64_t)taps->pixel_step : 0));
      if (pixel_count < BNNMK_WIDE_PIXELS || !(skips_first || skips_last)) {
        count_run(taps, x, weight, 0, pixel_count, sums);
      } else if (!skips_last) {
        count_run(taps, x, weight, 1, pixel_count, sums);
      } else if (!skips_first) {
        count_run(taps, x, weight, 0, pixel_count - 1, sums);
      } else {
        count_run(taps, x, weight, 1, pixel_count - 1, sums);
      }
    }
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    _mm512_store_si512(counts[p][0], sums[p][0]);
    _mm512_store_si512(counts[p][1], sums[p][1]);
  }
}

static VPOPCNTDQ void count_wide(const bnnmk_wide_taps *taps, bnnmk_wide_counts counts) {
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      count_tile(taps, BNNMK_WIDE_PIXELS, counts);
      break;
    case 4:
      count_tile(taps, 4, counts);
      break;
    case 2:
      count_tile(taps, 2, counts);
      break;
    default:
      count_tile(taps, 1, counts);
  }
}

VPOPCNTDQ void bnnmk_binary_conv2d_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binary_conv2d_wide(arguments, begin, end, count_wide);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

// The inner loop of binary convolution for AVX-512 with VPOPCNTDQ: XOR with a broadcast input word, or half of one,
// count, and subtract from sums, on up to seven pixels times two registers of channels.
#ifndef BNNM_COUNT_WIDE_X86_AVX512_H
#define BNNM_COUNT_WIDE_X86_AVX512_H

#include "binary_conv2d_x86_avx512.h"

#define VPOPCNTDQ __attribute__((target(BNNMK_AVX512_FEATURES ",avx512vpopcntdq")))
#define INLINE static inline VPOPCNTDQ __attribute__((always_inline))

typedef __m512i tile_sums[BNNMK_WIDE_PIXELS][BNNMK_WIDE_BLOCKS];

// Bytes from a pixel's word to those of others: multiples of these, so that a load needs no sum of its own.
typedef struct pixel_steps {
  size_t one, three, five;
} pixel_steps;

// What a lane of the sums holds: a channel of words, or of their lower halves, which are all that few channels have.
// A constant in every call.
typedef enum lanes { WORDS, HALVES } lanes;

INLINE __m512i broadcast(const lanes of, int64_t number) {
  return of == WORDS ? _mm512_set1_epi64(number) : _mm512_set1_epi32((int)number);
}

INLINE __m512i subtract(const lanes of, __m512i a, __m512i b) {
  return of == WORDS ? _mm512_sub_epi64(a, b) : _mm512_sub_epi32(a, b);
}

INLINE __m512i count_bits(const lanes of, __m512i x) {
  return of == WORDS ? _mm512_popcnt_epi64(x) : _mm512_popcnt_epi32(x);
}

// Loops of fewer pixels, which maps of few channels hardly need, are for words only.
INLINE int may_have_halves(const int pixel_count) { return pixel_count >= BNNMK_FEWEST_OF_HALVES || pixel_count == 1; }

INLINE uint32_t channels_of(const lanes of) { return of == WORDS ? BNNMK_WIDE_CHANNELS : 2 * BNNMK_WIDE_CHANNELS; }

// The word of pixel p, a constant, from x on.
INLINE __m512i broadcast_word(const lanes of, const uint64_t *x, pixel_steps steps, const int p) {
  const size_t behind = p == 3 ? steps.three : p == 5 ? steps.five : p == 6 ? 2 * steps.three : (size_t)p * steps.one;
  const char *from = (const char *)x + behind;
  if (of == WORDS) {
    int64_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return broadcast(of, word);
  }
  int32_t half;
  __builtin_memcpy(&half, from, sizeof half);
  return broadcast(of, half);
}

// Weights of two registers of channels: the words of one, and how many words behind them those of the other are.
typedef struct wide_weights {
  const uint64_t *words;
  size_t others;
} wide_weights;

// Takes what differs in a run of words off the sums of the pixels from...<to, constants in every call; x stands on the
// first of them.
INLINE void count_run(const lanes of, const uint64_t *x, pixel_steps steps, size_t length, wide_weights weights,
                      const int from, const int to, tile_sums sums) {
  for (const uint64_t *end = x + length; x < end; x++, weights.words += BNNMK_CHANNEL_BLOCK) {
    const __m512i words[BNNMK_WIDE_BLOCKS] = {_mm512_loadu_si512(weights.words),
                                              _mm512_loadu_si512(weights.words + weights.others)};
    BNNMK_REGISTERS
    for (int p = from; p < to; p++) {
      BNNMK_REGISTERS
      for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
        // XOR broadcasts the word itself, which is cheaper than once for both.
        BNNMK_COMPUTE_HERE("r", x);
        const __m512i word = broadcast_word(of, x, steps, p - from);
        sums[p][v] = subtract(of, sums[p][v], count_bits(of, _mm512_xor_si512(words[v], word)));
      }
    }
  }
}

// Neighbouring runs of a row in which the same pixels have taps.
typedef struct tap_runs {
  uint32_t count;
  size_t length, step;  // words: of a run, and from one to the next in the input
} tap_runs;

// The box's runs but for `count` of them; those that follow each other in memory are one.
INLINE tap_runs runs_of(const bnnmk_tap_box *box, uint32_t count) {
  return box->input_run_step == box->run_length
             ? (tap_runs){count > 0, count * box->run_length, count * box->run_length}
             : (tap_runs){count, box->run_length, box->input_run_step};
}

// Takes what differs in `runs`, the first of which starts at `first`, off the sums of the pixels from...<to; gives
// where the next ones start.
INLINE int64_t count_runs(const lanes of, const bnnmk_wide_taps *taps, int64_t first, pixel_steps steps, tap_runs runs,
                          wide_weights *weights, const int from, const int to, tile_sums sums) {
  for (uint32_t run = runs.count; run > 0; run--) {
    const uint64_t *x = taps->input + (first + (from > 0 ? (int64_t)taps->pixel_step : 0));
    count_run(of, x, steps, runs.length, *weights, from, to, sums);
    weights->words += runs.length * BNNMK_CHANNEL_BLOCK;
    first += (int64_t)runs.step;
  }
  return first;
}

// Takes what differs off the sums. `pixel_count`, and whether the first or the last pixel lacks taps, in runs at either
// end of a row, are constants in every call, so that the sums live in registers.
INLINE void count_rows(const lanes of, const bnnmk_wide_taps *taps, wide_weights weights, const int pixel_count,
                       const int lacks_taps, tile_sums sums) {
  const bnnmk_tap_box box = taps->box;
  const uint32_t head_count = lacks_taps ? taps->skipped_by_first : 0,
                 tail_count = lacks_taps ? taps->skipped_by_last : 0;
  const tap_runs head = runs_of(&box, head_count), tail = runs_of(&box, tail_count);
  const tap_runs middle = lacks_taps ? runs_of(&box, box.run_count - head_count - tail_count)
                                     : (tap_runs){box.run_count, box.run_length, box.input_run_step};
  const size_t step = taps->pixel_step;
  const pixel_steps steps = {step * sizeof(uint64_t), 3 * step * sizeof(uint64_t), 5 * step * sizeof(uint64_t)};
  int64_t row_first = taps->first;
  for (uint32_t row = box.row_count; row > 0; row--) {
    int64_t first = row_first;
    wide_weights row_weights = weights;
    if (lacks_taps) {
      first = count_runs(of, taps, first, steps, head, &row_weights, 1, pixel_count, sums);
    }
    first = count_runs(of, taps, first, steps, middle, &row_weights, 0, pixel_count, sums);
    if (lacks_taps) {
      count_runs(of, taps, first, steps, tail, &row_weights, 0, pixel_count - 1, sums);
    }
    row_first += (int64_t)box.input_row_step;
    weights.words += box.weights_row_step * BNNMK_CHANNEL_BLOCK;
  }
}

INLINE void count_sums(const lanes of, const bnnmk_wide_taps *taps, wide_weights weights, const int pixel_count,
                       tile_sums sums) {
  // Most tiles have seven pixels, and loops of their own where none lacks taps.
  if (pixel_count > 1 && (pixel_count < BNNMK_WIDE_PIXELS || taps->skipped_by_first > 0 || taps->skipped_by_last > 0)) {
    count_rows(of, taps, weights, pixel_count, 1, sums);
  } else {
    count_rows(of, taps, weights, pixel_count, 0, sums);
  }
}

#endif

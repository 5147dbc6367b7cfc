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

// What a lane of the sums holds: a channel of words, or of halves of them, by which a register has twice the channels.
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

// Loops of fewer pixels, which few maps need, are for words only.
INLINE int may_have_halves(const int pixel_count) { return pixel_count >= BNNMK_FEWEST_OF_HALVES || pixel_count == 1; }

INLINE uint32_t channels_of(const lanes of) { return of == WORDS ? BNNMK_WIDE_CHANNELS : 2 * BNNMK_WIDE_CHANNELS; }

// The word of pixel p, a constant, from x on.
INLINE __m512i broadcast_word(const lanes of, const char *x, pixel_steps steps, const int p) {
  const size_t behind = p == 3 ? steps.three : p == 5 ? steps.five : p == 6 ? 2 * steps.three : (size_t)p * steps.one;
  const char *from = x + behind;
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

// Bytes from a word, or half, to the next one.
INLINE size_t unit_bytes(const lanes of, const bnnmk_wide_taps *taps) {
  return of == WORDS ? sizeof(uint64_t) : taps->unit_bytes;
}

// Neighbouring runs of a row in which the same pixels have taps.
typedef struct tap_runs {
  uint32_t count;
  size_t weight_words;        // of a run and eight lanes
  size_t length, unit, step;  // bytes: of a run, of its elements, and from one to the next in the input
} tap_runs;

// Takes what differs in a run off the sums of the pixels from...<to, constants in every call; x stands on its first
// element.
INLINE void count_run(const lanes of, const char *x, pixel_steps steps, tap_runs runs, wide_weights weights,
                      const int from, const int to, tile_sums sums) {
  const size_t unit = of == WORDS ? sizeof(uint64_t) : runs.unit;
  for (const char *end = x + runs.length; x < end; x += unit, weights.words += BNNMK_CHANNEL_BLOCK) {
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

// `count` of the box's runs; where `may_join`, those that follow each other in memory are one.
INLINE tap_runs runs_of(const bnnmk_tap_box *box, size_t unit, uint32_t count, int may_join) {
  const int are_joined = may_join && box->input_run_step == box->run_length;
  const size_t length = are_joined ? count * box->run_length : box->run_length;
  return (tap_runs){
      .count = are_joined ? count > 0 : count,
      .weight_words = length * BNNMK_CHANNEL_BLOCK,
      .length = length * unit,
      .unit = unit,
      .step = (are_joined ? length : box->input_run_step) * unit,
  };
}

// Takes what differs in `runs`, the first of which starts `first` bytes behind the input for the first pixel, off the
// sums of the pixels from...<to; gives where the next ones start.
INLINE int64_t count_runs(const lanes of, const char *input, int64_t first, pixel_steps steps, tap_runs runs,
                          wide_weights *weights, const int from, const int to, tile_sums sums) {
  for (uint32_t run = runs.count; run > 0; run--) {
    const char *x = input + (first + (from > 0 ? (int64_t)steps.one : 0));
    count_run(of, x, steps, runs, *weights, from, to, sums);
    weights->words += runs.weight_words;
    first += (int64_t)runs.step;
  }
  return first;
}

// Takes what differs off the sums. `pixel_count`, and whether the first or the last pixel lacks taps, in runs at either
// end of a row, are constants in every call, so that the sums live in registers.
INLINE void count_rows(const lanes of, const bnnmk_wide_taps *taps, wide_weights weights, const int pixel_count,
                       const int lacks_taps, tile_sums sums) {
  const bnnmk_tap_box box = taps->box;
  const size_t unit = of == WORDS ? sizeof(uint64_t) : taps->unit_bytes, step = taps->pixel_step * unit;
  const uint32_t head_count = lacks_taps ? taps->skipped_by_first : 0,
                 tail_count = lacks_taps ? taps->skipped_by_last : 0;
  const tap_runs head = runs_of(&box, unit, head_count, 1), tail = runs_of(&box, unit, tail_count, 1);
  const tap_runs middle = runs_of(&box, unit, box.run_count - head_count - tail_count, lacks_taps);
  const pixel_steps steps = {step, 3 * step, 5 * step};
  const char *input = (const char *)taps->input;
  int64_t row_first = taps->first * (int64_t)unit;
  for (uint32_t row = box.row_count; row > 0; row--) {
    int64_t first = row_first;
    wide_weights row_weights = weights;
    if (lacks_taps) {
      first = count_runs(of, input, first, steps, head, &row_weights, 1, pixel_count, sums);
    }
    first = count_runs(of, input, first, steps, middle, &row_weights, 0, pixel_count, sums);
    if (lacks_taps) {
      count_runs(of, input, first, steps, tail, &row_weights, 0, pixel_count - 1, sums);
    }
    row_first += (int64_t)(box.input_row_step * unit);
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

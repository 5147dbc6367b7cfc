// The inner loop of binary convolution for NEON for kernels three taps wide, which loads a row's columns once for
// all three taps:
//
//   columns   c0 c1 c2 c3 c4 c5 c6 c7 c8 c9     of eight pixels; c0 or c9 may be padding
//   tap 0     p0 p1 p2 p3 p4 p5 p6 p7
//   tap 1        p0 p1 p2 p3 p4 p5 p6 p7
//   tap 2           p0 p1 p2 p3 p4 p5 p6 p7
#ifndef BNNM_COUNT_SHARED_NEON_H
#define BNNM_COUNT_SHARED_NEON_H

#include <stdatomic.h>

#include "tile_counts_neon.h"

// Between taps, so that a compiler does not load weights so early that counts leave the registers. No instruction.
#define KEEP_ORDER() atomic_signal_fence(memory_order_seq_cst)

// The next word of a tap's weights; with one word a pixel, all taps of all rows follow each other.
BNNMK_INLINE bnnmk_weight_word next_word(const uint64_t **tap, const uint64_t *only_word, const int has_one_word) {
  return has_one_word ? bnnmk_load_weight_word(only_word) : bnnmk_next_weight_word(tap);
}

// Tiles of a kernel three taps wide, which has taps on the input. `width` is a constant in every call, so that counts
// live in registers; `has_one_word` too: pixels are of one word, and follow each other.
BNNMK_INLINE void count_shared(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int width,
                               const int has_one_word, uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const bnnmk_tap_box box = *run->box;
  size_t step = run->pixel_step;
  BNNMK_COMPUTE_HERE("r", step);
  const size_t word_count = has_one_word ? 1 : box.run_length;
  const size_t tap_step = word_count * BNNMK_CHANNEL_BLOCK;
  const size_t input_jump = box.input_row_step - word_count;
  const size_t weights_jump = box.weights_row_step * BNNMK_CHANNEL_BLOCK - tap_step;
  const uint64_t *weights = run->weights, *input = run->input + first * step;
  const uint16x8_t start = vld1q_u16(run->start);
  const uint16_t *first_start = run->start, *last_start = run->start;  // of the next tile's outer pixels
  int lacks_first = run->lacks_first && first == 0;
  if (lacks_first) {
    first_start = run->start_first;
  }
  const uint32_t before_last = last - (uint32_t)width;
  for (uint32_t pixel = first; pixel < last; pixel += (uint32_t)width, input += (size_t)width * step) {
    int lacks_last = 0;
    if (pixel == before_last && last == run->pixel_count && run->lacks_last) {
      lacks_last = 1;
      last_start = run->start_last;
    }
    uint16x8_t counts[TILE];
    BNNMK_UNROLL
    for (int p = 1; p < width - 1; p++) {
      counts[p] = start;
    }
    counts[0] = vld1q_u16(first_start);
    if (width > 1 || lacks_last) {
      counts[width - 1] = vld1q_u16(last_start);
    }
    BNNMK_COMPUTE_HERE("r", lacks_first);
    BNNMK_COMPUTE_HERE("r", lacks_last);
    const uint64_t *x = input, *w0 = weights, *w1 = weights + tap_step, *w2 = w1 + tap_step;
    uint32_t rows = box.row_count;
    do {
      size_t words = word_count;
      do {
        const uint64_t *column = x++;
        bnnmk_weight_word word = next_word(&w0, w0, has_one_word);
        if (__builtin_expect(!lacks_first, 1)) {
          counts[0] = bnnmk_add_differences(counts[0], bnnmk_load_doubled(column), word);
        }
        column += step;
        if (!has_one_word) {
          BNNMK_COMPUTE_HERE("r", column);
        }
        uint8x16_t columns[TILE];  // all but the first and the last one
        BNNMK_UNROLL
        for (int p = 0; p < width; p++) {
          columns[p] = bnnmk_load_doubled(column);
          column += step;
        }
        BNNMK_COMPUTE_HERE("r", column);
        BNNMK_UNROLL
        for (int p = 1; p < width; p++) {
          counts[p] = bnnmk_add_differences(counts[p], columns[p - 1], word);
        }
        KEEP_ORDER();
        word = next_word(&w1, w0 + BNNMK_CHANNEL_BLOCK, has_one_word);
        BNNMK_UNROLL
        for (int p = 0; p < width; p++) {
          counts[p] = bnnmk_add_differences(counts[p], columns[p], word);
        }
        KEEP_ORDER();
        word = next_word(&w2, w0 + 2 * BNNMK_CHANNEL_BLOCK, has_one_word);
        BNNMK_UNROLL
        for (int p = 0; p < width - 1; p++) {
          counts[p] = bnnmk_add_differences(counts[p], columns[p + 1], word);
        }
        BNNMK_UNROLL
        for (int p = 0; p < width - 1; p++) {
          BNNMK_COMPUTE_HERE("w", counts[p]);
        }
        if (__builtin_expect(!lacks_last, 1)) {
          counts[width - 1] = bnnmk_add_differences(counts[width - 1], bnnmk_load_doubled(column), word);
        }
        if (!has_one_word) {
          BNNMK_COMPUTE_HERE("r", x);
        }
      } while (--words > 0);
      x += input_jump;
      BNNMK_COMPUTE_HERE("r", x);
      if (has_one_word) {
        w0 += 3 * BNNMK_CHANNEL_BLOCK;
      } else {
        w0 += weights_jump;
        w1 += weights_jump;
        w2 += weights_jump;
      }
    } while (--rows > 0);
    store_counts(counts, width, stored + pixel);
    lacks_first = 0;
    first_start = run->start;
  }
}

#endif

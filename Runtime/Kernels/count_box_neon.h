// The inner loops of binary convolution for NEON for any window: a box of taps, which each pixel loads for itself; and,
// on 64-bit ARM, one run of few words, whose weights stay in registers.
#ifndef BNNM_COUNT_BOX_NEON_H
#define BNNM_COUNT_BOX_NEON_H

#include "tile_counts_neon.h"

// One word of each of `width` pixels, `step` words apart, against one word of the weights.
BNNMK_INLINE void count_word(const uint64_t *x, size_t step, const uint64_t *weights, const int width,
                             uint16x8_t counts[]) {
  const bnnmk_weight_word word = bnnmk_load_weight_word(weights);
  BNNMK_UNROLL
  for (int p = 0; p < width; p++) {
    counts[p] = bnnmk_add_differences(counts[p], bnnmk_load_doubled(x), word);
    x += step;
  }
}

#if defined(__aarch64__)
// Two neighbouring words, which one instruction loads.
BNNMK_INLINE void count_two_words(const uint64_t *x, size_t step, const uint64_t *weights, const int width,
                                  uint16x8_t counts[]) {
  const bnnmk_weight_word first = bnnmk_load_weight_word(weights);
  const bnnmk_weight_word second = bnnmk_load_weight_word(weights + BNNMK_CHANNEL_BLOCK);
  BNNMK_UNROLL
  for (int p = 0; p < width; p++) {
    const uint64x2x2_t two = vld2q_dup_u64(x);
    counts[p] = bnnmk_add_differences(counts[p], vreinterpretq_u8_u64(two.val[0]), first);
    counts[p] = bnnmk_add_differences(counts[p], vreinterpretq_u8_u64(two.val[1]), second);
    x += step;
  }
}

#endif

// Words, at least one, that follow each other in input and weights.
BNNMK_INLINE void count_words(const uint64_t *x, size_t step, const uint64_t *weights, size_t word_count,
                              const int width, uint16x8_t counts[]) {
#if defined(__aarch64__)
  if (word_count % 2 != 0) {
    count_word(x++, step, weights, width, counts);
    weights += BNNMK_CHANNEL_BLOCK;
  }
  for (word_count /= 2; word_count > 0; word_count--) {
    count_two_words(x, step, weights, width, counts);
    x += 2;
    weights += 2 * BNNMK_CHANNEL_BLOCK;
    BNNMK_COMPUTE_HERE("r", x);
    BNNMK_COMPUTE_HERE("r", weights);
  }
#else
  do {
    count_word(x++, step, weights, width, counts);
    weights += BNNMK_CHANNEL_BLOCK;
  } while (--word_count > 0);
#endif
}

// Tiles of any window that has taps on the input.
BNNMK_INLINE void count_box(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int width,
                            uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const bnnmk_tap_box box = *run->box;
  const size_t step = run->pixel_step;
  const uint64_t *first_weights = run->weights, *first_input = run->input + first * step;
  const uint16x8_t start = vld1q_u16(run->start);
  for (uint32_t pixel = first; pixel < last; pixel += (uint32_t)width, first_input += (size_t)width * step) {
    uint16x8_t counts[TILE];
    BNNMK_UNROLL
    for (int p = 0; p < width; p++) {
      counts[p] = start;
    }
    const uint64_t *input_row = first_input, *weights_row = first_weights;
    uint32_t row_count = box.row_count;
    do {
      const uint64_t *input = input_row, *weights = weights_row;
      uint32_t run_count = box.run_count;
      do {
        count_words(input, step, weights, box.run_length, width, counts);
        input += box.input_run_step;
        weights += box.weights_run_step * BNNMK_CHANNEL_BLOCK;
      } while (--run_count > 0);
      input_row += box.input_row_step;
      weights_row += box.weights_row_step * BNNMK_CHANNEL_BLOCK;
    } while (--row_count > 0);
    store_counts(counts, width, stored + pixel);
  }
}

#if defined(__aarch64__)
// `word_count` words of a pixel, doubled.
BNNMK_INLINE void load_words(const uint64_t *x, const int word_count, uint8x16_t words[4]) {
  uint64x2x4_t loaded = {{vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0)}};
  if (word_count == 4) {
    loaded = vld4q_dup_u64(x);
  } else if (word_count == 3) {
    const uint64x2x3_t three = vld3q_dup_u64(x);
    loaded.val[0] = three.val[0], loaded.val[1] = three.val[1], loaded.val[2] = three.val[2];
  } else if (word_count == 2) {
    const uint64x2x2_t two = vld2q_dup_u64(x);
    loaded.val[0] = two.val[0], loaded.val[1] = two.val[1];
  } else {
    loaded.val[0] = vld1q_dup_u64(x);
  }
  BNNMK_UNROLL
  for (int i = 0; i < word_count; i++) {
    words[i] = vreinterpretq_u8_u64(loaded.val[i]);
  }
}

// Pixels of a window with one run of at most four words, whose weights stay in registers for all pixels.
BNNMK_INLINE void count_few_words(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int word_count,
                                  uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const size_t step = run->pixel_step;
  const uint64_t *x = run->input + first * step;
  bnnmk_weight_word weights[4];
  BNNMK_UNROLL
  for (int i = 0; i < word_count; i++) {
    weights[i] = bnnmk_load_weight_word(run->weights + i * BNNMK_CHANNEL_BLOCK);
  }
  const uint16x8_t start = vld1q_u16(run->start);
  uint16_t *end = stored[last];
  for (uint16_t *counted = stored[first]; counted < end; counted += BNNMK_CHANNEL_BLOCK) {
    uint8x16_t words[4];
    load_words(x, word_count, words);
    x += step;
    uint16x8_t counts = start;
    BNNMK_UNROLL
    for (int i = 0; i < word_count; i++) {
      counts = bnnmk_add_differences(counts, words[i], weights[i]);
    }
    vst1q_u16(counted, counts);
  }
}

#endif

#endif

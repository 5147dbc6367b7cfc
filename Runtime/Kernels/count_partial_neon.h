// The inner loop of binary convolution for 32-bit ARM and windows of several words: adding neighbours takes it twice
// the instructions of 64-bit ARM, so that counts stay apart until the end, four of each channel:
//
//   VCNT         | 8 counts of m0, 8 counts of m1 |  x 4, bytes of channels 0...7
//   VPADAL       | 4 of m0, 4 of m1               |  x 4, added to 16-bit lanes
//   VPADD        | m0 m1 m2 m3 m4 m5 m6 m7        |  once a pixel
#ifndef BNNM_COUNT_PARTIAL_NEON_H
#define BNNM_COUNT_PARTIAL_NEON_H

#include "tile_counts_neon.h"

// Pixels whose four registers, beside those of the weights, are all there are.
enum { PARTIAL_TILE = 2 };

// The next word of a block's weights, by few instructions; the registers then are neighbours.
BNNMK_INLINE bnnmk_weight_word load_neighbours(const uint64_t **weights) {
#if defined(__clang__)
  const uint64x2x4_t loaded = vld1q_u64_x4(*weights);
  *weights += BNNMK_CHANNEL_BLOCK;
  bnnmk_weight_word word;
  BNNMK_UNROLL
  for (int i = 0; i < 4; i++) {
    word.pairs[i] = vreinterpretq_u8_u64(loaded.val[i]);
  }
  return word;
#else
  return bnnmk_next_weight_word(weights);
#endif
}

// Words, at least one, that follow each other in input and weights.
BNNMK_INLINE void add_partial(const uint64_t *x, size_t step, const uint64_t *weights, size_t word_count,
                              const int width, uint16x8_t partial[][4]) {
  const uint64_t *second = x + step;
  do {
    const bnnmk_weight_word word = load_neighbours(&weights);
    BNNMK_UNROLL
    for (int p = 0; p < width; p++) {
      const uint8x16_t doubled = bnnmk_load_doubled(p == 0 ? x++ : second++);
      BNNMK_UNROLL
      for (int i = 0; i < 4; i++) {
        partial[p][i] = vpadalq_u8(partial[p][i], vcntq_u8(veorq_u8(doubled, word.pairs[i])));
        // One after the other, for which the registers suffice.
        BNNMK_COMPUTE_HERE("w", partial[p][i]);
      }
    }
  } while (--word_count > 0);
}

// The sums of neighbouring lanes, twice: of four lanes each.
BNNMK_INLINE uint16x4_t join_fours(uint16x8_t low, uint16x8_t high) {
  return vpadd_u16(vpadd_u16(vget_low_u16(low), vget_high_u16(low)),
                   vpadd_u16(vget_low_u16(high), vget_high_u16(high)));
}

BNNMK_INLINE void clear_partial(uint16x8_t partial[][4], const int width) {
  BNNMK_UNROLL
  for (int p = 0; p < width; p++) {
    BNNMK_UNROLL
    for (int i = 0; i < 4; i++) {
      partial[p][i] = vdupq_n_u16(0);
    }
  }
}

BNNMK_INLINE void store_partial(uint16x8_t partial[][4], const int width, uint16x8_t start,
                                uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  BNNMK_UNROLL
  for (int p = 0; p < width; p++) {
    const uint16x8_t sums =
        vcombine_u16(join_fours(partial[p][0], partial[p][1]), join_fours(partial[p][2], partial[p][3]));
    vst1q_u16(stored[p], vaddq_u16(start, sums));
  }
}

// Tiles of any window that has taps on the input. `width` is a constant in every call, at most PARTIAL_TILE.
BNNMK_INLINE void count_partial(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int width,
                                uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const bnnmk_tap_box box = *run->box;
  const size_t step = run->pixel_step;
  const uint64_t *first_input = run->input + first * step;
  for (uint32_t pixel = first; pixel < last; pixel += (uint32_t)width, first_input += (size_t)width * step) {
    uint16x8_t partial[PARTIAL_TILE][4];
    clear_partial(partial, width);
    const uint64_t *input_row = first_input, *weights_row = run->weights;
    for (uint32_t row_count = box.row_count; row_count > 0; row_count--) {
      const uint64_t *input = input_row, *weights = weights_row;
      for (uint32_t run_count = box.run_count; run_count > 0; run_count--) {
        add_partial(input, step, weights, box.run_length, width, partial);
        input += box.input_run_step;
        weights += box.weights_run_step * BNNMK_CHANNEL_BLOCK;
      }
      input_row += box.input_row_step;
      weights_row += box.weights_row_step * BNNMK_CHANNEL_BLOCK;
    }
    store_partial(partial, width, vld1q_u16(run->start), stored + pixel);
  }
}

// The same of a window with one run.
BNNMK_INLINE void count_partial_run(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int width,
                                    uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const size_t step = run->pixel_step, word_count = run->box->run_length;
  const uint64_t *input = run->input + first * step, *const weights = run->weights;
  const uint16_t *start = run->start;
  stored += first;
  for (uint32_t left = last - first; left > 0; left -= (uint32_t)width) {
    uint16x8_t partial[PARTIAL_TILE][4];
    clear_partial(partial, width);
    add_partial(input, step, weights, word_count, width, partial);
    store_partial(partial, width, vld1q_u16(start), stored);
    input += (size_t)width * step;
    stored += width;
  }
}

#endif

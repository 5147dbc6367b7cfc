// The loops of binarization, written once for both element types: rows, words of 64 channels, and the columns of the
// switch points, which repeat with their period.
#ifndef BNNM_BINARIZE_H
#define BNNM_BINARIZE_H

#include <stddef.h>

#include "window_taps.h"

// odd[i] ^= points[point + i] <= input[element + i] for i < count.
typedef void bnnmk_pass_points(const bnnmk_binarize *binarize, size_t element, size_t point, uint32_t count,
                               uint8_t *odd);

// For float32. A comparison with NaN is false: a NaN input passes no point and is -1, a NaN point is passed by none.
BNNMK_INLINE void bnnmk_pass_points_f32(const bnnmk_binarize *binarize, size_t element, size_t point, uint32_t count,
                                        uint8_t *odd) {
  const float *x = (const float *)binarize->input + element;
  const float *points = (const float *)binarize->switch_points + point;
  for (uint32_t i = 0; i < count; i++) {
    odd[i] ^= points[i] <= x[i];
  }
}

// The word of `count` elements from `element` on: bit i is 1 (decision -1) where an even number of switch points is
// passed.
BNNMK_INLINE uint64_t bnnmk_binarize_word(const bnnmk_binarize *binarize, size_t element, uint32_t count,
                                          bnnmk_pass_points *pass_points) {
  uint8_t odd[64] = {0};
  for (uint32_t done = 0; done < count;) {
    // As far as the columns run on without starting over.
    const size_t column = (element + done) % binarize->period;
    const size_t room = binarize->period - column;
    const uint32_t run = room < count - done ? (uint32_t)room : count - done;
    for (size_t s = 0; s < binarize->switch_count; s++) {
      pass_points(binarize, element + done, s * binarize->period + column, run, odd + done);
    }
    done += run;
  }
  uint64_t bits = 0;
  for (uint32_t i = 0; i < count; i++) {
    bits |= (uint64_t)(odd[i] ^ 1) << i;
  }
  return bits;
}

BNNMK_INLINE void bnnmk_binarize_rows(const bnnmk_binarize *binarize, uint32_t begin, uint32_t end,
                                      bnnmk_pass_points *pass_points) {
  const size_t channels = binarize->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  for (size_t row = begin; row < end; row++) {
    for (size_t word = 0; word < words; word++) {
      const size_t left = channels - word * 64;
      const uint32_t count = left < 64 ? (uint32_t)left : 64;
      binarize->output[row * words + word] =
          bnnmk_binarize_word(binarize, row * channels + word * 64, count, pass_points);
    }
  }
}

#endif

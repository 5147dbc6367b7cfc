// The loops of binarization, written once for both element types: rows, words of 64 channels, and the columns of the
// switch points, which repeat with their period.
#ifndef BNNM_BINARIZE_H
#define BNNM_BINARIZE_H

#include <stddef.h>

#include "switch_point.h"
#include "window_taps.h"

// Bit i is 1 where element + i passes an odd number of switch points, those of column + i, for i < count <= 64.
typedef uint64_t bnnmk_pass_points(const bnnmk_binarize *binarize, size_t element, size_t column, uint32_t count);

// Bit i of the result is odd[i], 0 or 1.
BNNMK_INLINE uint64_t bnnmk_join_odd(const uint8_t odd[64], uint32_t count) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < count; i++) {
    bits |= (uint64_t)odd[i] << i;
  }
  return bits;
}

// For float32. A comparison with NaN is false: a NaN input passes no point and is -1, a NaN point is passed by none.
BNNMK_INLINE uint64_t bnnmk_pass_points_f32(const bnnmk_binarize *binarize, size_t element, size_t column,
                                            uint32_t count) {
  const float *x = (const float *)binarize->input + element;
  uint8_t odd[64] = {0};
  for (size_t s = 0; s < binarize->switch_count; s++) {
    const float *points = (const float *)binarize->switch_points + s * binarize->period + column;
    for (uint32_t i = 0; i < count; i++) {
      odd[i] ^= bnnmk_switch_point(points[i]) <= x[i];
    }
  }
  return bnnmk_join_odd(odd, count);
}

// The word of `count` elements from `element` on: bit i is 1 (decision -1) where an even number of switch points is
// passed. `column` is the first one's, and then that of the element behind the last one.
BNNMK_INLINE uint64_t bnnmk_binarize_word(const bnnmk_binarize *binarize, size_t element, size_t *column,
                                          uint32_t count, bnnmk_pass_points *pass_points) {
  uint64_t odd = 0;
  for (uint32_t done = 0; done < count;) {
    // As far as the columns run on without starting over.
    const size_t room = binarize->period - *column;
    const uint32_t run = room < count - done ? (uint32_t)room : count - done;
    odd |= pass_points(binarize, element + done, *column, run) << done;
    *column = run == room ? 0 : *column + run;
    done += run;
  }
  return ~odd & (~(uint64_t)0 >> (64 - count));
}

BNNMK_INLINE void bnnmk_binarize_rows(const bnnmk_binarize *binarize, uint32_t begin, uint32_t end,
                                      bnnmk_pass_points *pass_points) {
  const size_t channels = binarize->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  size_t column = begin * channels % binarize->period;
  for (size_t row = begin; row < end; row++) {
    for (size_t word = 0; word < words; word++) {
      const size_t left = channels - word * 64;
      const uint32_t count = left < 64 ? (uint32_t)left : 64;
      binarize->output[row * words + word] =
          bnnmk_binarize_word(binarize, row * channels + word * 64, &column, count, pass_points);
    }
  }
}

#endif

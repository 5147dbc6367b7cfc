// Doubled columns of a map for the assembly of ARM.
#include "columns_arm.h"

#if defined(BNNMK_HAS_ASSEMBLY)

#include <arm_neon.h>

static size_t columns_of_row(const bnnmk_binary_conv2d *conv) { return (size_t)conv->window.in_w + 2; }

// `count` words, `stride` apart. Gives what is behind the last one.
static uint64_t *double_words(const uint64_t *from, size_t stride, uint32_t count, uint64_t *to) {
  for (; count >= 4; count -= 4, from += 4 * stride, to += 8) {
    const uint64x2x4_t four = {{vld1q_dup_u64(from), vld1q_dup_u64(from + stride), vld1q_dup_u64(from + 2 * stride),
                                vld1q_dup_u64(from + 3 * stride)}};
#if defined(__aarch64__)
    vst1q_u64_x4(to, four);
#else
    for (int i = 0; i < 4; i++) {
      vst1q_u64(to + 2 * i, four.val[i]);
    }
#endif
  }
  for (; count > 0; count--, from += stride, to += 2) {
    vst1q_u64(to, vld1q_dup_u64(from));
  }
  return to;
}

uint32_t bnnmk_fitting_rows(const bnnmk_binary_conv2d *conv) {
  return (uint32_t)(BNNMK_COLUMN_WORDS / (2 * columns_of_row(conv) * conv->input_words));
}

void bnnmk_fill_columns(const bnnmk_binary_conv2d *conv, uint32_t first, uint32_t last, bnnmk_columns *columns) {
  const uint32_t width = conv->window.in_w;
  const size_t word_count = conv->input_words, stride = conv->input_stride;
  columns->first_row = first;
  columns->word_step = columns_of_row(conv) * 16;
  columns->row_step = columns->word_step * word_count;
  uint64_t *to = columns->words;
  for (uint32_t row = first; row < last; row++) {
    for (size_t word = 0; word < word_count; word++) {
      vst1q_u64(to, vdupq_n_u64(0));
      to = double_words(conv->input + (size_t)row * width * stride + word, stride, width, to + 2);
      vst1q_u64(to, vdupq_n_u64(0));
      to += 2;
    }
  }
}

// The assembly reads a pixel behind the last one.
uint32_t bnnmk_fitting_pixels(const bnnmk_binary_conv2d *conv) {
  const size_t fitting = BNNMK_COLUMN_WORDS / (2 * conv->input_words);
  return fitting > 0 ? (uint32_t)fitting - 1 : 0;
}

void bnnmk_fill_pixels(const bnnmk_binary_conv2d *conv, uint32_t first, uint32_t last, bnnmk_columns *columns) {
  const size_t word_count = conv->input_words, stride = conv->input_stride;
  columns->first_row = 0;
  columns->row_step = 0;
  columns->word_step = 0;
  const uint64_t *from = conv->input + first * stride;
  uint64_t *to = columns->words;
  if (stride == word_count) {
    double_words(from, 1, (uint32_t)(word_count * (last - first)), to);
    return;
  }
  for (uint32_t pixel = first; pixel < last; pixel++, from += stride) {
    to = double_words(from, 1, (uint32_t)word_count, to);
  }
}

#endif

// ISO C wants a declaration in every file.
typedef int bnnmk_nothing_else_here;

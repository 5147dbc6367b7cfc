// Doubled columns of a map for the assembly of 64-bit ARM.
#include "columns_a64.h"

#if defined(BNNMK_HAS_A64_ASSEMBLY)

#include <arm_neon.h>

static size_t columns_of_row(const bnnmk_binary_conv2d *conv) { return (size_t)conv->window.in_w + 2; }

uint32_t bnnmk_fitting_rows_a64(const bnnmk_binary_conv2d *conv) {
  return (uint32_t)(BNNMK_COLUMN_WORDS / (2 * columns_of_row(conv) * conv->input_words));
}

void bnnmk_fill_columns_a64(const bnnmk_binary_conv2d *conv, uint32_t first, uint32_t last, bnnmk_columns *columns) {
  const uint32_t width = conv->window.in_w;
  const size_t word_count = conv->input_words, stride = conv->input_stride;
  columns->first_row = first;
  columns->word_step = columns_of_row(conv) * 16;
  columns->row_step = columns->word_step * word_count;
  uint64_t *to = columns->words;
  for (uint32_t row = first; row < last; row++) {
    for (size_t word = 0; word < word_count; word++) {
      const uint64_t *from = conv->input + (size_t)row * width * stride + word;
      vst1q_u64(to, vdupq_n_u64(0));
      to += 2;
      uint32_t x = 0;
      for (; x + 4 <= width; x += 4, from += 4 * stride, to += 8) {
        const uint64x2x4_t four = {
            {vld1q_dup_u64(from), vld1q_dup_u64(from + stride), vld1q_dup_u64(from + 2 * stride),
             vld1q_dup_u64(from + 3 * stride)}};
        vst1q_u64_x4(to, four);
      }
      for (; x < width; x++, from += stride, to += 2) {
        vst1q_u64(to, vld1q_dup_u64(from));
      }
      vst1q_u64(to, vdupq_n_u64(0));
      to += 2;
    }
  }
}

#endif

// ISO C wants a declaration in every file.
typedef int bnnmk_nothing_else_here;

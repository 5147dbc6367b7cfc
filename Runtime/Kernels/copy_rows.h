// Rows of bytes: between two strides, as one operand of a concatenation.
#ifndef BNNM_COPY_ROWS_H
#define BNNM_COPY_ROWS_H

#include <string.h>

#include "window_taps.h"

// Bytes at a time of short rows, for which the C library's function would spend most of its time to find out how short.
enum { BNNMK_COPIED_PIECE = 64, BNNMK_SHORT_ROW = 1024 };

BNNMK_INLINE void bnnmk_copy_short_row(char *output, const char *input, size_t count) {
  for (; count >= BNNMK_COPIED_PIECE; count -= BNNMK_COPIED_PIECE) {
    memcpy(output, input, BNNMK_COPIED_PIECE);
    output += BNNMK_COPIED_PIECE;
    input += BNNMK_COPIED_PIECE;
  }
  size_t i = 0;
  for (; count - i >= sizeof(uint32_t); i += sizeof(uint32_t)) {
    memcpy(output + i, input + i, sizeof(uint32_t));
  }
  for (; i < count; i++) {
    output[i] = input[i];
  }
}

BNNMK_INLINE void bnnmk_copy_row(char *output, const char *input, size_t count) {
  if (count <= BNNMK_SHORT_ROW) {
    bnnmk_copy_short_row(output, input, count);
  } else {
    memcpy(output, input, count);
  }
}

BNNMK_INLINE void bnnmk_copy_rows_between(const bnnmk_copy_rows *copy, uint32_t begin, uint32_t end) {
  const size_t count = (size_t)copy->row_bytes;
  for (size_t row = begin; row < end; row++) {
    char *output = (char *)copy->output + row * copy->output_stride;
    const char *input = (const char *)copy->input + row * copy->input_stride;
    bnnmk_copy_row(output, input, count);
  }
}

#endif

// Walks a dense tensor row by row (a row runs along the last dimension) beside operands given by strides.
#ifndef BNNM_STRIDED_ROWS_H
#define BNNM_STRIDED_ROWS_H

#include <stddef.h>

#include "window_taps.h"

typedef struct bnnmk_strided_rows {
  const uint32_t *dims;
  uint32_t last;                   // the dimension that rows run along
  uint32_t index[BNNMK_MAX_RANK];  // of the current row, along the dimensions before `last`
  size_t row_count, row_length;
  size_t first_column;  // where rows start along `last`
  size_t output;        // the current row's first element in the dense tensor
} bnnmk_strided_rows;

// The rows of begin..<end of the outermost dimension. Rank 0 counts as one dimension of extent 1; with one dimension,
// begin..<end is a part of the only row.
BNNMK_INLINE bnnmk_strided_rows bnnmk_first_row(uint32_t rank, const uint32_t *dims, uint32_t begin, uint32_t end) {
  bnnmk_strided_rows rows = {.dims = dims};
  if (rank <= 1) {
    rows.row_count = begin < end;
    rows.row_length = end - begin;
    rows.first_column = rows.output = begin;
    return rows;
  }
  rows.last = rank - 1;
  rows.index[0] = begin;
  rows.row_count = end - begin;
  rows.row_length = dims[rows.last];
  rows.output = begin * rows.row_length;
  for (uint32_t d = 1; d < rows.last; d++) {
    rows.row_count *= dims[d];
    rows.output *= dims[d];
  }
  return rows;
}

// The current row's first element in an operand.
BNNMK_INLINE size_t bnnmk_row_in_operand(const bnnmk_strided_rows *rows, const uint32_t *strides) {
  size_t offset = rows->first_column > 0 ? rows->first_column * strides[0] : 0;
  for (uint32_t d = 0; d < rows->last; d++) {
    offset += (size_t)rows->index[d] * strides[d];
  }
  return offset;
}

BNNMK_INLINE void bnnmk_next_row(bnnmk_strided_rows *rows) {
  rows->output += rows->row_length;
  for (uint32_t d = rows->last; d > 0;) {
    d--;
    rows->index[d]++;
    if (d == 0 || rows->index[d] < rows->dims[d]) {
      break;
    }
    rows->index[d] = 0;
  }
}

#endif

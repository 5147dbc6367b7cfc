// 32-bit elements moved by strides into a dense output: planes of the last two axes, in tiles that keep both sides in
// the first-level cache.
#ifndef BNNM_TRANSPOSE_H
#define BNNM_TRANSPOSE_H

#include "copy_rows.h"
#include "strided_rows.h"

// Elements of a tile's side.
enum { BNNMK_TRANSPOSE_TILE = 32 };

BNNMK_INLINE uint32_t bnnmk_tile_end(uint32_t first, uint32_t count) {
  return count - first < BNNMK_TRANSPOSE_TILE ? count : first + BNNMK_TRANSPOSE_TILE;
}

// Few rows, the planes of an image or the groups of a channel shuffle, become pixels: output[i] = a[i], b[i] ...; plain
// enough for compilers to make it interleaving stores.
BNNMK_INLINE void bnnmk_interleave_two(const uint32_t *restrict a, const uint32_t *restrict b,
                                       uint32_t *restrict output, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    output[2 * (size_t)i] = a[i];
    output[2 * (size_t)i + 1] = b[i];
  }
}

BNNMK_INLINE void bnnmk_interleave_three(const uint32_t *restrict a, const uint32_t *restrict b,
                                         const uint32_t *restrict c, uint32_t *restrict output, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    output[3 * (size_t)i] = a[i];
    output[3 * (size_t)i + 1] = b[i];
    output[3 * (size_t)i + 2] = c[i];
  }
}

BNNMK_INLINE void bnnmk_interleave_four(const uint32_t *restrict a, const uint32_t *restrict b,
                                        const uint32_t *restrict c, const uint32_t *restrict d,
                                        uint32_t *restrict output, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    output[4 * (size_t)i] = a[i];
    output[4 * (size_t)i + 1] = b[i];
    output[4 * (size_t)i + 2] = c[i];
    output[4 * (size_t)i + 3] = d[i];
  }
}

// `row_length` rows `step` apart; 0, and nothing is done, where they are others than two to four.
BNNMK_INLINE int bnnmk_interleave(const uint32_t *input, size_t step, uint32_t *output, uint32_t count,
                                  uint32_t row_length) {
  switch (row_length) {
    case 2:
      bnnmk_interleave_two(input, input + step, output, count);
      return 1;
    case 3:
      bnnmk_interleave_three(input, input + step, input + 2 * step, output, count);
      return 1;
    case 4:
      bnnmk_interleave_four(input, input + step, input + 2 * step, input + 3 * step, output, count);
      return 1;
    default:
      return 0;
  }
}

// output[i][j] = input[i * row_step + j * step]; rows of the output are `row_length` elements.
typedef void bnnmk_transpose_plane(const uint32_t *input, size_t row_step, size_t step, uint32_t *output,
                                   uint32_t row_count, uint32_t row_length);

BNNMK_INLINE void bnnmk_transpose_any_plane(const uint32_t *input, size_t row_step, size_t step, uint32_t *output,
                                            uint32_t row_count, uint32_t row_length) {
  if (row_step == 1 && bnnmk_interleave(input, step, output, row_count, row_length)) {
    return;
  }
  if (step == 1) {
    for (uint32_t i = 0; i < row_count; i++, input += row_step, output += row_length) {
      bnnmk_copy_row((char *)output, (const char *)input, (size_t)row_length * sizeof *output);
    }
    return;
  }
  for (uint32_t first_row = 0; first_row < row_count; first_row += BNNMK_TRANSPOSE_TILE) {
    const uint32_t last_row = bnnmk_tile_end(first_row, row_count);
    for (uint32_t first = 0; first < row_length; first += BNNMK_TRANSPOSE_TILE) {
      const uint32_t last = bnnmk_tile_end(first, row_length);
      // Short rows are walked along the other axis, which then is the long one.
      if (last - first < last_row - first_row) {
        for (uint32_t j = first; j < last; j++) {
          for (uint32_t i = first_row; i < last_row; i++) {
            output[(size_t)i * row_length + j] = input[i * row_step + j * step];
          }
        }
      } else {
        for (uint32_t i = first_row; i < last_row; i++) {
          for (uint32_t j = first; j < last; j++) {
            output[(size_t)i * row_length + j] = input[i * row_step + j * step];
          }
        }
      }
    }
  }
}

BNNMK_INLINE void bnnmk_transpose_planes(const bnnmk_transpose *transpose, uint32_t begin, uint32_t end,
                                         bnnmk_transpose_plane *transpose_plane) {
  const uint32_t rank = transpose->rank;
  if (rank == 0) {
    *transpose->output = *transpose->input;
    return;
  }
  const uint32_t *dims = transpose->dims, *strides = transpose->strides;
  const size_t step = strides[rank - 1];
  const uint32_t length = dims[rank - 1];
  if (rank == 1) {
    transpose_plane(transpose->input + begin * step, 0, step, transpose->output + begin, 1, end - begin);
  } else if (rank == 2) {
    transpose_plane(transpose->input + (size_t)begin * strides[0], strides[0], step,
                    transpose->output + (size_t)begin * length, end - begin, length);
  } else {
    // Rows of the leading axes, each of them a plane.
    const uint32_t row_count = dims[rank - 2];
    bnnmk_strided_rows planes = bnnmk_first_row(rank - 1, dims, begin, end);
    for (size_t plane = 0; plane < planes.row_count; plane++, bnnmk_next_row(&planes)) {
      transpose_plane(transpose->input + bnnmk_row_in_operand(&planes, strides), strides[rank - 2], step,
                      transpose->output + planes.output * length, row_count, length);
    }
  }
}

#endif

// Transposition with AVX2: matrices in tiles of eight by eight.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_INLINE_TARGET "avx2"
#include "kernel_declarations.h"
#include "transpose.h"
#include "transpose_eight_x86_avx2.h"

// LINE elements are a line of the caches: what is in one is used together, since columns far apart leave little room.
enum { SIDE = 8, LINE = 16 };

// Rows of the output from `i` on, from element `j` on.
__attribute__((target("avx2"), always_inline)) static inline void transpose_tile(const uint32_t *input, size_t step,
                                                                                 uint32_t *output, uint32_t row_length,
                                                                                 uint32_t i, uint32_t j) {
  __m256 rows[SIDE];
  bnnmk_transpose_eight((const float *)input + i + j * step, step, rows);
  BNNMK_REGISTERS
  for (int r = 0; r < SIDE; r++) {
    _mm256_storeu_ps((float *)output + (size_t)(i + (uint32_t)r) * row_length + j, rows[r]);
  }
}

__attribute__((target("avx2"))) static void transpose_plane(const uint32_t *input, size_t row_step, size_t step,
                                                            uint32_t *output, uint32_t row_count, uint32_t row_length) {
  if (row_step != 1 || row_length < SIDE || row_count < SIDE) {
    bnnmk_transpose_any_plane(input, row_step, step, output, row_count, row_length);
    return;
  }
  for (uint32_t row = 0; row < row_count; row += LINE) {
    const uint32_t left = row_count - row;
    for (uint32_t column = 0; column < row_length; column += SIDE) {
      for (uint32_t i = 0; i < LINE && i < left; i += SIDE) {
        // The last tile of either axis overlaps the one before.
        transpose_tile(input, step, output, row_length, left - i < SIDE ? row_count - SIDE : row + i,
                       row_length - column < SIDE ? row_length - SIDE : column);
      }
    }
  }
}

__attribute__((target("avx2"))) void bnnmk_transpose_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_transpose_planes(arguments, begin, end, transpose_plane);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

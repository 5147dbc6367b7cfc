// Rows of a binary map as the assembly for ARM reads them: every word twice, words of one number in a row of the
// map side by side.
//
//   row y, word i:   column -1, column 0, ... column in_w     16 bytes each; the outer ones are read, but count nothing
//
// or, where pixels meet their words only, as they stand:
//
//   pixel p:         word 0, word 1, ...                      16 bytes each
#ifndef BNNM_COLUMNS_ARM_H
#define BNNM_COLUMNS_ARM_H

#include "window_taps.h"

// Mach-O spells sections and symbols otherwise; big-endian lanes stand in another order.
#if defined(__aarch64__) && defined(__ELF__) && !defined(__AARCH64EB__)
#define BNNMK_HAS_A64_ASSEMBLY 1
#define BNNMK_HAS_ASSEMBLY 1
#elif defined(__arm__) && defined(__ARM_NEON) && defined(__ELF__) && !defined(__ARMEB__)
#define BNNMK_HAS_A32_ASSEMBLY 1
#define BNNMK_HAS_ASSEMBLY 1
#endif

#if defined(BNNMK_HAS_ASSEMBLY)

// Words of the columns at hand: three quarters of a first-level cache of 32 KiB.
enum { BNNMK_COLUMN_WORDS = 3072 };

typedef struct bnnmk_columns {
  uint64_t words[BNNMK_COLUMN_WORDS];
  size_t first_row;            // of the map
  size_t row_step, word_step;  // bytes
} bnnmk_columns;

// How many rows of the map fit.
uint32_t bnnmk_fitting_rows(const bnnmk_binary_conv2d *conv);

// Rows first..<last of the map.
void bnnmk_fill_columns(const bnnmk_binary_conv2d *conv, uint32_t first, uint32_t last, bnnmk_columns *columns);

// How many pixels fit of a convolution of one row that counts pixels' words, and pixels first..<last of it.
uint32_t bnnmk_fitting_pixels(const bnnmk_binary_conv2d *conv);
void bnnmk_fill_pixels(const bnnmk_binary_conv2d *conv, uint32_t first, uint32_t last, bnnmk_columns *columns);

// Column `column`, -1 to in_w, of the first word of a row.
BNNMK_INLINE const uint8_t *bnnmk_column(const bnnmk_columns *columns, size_t row, int64_t column) {
  return (const uint8_t *)columns->words + (row - columns->first_row) * columns->row_step + (size_t)(column + 1) * 16;
}

#endif

#endif

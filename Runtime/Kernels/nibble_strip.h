// Binary convolution by nibble tables: a strip, some neighbouring output pixels of one row, whose input is taken apart
// into nibbles once for all output channels.
//
// An entry is a byte for four channels of a tap: twice the nibble, or BNNMK_NO_NIBBLE where the tap is padding that
// counts nothing. So all pixels of a strip have the same taps: columns on padding are entries too; rows on padding that
// counts nothing are left out.
#ifndef BNNM_NIBBLE_STRIP_H
#define BNNM_NIBBLE_STRIP_H

#include <stddef.h>

#include "window_taps.h"

enum {
  BNNMK_NO_NIBBLE = 32,         // twice the row of zeros behind the table's sixteen
  BNNMK_STRIP_ENTRIES = 16384,  // four times as many as one pixel has where weights are laid out as nibbles
  BNNMK_STRIP_SLACK = 32,       // behind them, so that words are written whole
};

// For row < row_count, run < run_count, i < run_length, p < pixel_count:
//   entries[p * pixel_step + row * row_step + run * run_step + i]
// meets the weights in their order, from the nibble `first_step` of each channel on.
typedef struct bnnmk_nibble_strip {
  uint32_t y, x, pixel_count;
  uint32_t row_count, run_count;
  bnnmk_tap_range whole;  // output columns all of whose taps count, but for those of rows that are left out
  size_t row_step, run_step, run_length, pixel_step, first_step;
  _Alignas(64) uint8_t entries[BNNMK_STRIP_ENTRIES + BNNMK_STRIP_SLACK];
} bnnmk_nibble_strip;

// Nibbles of a tap, an even number.
static inline size_t bnnmk_tap_nibbles(uint32_t channels) { return 2 * ((size_t)channels / 8 + (channels % 8 > 0)); }

// Makes the strip of output row y from column x on, as wide as its memory lets it be, in parts of about equal width.
void bnnmk_make_nibble_strip_x86_avx2(const bnnmk_binary_conv2d *conv, uint32_t y, uint32_t x,
                                      bnnmk_nibble_strip *strip);

#endif

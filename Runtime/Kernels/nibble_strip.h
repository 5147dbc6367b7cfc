// Binary convolution by nibble tables: a strip, some neighbouring output pixels of one row, whose input is taken apart
// into nibbles once for all output channels.
//
// An entry, of 16 bits, stands for eight channels of a tap: four times their byte, or BNNMK_NO_BYTE where the tap is
// padding. So all pixels of a strip have the same taps: columns on padding are entries too, which count nothing; rows
// on padding are left out.
#ifndef BNNM_NIBBLE_STRIP_H
#define BNNM_NIBBLE_STRIP_H

#include <stddef.h>

#include "window_taps.h"

enum {
  BNNMK_NO_BYTE = 4 * 256,
  BNNMK_STRIP_ENTRIES = 8192,  // four times as many as one pixel has where weights are laid out as nibbles
  BNNMK_STRIP_SLACK = 16,      // behind them, so that words are written whole
};

// For row < rows.last - rows.first, run < run_count, i < run_length, p < pixel_count:
//   entries[p * pixel_step + row * row_step + run * run_step + i]
// meets two nibbles of each channel's weights, in their order, from the entry `first_step` of the window on.
typedef struct bnnmk_nibble_strip {
  uint32_t y, x, pixel_count;
  uint32_t run_count;
  bnnmk_tap_range rows;   // of the window that lie on the input
  bnnmk_tap_range whole;  // output columns all of whose taps count, but for those of rows that are left out
  size_t row_step, run_step, run_length, pixel_step, first_step;
  _Alignas(64) uint16_t entries[BNNMK_STRIP_ENTRIES + BNNMK_STRIP_SLACK];
} bnnmk_nibble_strip;

// Entries of a tap.
static inline size_t bnnmk_tap_entries(uint32_t channels) { return (size_t)channels / 8 + (channels % 8 > 0); }

// Makes the strip of output row y from column x on, as wide as its memory lets it be, in parts of about equal width.
void bnnmk_make_nibble_strip_x86_avx2(const bnnmk_binary_conv2d *conv, uint32_t y, uint32_t x,
                                      bnnmk_nibble_strip *strip);

#endif

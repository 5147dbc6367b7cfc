// How kernels for NEON cut runs of pixels into tiles of few widths, each of which is a function of its own.
#ifndef BNNM_NEON_TILE_WIDTHS_H
#define BNNM_NEON_TILE_WIDTHS_H

#include "window_taps.h"

// `count` tiles of `width` pixels.
typedef struct bnnmk_tile_row {
  uint32_t width, count;
} bnnmk_tile_row;

// The next tiles where `left` pixels are left, at least one: of 8, 7, 4, 2 or 1 pixels, at most `widest`, a constant 4
// or 8. Rows of most maps are multiples of eight or seven pixels.
BNNMK_INLINE bnnmk_tile_row bnnmk_next_tiles(uint32_t left, const uint32_t widest) {
  if (widest == 8 && left % 8 != 0 && left % 7 == 0) {
    return (bnnmk_tile_row){7, left / 7};
  }
  if (left >= widest) {
    return (bnnmk_tile_row){widest, left / widest};
  }
  return (bnnmk_tile_row){left >= 4 ? 4 : left >= 2 ? 2 : 1, 1};
}

#endif

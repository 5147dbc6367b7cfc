// A tile of binary convolution for NEON: counts of some neighbouring pixels and eight channels, one register a
// pixel. Only the inner loops around it include this: count_shared_neon.h, count_box_neon.h.
#ifndef BNNM_TILE_COUNTS_NEON_H
#define BNNM_TILE_COUNTS_NEON_H

#include "count_tiles_neon.h"
#include "neon_differences.h"

// Pixels of the largest tile: one register of counts each, beside those of weights and columns. 64-bit ARM has 32
// registers, 32-bit ARM 16.
#if defined(__aarch64__)
enum { TILE = 8 };
#else
enum { TILE = 4 };
#endif

BNNMK_INLINE void store_counts(const uint16x8_t counts[], const int width, uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  BNNMK_UNROLL
  for (int p = 0; p < width; p++) {
    vst1q_u16(stored[p], counts[p]);
  }
}

#endif

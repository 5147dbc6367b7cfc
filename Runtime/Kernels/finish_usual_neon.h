// Epilogues that layers of binary networks mostly have, as straight code for tiles of eight and of seven pixels: each writes
// values and one byte of decisions a pixel. Only 64-bit ARM has registers enough.
#ifndef BNNM_FINISH_USUAL_NEON_H
#define BNNM_FINISH_USUAL_NEON_H

#include <arm_neon.h>

#include "plain_values_neon.h"
#include "window_taps.h"

// `tile_count` tiles of pixels from `pixel` on. Counts of accumulators: acc = 2 * (half - count).
typedef void bnnmk_finish_pixels(const bnnmk_plain_values *plan, uint16x8_t half, size_t row, size_t pixel,
                                 uint32_t tile_count, const uint16_t counts[][BNNMK_CHANNEL_BLOCK]);

typedef struct bnnmk_usual_finish {
  bnnmk_finish_pixels *of_seven, *of_eight;  // NULL where the epilogue is none of the usual ones
} bnnmk_usual_finish;

bnnmk_usual_finish bnnmk_find_usual_finish(const bnnmk_plain_steps *block);

#endif

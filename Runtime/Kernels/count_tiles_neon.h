// Counts of differing bits of a binary convolution for NEON: some neighbouring pixels of one row times a block of eight
// channels, kept in registers over the whole window. binary_conv2d_neon.c forms the runs, finish_counts_neon.h takes
// the counts.
#ifndef BNNM_COUNT_TILES_NEON_H
#define BNNM_COUNT_TILES_NEON_H

#include "count_shared_arm.h"
#include "count_words_arm.h"
#include "tap_box.h"

// Neighbouring pixels of a row. Their taps on the input are the box's; but with `is_shared`, where the kernel is three
// taps wide and neighbouring taps and pixels are neighbours on the input, the first pixel may lack its first column of
// taps, and the last pixel its last.
typedef struct bnnmk_neon_run {
  const uint64_t *input;    // the first pixel's first tap of the box, even where it lacks that
  size_t pixel_step;        // words
  const uint64_t *weights;  // the box's first tap
  const bnnmk_tap_box *box;
  uint32_t pixel_count;
  int is_shared, lacks_first, lacks_last;
  const uint16_t *start;                     // [8], what counts start with
  const uint16_t *start_first, *start_last;  // and those of pixels that lack taps
#if defined(BNNMK_HAS_ASSEMBLY)
  bnnmk_schedule schedule;
  // Rows of the output, more than one only where tiles are equal.
  uint32_t line_count;
  // The same for assembly: what is set before these counts, but columns, which are NULL where there are none.
  bnnmk_shared_tiles tiles;
  // The first pixel where pixels meet their words only, whose counts start with 0; or NULL.
  const uint8_t *pixels;
#endif
} bnnmk_neon_run;

// counts[p][m] = start[m] + popcount(x ^ w) over the taps; they stay below 2^16.
void bnnmk_count_run_neon(bnnmk_neon_run *run, uint16_t counts[][BNNMK_CHANNEL_BLOCK]);

#if defined(BNNMK_HAS_ASSEMBLY)
// Whether assembly takes so many pixels in tiles of one width.
int bnnmk_has_equal_tiles(uint32_t pixel_count);
#endif

#endif

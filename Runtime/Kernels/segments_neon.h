// Rows of a binary convolution for NEON as segments of pixels with the same taps, and what is reckoned of a segment
// once for many rows and all blocks of channels.
#ifndef BNNM_SEGMENTS_NEON_H
#define BNNM_SEGMENTS_NEON_H

#include "binary_conv2d.h"
#include "count_tiles_neon.h"
#include "finish_counts_neon.h"

// Pixels with taps of their own for which there is room.
enum { BNNMK_MAX_SINGLES = 8 };

// One row of one block.
typedef struct bnnmk_block_row {
  const bnnmk_binary_conv2d *conv;
  uint32_t block, y;
  bnnmk_tap_range rows;    // of taps
  bnnmk_tap_range inside;  // rows of the output with all taps
  bnnmk_block_finish *finish;
  uint16_t (*counts)[BNNMK_CHANNEL_BLOCK];  // room for as many as are stored at once
  bnnmk_counted_run counted;                // what of `counts` is not stored yet
  int is_stored_alone;                      // rows are told apart by their sums
#if defined(BNNMK_HAS_ASSEMBLY)
  const bnnmk_columns *columns;  // of the rows at hand, or NULL
  const uint8_t *pixels;         // the first one at hand where pixels meet their words only, or NULL
  bnnmk_schedule schedule;
#endif
} bnnmk_block_row;

// Pixels first..<last, which have the taps `columns`; with `is_shared`, the first and the last one maybe one less.
typedef struct bnnmk_segment {
  bnnmk_tap_range pixels, columns;
  int is_shared, lacks_first, lacks_last;
} bnnmk_segment;

// A segment of rows with the same taps: all but which row it is. Of other blocks of channels, only weights and, where
// padding counts, what counts start with are others.
typedef struct bnnmk_prepared_segment {
  bnnmk_segment part;
  bnnmk_tap_box box;
  bnnmk_neon_run run;  // all but its pixels
  size_t weights;      // in a block's: where the first tap of the box is
  int32_t all;         // of the counts
  size_t column;       // in a row of the input: where the first pixel's first tap of the box is
  uint16_t start[BNNMK_START_COUNT][BNNMK_CHANNEL_BLOCK];
  int can_take_rows;  // several at once
} bnnmk_prepared_segment;

// What is prepared for rows with the same taps: the segment of most pixels, and pixels with taps of their own.
typedef struct bnnmk_prepared_row {
  int is_prepared;
  bnnmk_tap_range taps;
  uint32_t block;  // that it was prepared for last
  uint32_t single_count;
  bnnmk_prepared_segment together, singles[BNNMK_MAX_SINGLES];
} bnnmk_prepared_row;

// Rows with all taps, and those prepared last of rows that lack first or last ones: so many kinds of each as windows up
// to five taps high have.
enum { BNNMK_EDGE_ROWS = 2 };
typedef struct bnnmk_prepared_rows {
  bnnmk_prepared_row inside, first[BNNMK_EDGE_ROWS], last[BNNMK_EDGE_ROWS];
} bnnmk_prepared_rows;

// The pixels of a row that run together: those of `interior`, all whose column taps lie on the input, and at either
// edge one with a tap on padding where that may be left out.
bnnmk_segment bnnmk_main_segment(const bnnmk_binary_conv2d *conv, bnnmk_tap_range interior);

// Nothing is prepared yet.
void bnnmk_begin_rows(bnnmk_prepared_rows *rows);

// What there is for the taps and the block of `row`, whose main segment is `part`.
bnnmk_prepared_row *bnnmk_prepare_row(const bnnmk_block_row *row, const bnnmk_segment *part, bnnmk_prepared_rows *rows);

// Pixel `x`, which has taps of its own: of these the one of number `place`, in order. Where there is no room for so
// many, in `other`.
bnnmk_prepared_segment *bnnmk_prepare_single(const bnnmk_block_row *row, uint32_t x, uint32_t place,
                                             bnnmk_prepared_row *prepared, bnnmk_prepared_segment *other);

#endif

// The input of a binary convolution as bytes -1 and +1, as tiles load it.
//
// A plane has 64 channels of every so many rows and columns of the input, as strides have it: pixels that are one
// output apart are neighbours, 64 bytes from each other, whatever the stride. Rows follow each other at `pitch` pixels,
// the columns of padding on a row's right being those on the left of the next one. So a tap of all outputs is one run
// of pixels; behind each row of outputs it has some that mean nothing.
#ifndef BNNM_PLANES_X86_AMX_H
#define BNNM_PLANES_X86_AMX_H

#include "bnnm_kernels.h"

enum {
  BNNMK_MOST_AXIS_TAPS = 16,
  BNNMK_MOST_TILE_STEPS = 512,
  BNNMK_PLANE_PIXEL_BYTES = 64,
};

// One axis of the window. Its taps read, by their distance and the stride, planes of some phases.
typedef struct bnnmk_plane_axis {
  uint32_t phase_count, most_shift;
  uint32_t phases[BNNMK_MOST_AXIS_TAPS];      // of each tap
  uint32_t shifts[BNNMK_MOST_AXIS_TAPS];      // of each tap: outputs from the plane's first pixel to what it reads
  uint32_t remainders[BNNMK_MOST_AXIS_TAPS];  // of each phase: inputs before its first one
} bnnmk_plane_axis;

// What does not depend on rows.
typedef struct bnnmk_plane_form {
  bnnmk_plane_axis y, x;
  uint32_t pitch, shared;  // pixels: from row to row, and the columns of padding that rows share
} bnnmk_plane_form;

// Rows of the output that are convolved at once: `run` pixels, those that mean nothing included.
typedef struct bnnmk_plane_band {
  uint32_t first_row, row_count;
  uint32_t run;
  uint32_t tile_count, tile_rows;  // that they make
  uint64_t plane_pixels, byte_count;
} bnnmk_plane_band;

// A step of all sums: 64 channels of a tap.
typedef struct bnnmk_tile_step {
  uint32_t input;    // bytes from the first plane's first pixel
  uint32_t weights;  // words from the first tap's
} bnnmk_tile_step;

// 0 where the window has more taps, or is larger, than planes are made for.
int bnnmk_form_planes(const bnnmk_binary_conv2d *conv, bnnmk_plane_form *form);

bnnmk_plane_band bnnmk_band_of_planes(const bnnmk_binary_conv2d *conv, const bnnmk_plane_form *form, uint32_t first_row,
                                      uint32_t row_count);

// Cycles that all tiles' sums of a step take at least.
uint32_t bnnmk_tile_cycles(uint32_t tile_count, uint32_t tile_rows);

// Fills `steps`, all taps of 64 channels before those of the next.
void bnnmk_set_tile_steps(const bnnmk_binary_conv2d *conv, const bnnmk_plane_form *form, const bnnmk_plane_band *band,
                          bnnmk_tile_step *steps);

// Fills the planes of a band, which are aligned to 64 bytes. What is behind the last pixel that an output reads, stays.
void bnnmk_fill_planes(const bnnmk_binary_conv2d *conv, const bnnmk_plane_form *form, const bnnmk_plane_band *band,
                       int8_t *planes);

#endif

// A box of taps (some kernel rows times some kernel columns) as the inner loops of convolutions see it: rows of runs of
// contiguous input elements beside the elements of the weights they meet. An element is a 64-bit word of a binary
// convolution or a float of a float one.
#ifndef BNNM_TAP_BOX_H
#define BNNM_TAP_BOX_H

#include <stddef.h>

#include "window_taps.h"

//   for row < row_count, run < run_count, i < run_length:
//     input[row * input_row_step + run * input_run_step + i]  meets
//     weights of element row * weights_row_step + run * weights_run_step + i
typedef struct bnnmk_tap_box {
  uint32_t row_count, run_count;
  size_t run_length;
  size_t input_row_step, input_run_step;      // elements
  size_t weights_row_step, weights_run_step;  // elements, each as wide as the weights have channels side by side
} bnnmk_tap_box;

// The box of `rows` times `columns` for an input of `stride` elements a pixel, `used` of them meeting weights.
// Neighbouring taps that follow each other in memory become one run.
BNNMK_INLINE bnnmk_tap_box bnnmk_make_tap_box(const bnnmk_window *w, size_t stride, size_t used, bnnmk_tap_range rows,
                                              bnnmk_tap_range columns) {
  bnnmk_tap_box box = {
      .row_count = rows.last - rows.first,
      .run_count = columns.last - columns.first,
      .run_length = used,
      .input_row_step = (size_t)w->dilation_h * w->in_w * stride,
      .input_run_step = (size_t)w->dilation_w * stride,
      .weights_row_step = (size_t)w->kernel_w * used,
      .weights_run_step = used,
  };
  if (box.run_count == 0) {
    box.row_count = 0;
  } else if (box.run_count == 1 || box.input_run_step == used) {
    box.run_length *= box.run_count;
    box.run_count = 1;
  }
  return box;
}

// Element of the input that the first tap of the box reads, for output pixel (out_y, out_x). The box must not be empty.
BNNMK_INLINE size_t bnnmk_box_input(const bnnmk_window *w, size_t stride, uint32_t out_y, uint32_t out_x, uint32_t row,
                                    uint32_t column) {
  size_t y = (size_t)((int64_t)out_y * w->stride_h - w->pad_top + (int64_t)row * w->dilation_h);
  size_t x = (size_t)((int64_t)out_x * w->stride_w - w->pad_left + (int64_t)column * w->dilation_w);
  return (y * w->in_w + x) * stride;
}

#endif

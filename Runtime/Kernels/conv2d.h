// The outer loops of float convolution, written once: rows, blocks of pixels, border taps. An instruction set's file
// gives the inner loop. Each output is bias (or 0), then the taps' terms one after the other in the order of the
// weights: it does not depend on how the work is split.
#ifndef BNNM_CONV2D_H
#define BNNM_CONV2D_H

#include "separate_roundings.h"
#include "tap_box.h"

enum { BNNMK_CONV2D_PIXEL_BLOCK = 6 };

// All output channels of `pixel_count` (1...BNNMK_CONV2D_PIXEL_BLOCK) pixels whose taps on the input are the box.
// `input` stands on the first pixel's first tap, the pixels are `pixel_step` floats apart; `weights` stands on the
// box's first tap; `output` on the first pixel.
typedef void bnnmk_convolve_pixels(const bnnmk_conv2d *conv, const float *input, size_t pixel_step,
                                   uint32_t pixel_count, const float *weights, const bnnmk_tap_box *box, float *output);

// Output rows begin..<end, row by row.
BNNMK_INLINE void bnnmk_conv2d_each_row(const bnnmk_conv2d *conv, uint32_t begin, uint32_t end,
                                        bnnmk_convolve_pixels *convolve_pixels) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range interior = bnnmk_interior_columns(w);
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    for (uint32_t x = 0; x < w->out_w;) {
      bnnmk_tap_range columns = {0, w->kernel_w};
      uint32_t pixel_count = 1;
      if (x >= interior.first && x < interior.last) {
        const uint32_t left = interior.last - x;
        pixel_count = left < BNNMK_CONV2D_PIXEL_BLOCK ? left : BNNMK_CONV2D_PIXEL_BLOCK;
        // A last pixel by itself would wait for its weights.
        if (left == BNNMK_CONV2D_PIXEL_BLOCK + 1) {
          pixel_count = (left + 1) / 2;
        }
      } else {
        columns = bnnmk_column_taps(w, x);
      }
      const bnnmk_tap_box box = bnnmk_make_tap_box(w, conv->input_stride, conv->channels, rows, columns);
      const float *input = conv->input;
      const float *weights = conv->weights;
      if (box.row_count > 0) {
        input += bnnmk_box_input(w, conv->input_stride, y, x, rows.first, columns.first);
        weights += ((size_t)rows.first * w->kernel_w + columns.first) * conv->channels * conv->out_channels;
      }
      float *output = conv->output + ((size_t)y * w->out_w + x) * conv->output_stride;
      convolve_pixels(conv, input, (size_t)w->stride_w * conv->input_stride, pixel_count, weights, &box, output);
      x += pixel_count;
    }
  }
}

// The whole kernel: output rows begin..<end. Where every pixel meets one of the input, rows are one long row.
BNNMK_INLINE void bnnmk_conv2d_rows(const bnnmk_conv2d *conv, uint32_t begin, uint32_t end,
                                    bnnmk_convolve_pixels *convolve_pixels) {
  const bnnmk_window *w = &conv->window;
  const uint64_t pixel_count = (uint64_t)(end - begin) * w->out_w;
  const int is_pointwise = w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1 &&
                           w->pad_top == 0 && w->pad_left == 0 && w->in_h == w->out_h && w->in_w == w->out_w;
  if (!is_pointwise || begin == end || pixel_count > INT32_MAX) {
    bnnmk_conv2d_each_row(conv, begin, end, convolve_pixels);
    return;
  }
  const size_t first = (size_t)begin * w->out_w;
  bnnmk_conv2d row = *conv;
  row.window.in_h = row.window.out_h = 1;
  row.window.in_w = row.window.out_w = (uint32_t)pixel_count;
  row.input += first * conv->input_stride;
  row.output += first * conv->output_stride;
  bnnmk_conv2d_each_row(&row, 0, 1, convolve_pixels);
}

#endif

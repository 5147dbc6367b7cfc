// The outer loops of binary convolution, written once: channel blocks, rows, blocks of pixels, border taps. An
// instruction set's file gives the inner loop, which counts differing bits, and the decision of eight accumulators.
#ifndef BNNM_BINARY_CONV2D_H
#define BNNM_BINARY_CONV2D_H

#include "binary_conv2d_output.h"
#include "separate_roundings.h"
#include "tap_box.h"

// Pixels that share the loads of weights; an instruction set with more registers defines more before it includes this.
#ifndef BNNMK_PIXEL_BLOCK
#define BNNMK_PIXEL_BLOCK 4
#endif

// counts[p][m] += popcount(x ^ w) over the box, for `pixel_count` (1...BNNMK_PIXEL_BLOCK) pixels, `pixel_step` words
// apart, and the eight channels of a block of weights. `input` and `weights` stand on the box's first tap.
typedef void bnnmk_count_differences(const uint64_t *input, size_t pixel_step, uint32_t pixel_count,
                                     const uint64_t *weights, const bnnmk_tap_box *box,
                                     uint32_t counts[][BNNMK_CHANNEL_BLOCK]);

// Adds to `counts` what the taps on padding differ from the pad pixel: all rows of the window but `rows`, and of `rows`
// all columns but `columns`. The same for every pixel with these ranges.
BNNMK_INLINE void bnnmk_count_padding(const bnnmk_binary_conv2d *conv, const uint64_t *weights, bnnmk_tap_range rows,
                                      bnnmk_tap_range columns, bnnmk_count_differences *count_differences,
                                      uint32_t counts[][BNNMK_CHANNEL_BLOCK]) {
  const uint32_t kernel_h = conv->window.kernel_h, kernel_w = conv->window.kernel_w;
  const struct {
    bnnmk_tap_range rows, columns;
  } parts[4] = {
      {{0, rows.first}, {0, kernel_w}},
      {{rows.last, kernel_h}, {0, kernel_w}},
      {rows, {0, columns.first}},
      {rows, {columns.last, kernel_w}},
  };
  for (int i = 0; i < 4; i++) {
    bnnmk_tap_box box = {
        .row_count = parts[i].rows.last - parts[i].rows.first,
        .run_count = parts[i].columns.last - parts[i].columns.first,
        .run_length = conv->input_words,
        .weights_row_step = (size_t)kernel_w * conv->input_words,
        .weights_run_step = conv->input_words,
    };
    if (box.row_count > 0 && box.run_count > 0) {
      size_t first = ((size_t)parts[i].rows.first * kernel_w + parts[i].columns.first) * conv->input_words;
      count_differences(conv->pad_pixel, 0, 1, weights + first * BNNMK_CHANNEL_BLOCK, &box, counts);
    }
  }
}

// `pixel_count` neighbouring pixels of one row, whose taps on the input are the same, times one block of channels.
BNNMK_INLINE void bnnmk_binary_conv2d_pixels(const bnnmk_binary_conv2d *conv, bnnmk_output kind, uint32_t block,
                                             uint32_t y, uint32_t x, uint32_t pixel_count, bnnmk_tap_range rows,
                                             bnnmk_tap_range columns, const bnnmk_tap_box *box,
                                             bnnmk_count_differences *count_differences, bnnmk_decide *decide) {
  const bnnmk_window *w = &conv->window;
  const size_t weights_per_block = (size_t)w->kernel_h * w->kernel_w * conv->input_words * BNNMK_CHANNEL_BLOCK;
  const uint64_t *weights = conv->weights + block * weights_per_block;
  uint32_t counts[BNNMK_PIXEL_BLOCK][BNNMK_CHANNEL_BLOCK] = {{0}};
  uint32_t tap_count = 0;
  if (box->row_count > 0) {
    const uint64_t *input = conv->input + bnnmk_box_input(w, conv->input_stride, y, x, rows.first, columns.first);
    size_t first = ((size_t)rows.first * w->kernel_w + columns.first) * conv->input_words;
    count_differences(input, (size_t)w->stride_w * conv->input_stride, pixel_count,
                      weights + first * BNNMK_CHANNEL_BLOCK, box, counts);
    tap_count = (rows.last - rows.first) * (columns.last - columns.first);
  }
  if (conv->pad_pixel && tap_count < w->kernel_h * w->kernel_w) {
    if (tap_count == 0) {
      rows = columns = (bnnmk_tap_range){0, 0};
    }
    uint32_t padding[1][BNNMK_CHANNEL_BLOCK] = {{0}};
    bnnmk_count_padding(conv, weights, rows, columns, count_differences, padding);
    for (uint32_t p = 0; p < pixel_count; p++) {
      for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
        counts[p][m] += padding[0][m];
      }
    }
    tap_count = w->kernel_h * w->kernel_w;
  }
  const uint32_t all = tap_count * conv->channels;
  for (uint32_t p = 0; p < pixel_count; p++) {
    int32_t accumulators[BNNMK_CHANNEL_BLOCK];
    for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
      accumulators[m] = (int32_t)(all - 2 * counts[p][m]);
    }
    bnnmk_store_accumulators(conv, kind, (size_t)y * w->out_w + x + p, block, accumulators, decide);
  }
}

// Output rows begin..<end for one output kind, a constant in every call.
BNNMK_INLINE void bnnmk_binary_conv2d_rows(const bnnmk_binary_conv2d *conv, bnnmk_output kind, uint32_t begin,
                                           uint32_t end, bnnmk_count_differences *count_differences,
                                           bnnmk_decide *decide) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range interior = bnnmk_interior_columns(w);
  const uint32_t block_count =
      conv->out_channels / BNNMK_CHANNEL_BLOCK + (conv->out_channels % BNNMK_CHANNEL_BLOCK > 0);
  // Blocks outermost: a block's weights stay in the first-level cache for the whole map.
  for (uint32_t block = 0; block < block_count; block++) {
    for (uint32_t y = begin; y < end; y++) {
      const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
      bnnmk_tap_range columns = {0, w->kernel_w};
      const bnnmk_tap_box inner = bnnmk_make_tap_box(w, conv->input_stride, conv->input_words, rows, columns);
      for (uint32_t x = 0; x < w->out_w;) {
        if (x >= interior.first && x < interior.last) {
          uint32_t left = interior.last - x;
          uint32_t pixel_count = left < BNNMK_PIXEL_BLOCK ? left : BNNMK_PIXEL_BLOCK;
          columns = (bnnmk_tap_range){0, w->kernel_w};
          bnnmk_binary_conv2d_pixels(conv, kind, block, y, x, pixel_count, rows, columns, &inner, count_differences,
                                     decide);
          x += pixel_count;
        } else {
          columns = bnnmk_column_taps(w, x);
          bnnmk_tap_box border = bnnmk_make_tap_box(w, conv->input_stride, conv->input_words, rows, columns);
          bnnmk_binary_conv2d_pixels(conv, kind, block, y, x, 1, rows, columns, &border, count_differences, decide);
          x++;
        }
      }
    }
  }
}

// The whole kernel: output rows begin..<end.
BNNMK_INLINE void bnnmk_binary_conv2d_whole(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                            bnnmk_count_differences *count_differences, bnnmk_decide *decide) {
  switch (conv->output_kind) {
    case BNNMK_OUTPUT_BITS:
      bnnmk_binary_conv2d_rows(conv, BNNMK_OUTPUT_BITS, begin, end, count_differences, decide);
      break;
    case BNNMK_OUTPUT_INT32:
      bnnmk_binary_conv2d_rows(conv, BNNMK_OUTPUT_INT32, begin, end, count_differences, decide);
      break;
    case BNNMK_OUTPUT_FLOAT32:
      bnnmk_binary_conv2d_rows(conv, BNNMK_OUTPUT_FLOAT32, begin, end, count_differences, decide);
      break;
  }
}

#endif

// The outer loops of binary convolution, written once: channel blocks, rows, tiles of pixels, border taps. An
// instruction set's file gives the inner loops, which count differing bits, and what becomes of a tile.
#ifndef BNNM_BINARY_CONV2D_H
#define BNNM_BINARY_CONV2D_H

#include "binary_conv2d_tile.h"
#include "count_differences.h"

// A bnnmk_count_differences of the bits that `mask`, beside the input, has: counts[p][m] += popcount(mask & (x ^ w));
// and ones[p] += popcount(mask), what the channels have in common.
typedef void bnnmk_count_masked_differences(const uint64_t *input, const uint64_t *mask, size_t pixel_step,
                                            uint32_t pixel_count, const uint64_t *weights, const bnnmk_tap_box *box,
                                            uint32_t counts[][BNNMK_CHANNEL_BLOCK], uint32_t ones[]);

// Plain C, for levels without one of their own.
bnnmk_count_masked_differences bnnmk_count_masked_generic;

// The parts of an instruction set.
typedef struct bnnmk_binary_conv2d_parts {
  uint32_t pixel_block;  // pixels of a tile: those that share the loads of weights
  bnnmk_count_differences *count_differences;
  bnnmk_count_masked_differences *count_masked_differences;
  bnnmk_decide *decide;
  bnnmk_run_tile *run_tile;
} bnnmk_binary_conv2d_parts;

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
BNNMK_INLINE void bnnmk_convolve_tile(const bnnmk_binary_conv2d *conv, bnnmk_output kind, uint32_t block, uint32_t y,
                                      uint32_t x, uint32_t pixel_count, bnnmk_tap_range rows, bnnmk_tap_range columns,
                                      const bnnmk_tap_box *box, bnnmk_binary_conv2d_parts parts) {
  const bnnmk_window *w = &conv->window;
  const size_t weights_per_block = (size_t)w->kernel_h * w->kernel_w * conv->input_words * BNNMK_CHANNEL_BLOCK;
  const uint64_t *weights = conv->weights + block * weights_per_block;
  uint32_t counts[BNNMK_MAX_PIXEL_BLOCK][BNNMK_CHANNEL_BLOCK] = {{0}};
  uint32_t ones[BNNMK_MAX_PIXEL_BLOCK] = {0};  // with a mask
  uint32_t tap_count = 0;
  if (box->row_count > 0) {
    const size_t input = bnnmk_box_input(w, conv->input_stride, y, x, rows.first, columns.first);
    const size_t pixel_step = (size_t)w->stride_w * conv->input_stride;
    const size_t first = ((size_t)rows.first * w->kernel_w + columns.first) * conv->input_words;
    const uint64_t *box_weights = weights + first * BNNMK_CHANNEL_BLOCK;
    if (conv->mask) {
      parts.count_masked_differences(conv->input + input, conv->mask + input, pixel_step, pixel_count, box_weights, box,
                                     counts, ones);
    } else {
      parts.count_differences(conv->input + input, pixel_step, pixel_count, box_weights, box, counts);
    }
    tap_count = (rows.last - rows.first) * (columns.last - columns.first);
  }
  if (conv->pad_pixel && tap_count < w->kernel_h * w->kernel_w) {
    if (tap_count == 0) {
      rows = columns = (bnnmk_tap_range){0, 0};
    }
    uint32_t padding[1][BNNMK_CHANNEL_BLOCK] = {{0}};
    bnnmk_count_padding(conv, weights, rows, columns, parts.count_differences, padding);
    for (uint32_t p = 0; p < pixel_count; p++) {
      for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
        counts[p][m] += padding[0][m];
      }
    }
    tap_count = w->kernel_h * w->kernel_w;
  }
  int32_t accumulators[BNNMK_MAX_PIXEL_BLOCK][BNNMK_CHANNEL_BLOCK];
  for (uint32_t p = 0; p < pixel_count; p++) {
    const uint32_t all = conv->mask ? ones[p] : tap_count * conv->channels;
    for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
      accumulators[p][m] = (int32_t)(all - 2 * counts[p][m]);
    }
  }
  const size_t pixel = (size_t)y * w->out_w + x;
  const bnnmk_tile tile = {y, pixel, pixel_count, block, accumulators};
  bnnmk_store_tile(conv, kind, &tile, parts.decide, parts.run_tile);
}

// Output rows begin..<end for one output kind, a constant in the calls of fast levels.
BNNMK_INLINE void bnnmk_binary_conv2d_rows(const bnnmk_binary_conv2d *conv, bnnmk_output kind, uint32_t begin,
                                           uint32_t end, bnnmk_binary_conv2d_parts parts) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range interior = bnnmk_interior_columns(w), all_columns = {0, w->kernel_w};
  const uint32_t block_count =
      conv->out_channels / BNNMK_CHANNEL_BLOCK + (conv->out_channels % BNNMK_CHANNEL_BLOCK > 0);
  // Blocks outermost: a block's weights stay in the first-level cache for the whole map.
  for (uint32_t block = 0; block < block_count; block++) {
    for (uint32_t y = begin; y < end; y++) {
      const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
      const bnnmk_tap_box inner = bnnmk_make_tap_box(w, conv->input_stride, conv->input_words, rows, all_columns);
      uint32_t pixel_count;
      for (uint32_t x = 0; x < w->out_w; x += pixel_count) {
        bnnmk_tap_range columns = all_columns;
        const bnnmk_tap_box *box = &inner;
        bnnmk_tap_box border;
        if (x >= interior.first && x < interior.last) {
          const uint32_t left = interior.last - x;
          pixel_count = left < parts.pixel_block ? left : parts.pixel_block;
        } else {
          columns = bnnmk_column_taps(w, x);
          border = bnnmk_make_tap_box(w, conv->input_stride, conv->input_words, rows, columns);
          box = &border;
          pixel_count = 1;
        }
        bnnmk_convolve_tile(conv, kind, block, y, x, pixel_count, rows, columns, box, parts);
      }
    }
  }
}

// The whole kernel of a fast level.
BNNMK_INLINE void bnnmk_binary_conv2d_by_parts(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                               bnnmk_binary_conv2d_parts parts) {
  switch (conv->output_kind) {
    case BNNMK_OUTPUT_BITS:
      bnnmk_binary_conv2d_rows(conv, BNNMK_OUTPUT_BITS, begin, end, parts);
      break;
    case BNNMK_OUTPUT_INT32:
      bnnmk_binary_conv2d_rows(conv, BNNMK_OUTPUT_INT32, begin, end, parts);
      break;
    case BNNMK_OUTPUT_FLOAT32:
      bnnmk_binary_conv2d_rows(conv, BNNMK_OUTPUT_FLOAT32, begin, end, parts);
      break;
    case BNNMK_OUTPUT_EPILOGUE:
      bnnmk_binary_conv2d_rows(conv, BNNMK_OUTPUT_EPILOGUE, begin, end, parts);
      break;
  }
}

#endif

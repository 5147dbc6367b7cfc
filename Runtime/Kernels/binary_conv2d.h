// The outer loops of binary convolution, written once: channel blocks, rows, tiles of pixels, border taps. An
// instruction set's file gives what convolves a tile: the inner loops, which count differing bits, and what becomes of
// the counts.
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

// Some neighbouring pixels of one row, whose taps on the input are the same, times one block of channels.
typedef struct bnnmk_tile_taps {
  uint32_t block, y, x, pixel_count;
  bnnmk_tap_range rows, columns;
  const bnnmk_tap_box *box;
} bnnmk_tile_taps;

// Convolves a tile of `kind`, a constant in the calls of fast levels.
typedef void bnnmk_convolve(const bnnmk_binary_conv2d *conv, bnnmk_output kind, const bnnmk_tile_taps *taps);

// The parts of an instruction set whose tiles are those of bnnmk_convolve_by_parts.
typedef struct bnnmk_binary_conv2d_parts {
  bnnmk_count_differences *count_differences;
  bnnmk_count_masked_differences *count_masked_differences;
  bnnmk_decide *decide;
  bnnmk_finish_values *finish_values;
} bnnmk_binary_conv2d_parts;

// The first word of a block's weights.
BNNMK_INLINE const uint64_t *bnnmk_block_weights(const bnnmk_binary_conv2d *conv, uint32_t block) {
  const size_t taps = (size_t)conv->window.kernel_h * conv->window.kernel_w;
  return conv->weights + block * taps * conv->input_words * BNNMK_CHANNEL_BLOCK;
}

// Channels of a tap's sum of differences from padding.
static inline size_t bnnmk_padding_stride(const bnnmk_binary_conv2d *conv) {
  return ((size_t)conv->out_channels + BNNMK_CHANNEL_BLOCK - 1) / BNNMK_CHANNEL_BLOCK * BNNMK_CHANNEL_BLOCK;
}

// Sums of differences from padding of the channels from one on, at the corners of a box of taps: its taps differ in
//   [1][1] - [0][1] - [1][0] + [0][0].
typedef struct bnnmk_padding_corners {
  const uint32_t *at[2][2];  // [first or last row][first or last column]
} bnnmk_padding_corners;

static inline bnnmk_padding_corners bnnmk_corners_of(const bnnmk_binary_conv2d *conv, bnnmk_tap_range rows,
                                                     bnnmk_tap_range columns, uint32_t channel) {
  const size_t stride = bnnmk_padding_stride(conv), row_stride = (conv->window.kernel_w + 1) * stride;
  const uint32_t *first = conv->padding_sums + rows.first * row_stride + channel,
                 *last = conv->padding_sums + rows.last * row_stride + channel;
  return (bnnmk_padding_corners){{{first + columns.first * stride, first + columns.last * stride},
                                  {last + columns.first * stride, last + columns.last * stride}}};
}

// The sums of all taps of the window, of the channels from one on.
static inline const uint32_t *bnnmk_all_padding(const bnnmk_binary_conv2d *conv, uint32_t channel) {
  const size_t corners = ((size_t)conv->window.kernel_h + 1) * (conv->window.kernel_w + 1);
  return conv->padding_sums + (corners - 1) * bnnmk_padding_stride(conv) + channel;
}

// Sets `counts`, of `count` channels from `channel` on, to what the taps on padding differ from it: all but those of
// `rows` and `columns`. The same for every pixel with these ranges.
static inline void bnnmk_count_padding(const bnnmk_binary_conv2d *conv, bnnmk_tap_range rows, bnnmk_tap_range columns,
                                       uint32_t channel, uint32_t count, uint32_t *counts) {
  const bnnmk_padding_corners box = bnnmk_corners_of(conv, rows, columns, channel);
  const uint32_t *all = bnnmk_all_padding(conv, channel);
  for (uint32_t m = 0; m < count; m++) {
    counts[m] = all[m] - box.at[1][1][m] + box.at[0][1][m] + box.at[1][0][m] - box.at[0][0][m];
  }
}

// The body of a bnnmk_convolve of at most BNNMK_MAX_PIXEL_BLOCK pixels.
BNNMK_INLINE void bnnmk_convolve_by_parts(const bnnmk_binary_conv2d *conv, bnnmk_output kind,
                                          const bnnmk_tile_taps *taps, bnnmk_binary_conv2d_parts parts) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_box *box = taps->box;
  const uint32_t pixel_count = taps->pixel_count;
  const bnnmk_tap_range rows = taps->rows, columns = taps->columns;
  const uint64_t *weights = bnnmk_block_weights(conv, taps->block);
  uint32_t counts[BNNMK_MAX_PIXEL_BLOCK][BNNMK_CHANNEL_BLOCK];
  uint32_t ones[BNNMK_MAX_PIXEL_BLOCK] = {0};  // with a mask
  for (uint32_t p = 0; p < pixel_count; p++) {
    for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
      counts[p][m] = 0;
    }
  }
  uint32_t tap_count = 0;
  if (box->row_count > 0) {
    const size_t input = bnnmk_box_input(w, conv->input_stride, taps->y, taps->x, rows.first, columns.first);
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
  if (conv->padding_sums && tap_count < w->kernel_h * w->kernel_w) {
    uint32_t padding[BNNMK_CHANNEL_BLOCK];
    bnnmk_count_padding(conv, rows, columns, taps->block * BNNMK_CHANNEL_BLOCK, BNNMK_CHANNEL_BLOCK, padding);
    for (uint32_t p = 0; p < pixel_count; p++) {
      for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
        counts[p][m] += padding[m];
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
  const size_t pixel = (size_t)taps->y * w->out_w + taps->x;
  const bnnmk_tile tile = {taps->y, pixel, pixel_count, taps->block, accumulators};
  bnnmk_store_tile(conv, kind, &tile, parts.decide, parts.finish_values);
}

// Rows that go through all blocks before the next ones do. One pass a block leaves its weights in the first-level cache
// for the whole map. But an epilogue's values and operands are walked once a block: as many rows as take about the
// memory of the weights keep both walks in the caches.
BNNMK_INLINE uint32_t bnnmk_rows_at_a_time(const bnnmk_binary_conv2d *conv, bnnmk_output kind, uint32_t row_count) {
  if (kind != BNNMK_OUTPUT_EPILOGUE) {
    return row_count;
  }
  const bnnmk_window *w = &conv->window;
  const uint64_t tap_words = (uint64_t)w->kernel_h * w->kernel_w * conv->input_words;
  const uint64_t rows = conv->out_channels * tap_words * 8 / ((uint64_t)w->out_w * conv->output_channels * 4) + 1;
  return rows < row_count ? (uint32_t)rows : row_count;
}

// Output rows begin..<end of one block, in tiles of at most `pixel_block` pixels, which share the loads of weights.
// `interior` are the columns all of whose taps lie on the input.
BNNMK_INLINE void bnnmk_convolve_rows(const bnnmk_binary_conv2d *conv, bnnmk_output kind, uint32_t block,
                                      uint32_t begin, uint32_t end, bnnmk_tap_range interior, uint32_t pixel_block,
                                      bnnmk_convolve *convolve) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range all_columns = {0, w->kernel_w};
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
        pixel_count = left < pixel_block ? left : pixel_block;
      } else {
        columns = bnnmk_column_taps(w, x);
        border = bnnmk_make_tap_box(w, conv->input_stride, conv->input_words, rows, columns);
        box = &border;
        pixel_count = 1;
      }
      const bnnmk_tile_taps taps = {block, y, x, pixel_count, rows, columns, box};
      convolve(conv, kind, &taps);
    }
  }
}

// All blocks of channels of output rows begin..<end.
BNNMK_INLINE void bnnmk_convolve_blocks(const bnnmk_binary_conv2d *conv, bnnmk_output kind, uint32_t begin,
                                        uint32_t end, uint32_t pixel_block, bnnmk_convolve *convolve) {
  const uint32_t block_count =
      conv->out_channels / BNNMK_CHANNEL_BLOCK + (conv->out_channels % BNNMK_CHANNEL_BLOCK > 0);
  const bnnmk_tap_range interior = bnnmk_interior_columns(&conv->window);
  const uint32_t at_a_time = bnnmk_rows_at_a_time(conv, kind, end - begin);
  for (uint32_t first = begin; first < end;) {
    const uint32_t left = end - first, last = first + (left < at_a_time ? left : at_a_time);
    for (uint32_t block = 0; block < block_count; block++) {
      bnnmk_convolve_rows(conv, kind, block, first, last, interior, pixel_block, convolve);
    }
    first = last;
  }
}

// The whole kernel of a fast level.
BNNMK_INLINE void bnnmk_binary_conv2d_by_tiles(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                               uint32_t pixel_block, bnnmk_convolve *convolve) {
  switch (conv->output_kind) {
    case BNNMK_OUTPUT_BITS:
      bnnmk_convolve_blocks(conv, BNNMK_OUTPUT_BITS, begin, end, pixel_block, convolve);
      break;
    case BNNMK_OUTPUT_INT32:
      bnnmk_convolve_blocks(conv, BNNMK_OUTPUT_INT32, begin, end, pixel_block, convolve);
      break;
    case BNNMK_OUTPUT_FLOAT32:
      bnnmk_convolve_blocks(conv, BNNMK_OUTPUT_FLOAT32, begin, end, pixel_block, convolve);
      break;
    case BNNMK_OUTPUT_EPILOGUE:
      bnnmk_convolve_blocks(conv, BNNMK_OUTPUT_EPILOGUE, begin, end, pixel_block, convolve);
      break;
  }
}

#endif

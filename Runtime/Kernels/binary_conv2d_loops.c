// The outer loops of binary convolution, once for all instruction sets: channel blocks, rows, tiles of pixels, border
// taps.
#include "binary_conv2d.h"

// Adds to `counts` what the taps on padding differ from the pad pixel: all rows of the window but `rows`, and of `rows`
// all columns but `columns`. The same for every pixel with these ranges.
static void count_padding(const bnnmk_binary_conv2d *conv, const uint64_t *weights, bnnmk_tap_range rows,
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
static void convolve_pixels(const bnnmk_binary_conv2d *conv, uint32_t block, uint32_t y, uint32_t x,
                            uint32_t pixel_count, bnnmk_tap_range rows, bnnmk_tap_range columns,
                            const bnnmk_tap_box *box, const bnnmk_binary_conv2d_parts *parts) {
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
      parts->count_masked_differences(conv->input + input, conv->mask + input, pixel_step, pixel_count, box_weights,
                                      box, counts, ones);
    } else {
      parts->count_differences(conv->input + input, pixel_step, pixel_count, box_weights, box, counts);
    }
    tap_count = (rows.last - rows.first) * (columns.last - columns.first);
  }
  if (conv->pad_pixel && tap_count < w->kernel_h * w->kernel_w) {
    if (tap_count == 0) {
      rows = columns = (bnnmk_tap_range){0, 0};
    }
    uint32_t padding[1][BNNMK_CHANNEL_BLOCK] = {{0}};
    count_padding(conv, weights, rows, columns, parts->count_differences, padding);
    for (uint32_t p = 0; p < pixel_count; p++) {
      for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
        counts[p][m] += padding[0][m];
      }
    }
    tap_count = w->kernel_h * w->kernel_w;
  }
  bnnmk_tile tile = {.row = y, .pixel = (size_t)y * w->out_w + x, .pixel_count = pixel_count, .block = block};
  for (uint32_t p = 0; p < pixel_count; p++) {
    const uint32_t all = conv->mask ? ones[p] : tap_count * conv->channels;
    for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
      tile.accumulators[p][m] = (int32_t)(all - 2 * counts[p][m]);
    }
  }
  parts->finish_tile(conv, &tile);
}

void bnnmk_binary_conv2d_by_parts(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                  const bnnmk_binary_conv2d_parts *parts) {
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
          uint32_t pixel_count = left < parts->pixel_block ? left : parts->pixel_block;
          columns = (bnnmk_tap_range){0, w->kernel_w};
          convolve_pixels(conv, block, y, x, pixel_count, rows, columns, &inner, parts);
          x += pixel_count;
        } else {
          columns = bnnmk_column_taps(w, x);
          bnnmk_tap_box border = bnnmk_make_tap_box(w, conv->input_stride, conv->input_words, rows, columns);
          convolve_pixels(conv, block, y, x, 1, rows, columns, &border, parts);
          x++;
        }
      }
    }
  }
}

// The outer loops of float convolution, once for all instruction sets: blocks of output channels, whose weights then
// stay in a cache for all rows at hand, and tiles of pixels whose taps on the input are the same.
//
// Tiles lie along a row where all column taps are on the input; along a column at the left and right border, so that
// border pixels share the loads of weights, too; a pointwise convolution's rows are one.
#include "conv2d.h"

// What the loops run over: `channel_count` output channels from `channel` on.
typedef struct conv2d_part {
  const bnnmk_conv2d *conv;
  const bnnmk_conv2d_tiles *tiles;
  uint32_t channel, channel_count;
} conv2d_part;

// Pixels of the next tile where `left` are left: the last ones of about the same size.
static uint32_t tile_pixels(uint32_t left, const bnnmk_conv2d_tiles *tiles) {
  if (left >= tiles->wide_pixels) {
    return tiles->wide_pixels;
  }
  if (tiles->pixels == BNNMK_WHOLE_LINES) {
    return left;
  }
  const uint32_t count = (left + tiles->pixels - 1) / tiles->pixels;
  return (left + count - 1) / count;
}

// `count` pixels from (y, x) on, neighbours in a row, or in a column where `is_column`, all with the taps `rows` and
// `columns`.
static void convolve_line(const conv2d_part *part, uint32_t y, uint32_t x, uint32_t count, int is_column,
                          bnnmk_tap_range rows, bnnmk_tap_range columns) {
  const bnnmk_conv2d *conv = part->conv;
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_box box = bnnmk_make_tap_box(w, conv->input_stride, conv->channels, rows, columns);
  const size_t first_tap = ((size_t)rows.first * w->kernel_w + columns.first) * conv->channels;
  bnnmk_conv2d_tile tile = {
      .input = conv->input,
      .pixel_step = (size_t)w->stride_w * conv->input_stride,
      .box = &box,
      .weights = conv->weights + part->channel / BNNMK_FLOAT_BLOCK * conv->block_step,
      .bias = conv->bias ? conv->bias + part->channel : 0,
      .steps = bnnmk_steps_from((bnnmk_sum_steps){conv->scale, conv->shift, conv->slopes}, part->channel),
      .output = conv->output + ((size_t)y * w->out_w + x) * conv->output_stride + part->channel,
      .output_step = conv->output_stride,
      .channel_count = part->channel_count,
  };
  if (is_column) {
    tile.pixel_step = (size_t)w->stride_h * w->in_w * conv->input_stride;
    tile.output_step *= w->out_w;
  }
  if (box.row_count > 0) {
    tile.input += bnnmk_box_input(w, conv->input_stride, y, x, rows.first, columns.first);
    tile.weights += first_tap * conv->weight_step;
  }
  for (uint32_t left = count; left > 0; left -= tile.pixel_count) {
    tile.pixel_count = tile_pixels(left, part->tiles);
    part->tiles->convolve(conv, &tile);
    tile.input += tile.pixel_count * tile.pixel_step;
    tile.output += tile.pixel_count * tile.output_step;
  }
}

// Output columns first..<last of output rows begin..<end.
typedef struct conv2d_region {
  uint32_t begin, end, first, last;
} conv2d_region;

// A region whose column taps are not all on the input.
static void convolve_border(const conv2d_part *part, conv2d_region region) {
  const bnnmk_window *w = &part->conv->window;
  const bnnmk_tap_range interior = bnnmk_interior_rows(w);
  for (uint32_t x = region.first; x < region.last; x++) {
    const bnnmk_tap_range columns = bnnmk_column_taps(w, x);
    uint32_t count;
    for (uint32_t y = region.begin; y < region.end; y += count) {
      const uint32_t stretch = interior.last < region.end ? interior.last : region.end;
      count = y >= interior.first && y < stretch ? stretch - y : 1;
      convolve_line(part, y, x, count, 1, bnnmk_row_taps(w, y), columns);
    }
  }
}

// A region whose column taps are all on the input.
static void convolve_interior(const conv2d_part *part, conv2d_region region) {
  const bnnmk_window *w = &part->conv->window;
  const bnnmk_tap_range columns = {0, w->kernel_w};
  for (uint32_t y = region.begin; y < region.end; y++) {
    convolve_line(part, y, region.first, region.last - region.first, 0, bnnmk_row_taps(w, y), columns);
  }
}

// All channels of a region, some at a time.
static void convolve_region(const bnnmk_conv2d *conv, const bnnmk_conv2d_tiles *tiles, conv2d_region region,
                            int is_border) {
  if (region.first >= region.last) {
    return;
  }
  const uint32_t line = is_border ? region.end - region.begin : region.last - region.first;
  const uint32_t width = line <= tiles->few_pixels ? tiles->few_channels : tiles->channels;
  for (uint32_t channel = 0; channel < conv->out_channels; channel += width) {
    const uint32_t left = conv->out_channels - channel;
    const conv2d_part part = {conv, tiles, channel, left < width ? left : width};
    if (is_border) {
      convolve_border(&part, region);
    } else {
      convolve_interior(&part, region);
    }
  }
}

// Whether output rows are rows of the input, pixel for pixel.
static int is_pointwise(const bnnmk_window *w) {
  return w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1 && w->pad_top == 0 &&
         w->pad_left == 0 && w->in_w == w->out_w && w->in_h == w->out_h;
}

void bnnmk_conv2d_rows(const bnnmk_conv2d *conv, uint32_t begin, uint32_t end, const bnnmk_conv2d_tiles *tiles) {
  const bnnmk_window *w = &conv->window;
  if (is_pointwise(w)) {
    // All rows are one.
    bnnmk_conv2d row = *conv;
    row.window.in_h = row.window.out_h = 1;
    row.window.in_w = row.window.out_w = (end - begin) * w->out_w;
    row.input += (size_t)begin * w->in_w * conv->input_stride;
    row.output += (size_t)begin * w->out_w * conv->output_stride;
    convolve_region(&row, tiles, (conv2d_region){0, 1, 0, row.window.out_w}, 0);
    return;
  }
  const bnnmk_tap_range interior = bnnmk_interior_columns(w);
  convolve_region(conv, tiles, (conv2d_region){begin, end, 0, interior.first}, 1);
  convolve_region(conv, tiles, (conv2d_region){begin, end, interior.first, interior.last}, 0);
  convolve_region(conv, tiles, (conv2d_region){begin, end, interior.last, w->out_w}, 1);
}

// Binary convolution for NEON, on 64-bit and 32-bit ARM: rows of a map become runs of pixels that count_tiles_neon.c
// counts, and finish_counts_neon.h stores. A tap left out counts half of its bits as differing: it adds 0 to
//
//   acc = all - 2 * count
//
// so that pixels at the edges belong to the run of the others, and some rows are stored at once. Where padding counts,
// its taps start the counts with what they differ from it.
#if defined(__ARM_NEON)

#include <arm_neon.h>

#include "kernel_declarations.h"
#include "segments_neon.h"

// Pixels counted before they are stored, so many as some rows of most maps have; the most bits whose counts and
// accumulators fit 16-bit lanes; values that stay in a second-level cache, beside an operand, from block to block.
enum { RUN_PIXELS = 224, MAX_BITS = 32766, CACHED_VALUES = 32768, ROWS_OF_TILES = 4 };

static void store_counted(bnnmk_block_row *row) {
  if (row->counted.pixel_count > 0) {
    row->finish->finish(row->conv, row->finish, &row->counted);
    row->counted.pixel_count = 0;
  }
}

// Makes room for `pixel_count` counts from `pixel` on, at most RUN_PIXELS.
static uint16_t (*next_counts(bnnmk_block_row *row, size_t pixel, uint32_t pixel_count,
                              int32_t all))[BNNMK_CHANNEL_BLOCK] {
  bnnmk_counted_run *counted = &row->counted;
  if (counted->pixel + counted->pixel_count != pixel || counted->all != all ||
      counted->pixel_count + pixel_count > RUN_PIXELS) {
    store_counted(row);
    counted->row = row->y;
    counted->pixel = pixel;
    counted->all = all;
  }
  uint16_t(*counts)[BNNMK_CHANNEL_BLOCK] = row->counts + counted->pixel_count;
  counted->pixel_count += pixel_count;
  return counts;
}

#if defined(BNNMK_HAS_ASSEMBLY)
// Rows of the output, `row_count` of which have the segment's taps, that are counted at once from the next one on.
static uint32_t rows_at_once(const bnnmk_block_row *row, const bnnmk_prepared_segment *prepared, uint32_t row_count) {
  if (!prepared->can_take_rows) {
    return 1;
  }
  const uint32_t width = row->conv->window.out_w, room = RUN_PIXELS - row->counted.pixel_count;
  const uint32_t fitting = (room < width ? RUN_PIXELS : room) / width;
  return fitting == 0 ? 1 : fitting < row_count ? fitting : row_count;
}
#endif

// A segment of more pixels than are counted at once: as many as fit; with edges equal parts, so that one with an edge
// has more pixels than that.
static __attribute__((noinline)) void convolve_parts(bnnmk_block_row *row, const bnnmk_prepared_segment *prepared,
                                                     size_t pixel, uint32_t left) {
  const bnnmk_segment *part = &prepared->part;
  bnnmk_neon_run run = prepared->run;
#if defined(BNNMK_HAS_ASSEMBLY)
  const uint8_t *columns = run.tiles.columns;
#endif
  for (uint32_t part_count = (left + RUN_PIXELS - 1) / RUN_PIXELS; part_count > 0; part_count--) {
    run.pixel_count = part_count == 1 ? left : part->is_shared ? left / part_count : RUN_PIXELS;
    run.lacks_last = part->lacks_last && part_count == 1;
    bnnmk_count_run_neon(&run, next_counts(row, pixel, run.pixel_count, prepared->all));
    run.lacks_first = 0;
    run.input += prepared->box.row_count > 0 ? run.pixel_count * run.pixel_step : 0;
#if defined(BNNMK_HAS_ASSEMBLY)
    if (run.tiles.columns) {
      run.tiles.columns = columns += (size_t)run.pixel_count * 2 * sizeof(uint64_t);
    }
    if (run.pixels) {
      run.pixels += (size_t)run.pixel_count * row->conv->input_words * 2 * sizeof(uint64_t);
    }
#endif
    pixel += run.pixel_count;
    left -= run.pixel_count;
  }
}

// Of the next `row_count` rows, one unless the segment can take several.
static void convolve_segment(bnnmk_block_row *row, bnnmk_prepared_segment *prepared, uint32_t row_count) {
  const bnnmk_binary_conv2d *conv = row->conv;
  const bnnmk_window *w = &conv->window;
  const bnnmk_segment *part = &prepared->part;
  bnnmk_neon_run *run = &prepared->run;
  if (prepared->box.row_count > 0) {
    const size_t in_y = (size_t)row->y * w->stride_h - w->pad_top + (size_t)row->rows.first * w->dilation_h;
    run->input = conv->input + (in_y * w->in_w * conv->input_stride + prepared->column);
#if defined(BNNMK_HAS_ASSEMBLY)
    if (row->columns && part->is_shared) {
      run->tiles.columns = bnnmk_column(row->columns, in_y, (int64_t)part->pixels.first - w->pad_left);
      run->line_count = row_count;
    }
#endif
  }
  const uint32_t pixel_count = part->pixels.last - part->pixels.first;
  const size_t pixel = (size_t)row->y * w->out_w + part->pixels.first;
  if (pixel_count > RUN_PIXELS) {
    convolve_parts(row, prepared, pixel, pixel_count);
  } else {
    run->pixel_count = pixel_count;
    bnnmk_count_run_neon(run, next_counts(row, pixel, pixel_count * row_count, prepared->all));
  }
}

// Pixels first..<last of a row, each with taps of its own; `before` other such pixels come before them.
static void convolve_singles(bnnmk_block_row *row, uint32_t first, uint32_t last, uint32_t before,
                             bnnmk_prepared_row *prepared) {
  for (uint32_t x = first; x < last; x++) {
    bnnmk_prepared_segment other;
    convolve_segment(row, bnnmk_prepare_single(row, x, before + (x - first), prepared, &other), 1);
  }
}

// Pixels `columns` of output rows `rows` of one block; `part` is their main segment.
static void convolve_block(bnnmk_block_row *row, bnnmk_tap_range rows, bnnmk_tap_range columns,
                           const bnnmk_segment *part, bnnmk_prepared_rows *prepared_rows) {
  const bnnmk_window *w = &row->conv->window;
  const bnnmk_tap_range inside = row->inside;
  bnnmk_tap_range pixels = part->pixels;
  if (pixels.first == pixels.last) {
    pixels = (bnnmk_tap_range){columns.last, columns.last};
  }
  row->y = rows.first;
  bnnmk_prepared_row *prepared = 0;
  for (uint32_t row_count; row->y < rows.last; row->y += row_count) {
    row_count = 1;
    const int is_inside = row->y >= inside.first && row->y < inside.last;
    const bnnmk_tap_range taps = is_inside ? (bnnmk_tap_range){0, w->kernel_h} : bnnmk_row_taps(w, row->y);
    if (!prepared || taps.first != row->rows.first || taps.last != row->rows.last) {
      row->rows = taps;
      prepared = bnnmk_prepare_row(row, part, prepared_rows);
    }
    if (columns.first < pixels.first) {
      convolve_singles(row, columns.first, pixels.first, 0, prepared);
    }
    if (pixels.first < pixels.last) {
#if defined(BNNMK_HAS_ASSEMBLY)
      const uint32_t last = is_inside && inside.last < rows.last ? inside.last : rows.last;
      row_count = rows_at_once(row, &prepared->together, is_inside ? last - row->y : 1);
#endif
      convolve_segment(row, &prepared->together, row_count);
    }
    if (pixels.last < columns.last) {
      convolve_singles(row, pixels.last, columns.last, pixels.first - columns.first, prepared);
    }
    if (row->is_stored_alone) {
      store_counted(row);
    }
  }
  store_counted(row);
}

static int has_row_sums(const bnnmk_binary_conv2d *conv) {
  return conv->row_sums || (conv->output_kind == BNNMK_OUTPUT_EPILOGUE && conv->epilogue->row_sums);
}

// Whether each output pixel reads but the input pixel of its index, and nothing is stored by rows: then rows need not
// be told apart.
static int is_one_row(const bnnmk_binary_conv2d *conv) {
  const bnnmk_window *w = &conv->window;
  return w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1 && w->pad_top == 0 &&
         w->pad_left == 0 && w->in_w == w->out_w && w->in_h >= w->out_h && !has_row_sums(conv) &&
         (uint64_t)w->in_h * w->in_w <= UINT32_MAX;
}

#if defined(BNNMK_HAS_ASSEMBLY)
// Rows of the output, `width` pixels each, whose columns, or pixels, fit; 0 where the map is none for assembly.
static uint32_t rows_by_assembly(const bnnmk_binary_conv2d *conv, uint32_t row_count, int is_flat, uint32_t width) {
  const bnnmk_window *w = &conv->window;
  if (is_flat) {
    const uint32_t rows = width > 0 ? bnnmk_fitting_pixels(conv) / width : 0;
    return rows < row_count ? rows : row_count;
  }
  if (w->kernel_w != 3 || w->stride_w != 1 || w->dilation_w != 1 || w->dilation_h > BNNMK_COLUMN_WORDS) {
    return 0;
  }
  const uint64_t fitting = bnnmk_fitting_rows(conv), of_first = (uint64_t)(w->kernel_h - 1) * w->dilation_h + 1;
  const uint64_t rows = fitting < of_first ? 0 : (fitting - of_first) / w->stride_h + 1;
  return rows >= row_count ? row_count : rows >= ROWS_OF_TILES ? (uint32_t)rows : 0;
}

// The columns that output rows first..<last read.
static void fill_columns(const bnnmk_binary_conv2d *conv, uint32_t first, uint32_t last, bnnmk_columns *columns) {
  const bnnmk_window *w = &conv->window;
  const int64_t begin = (int64_t)first * w->stride_h - w->pad_top;
  const int64_t end = (int64_t)(last - 1) * w->stride_h - w->pad_top + (int64_t)(w->kernel_h - 1) * w->dilation_h + 1;
  bnnmk_fill_columns(conv, (uint32_t)(begin > 0 ? begin : 0), (uint32_t)(end < w->in_h ? end : w->in_h), columns);
}
#endif

static void convolve_runs(const bnnmk_binary_conv2d *arguments, uint32_t begin, uint32_t end, int may_use_assembly) {
  bnnmk_binary_conv2d conv = *arguments;
  bnnmk_window *w = &conv.window;
  bnnmk_tap_range columns = {0, w->out_w}, interior = bnnmk_interior_columns(w);
  // What is prepared for a block has to serve many rows; some numbers of rows make whole tiles of most maps.
  const uint32_t fitting = bnnmk_rows_at_a_time(&conv, conv.output_kind, end - begin), width = w->out_w;
  const uint64_t row_values = (uint64_t)width * conv.output_channels;
  const uint32_t cached = row_values > 0 ? (uint32_t)(CACHED_VALUES / row_values) : 0;
  const uint32_t at_a_time =
      ((cached > fitting ? cached : fitting) + ROWS_OF_TILES - 1) / ROWS_OF_TILES * ROWS_OF_TILES;
  const int is_flat = is_one_row(&conv);
  if (is_flat) {
    w->in_w *= w->in_h;
    w->out_w *= w->out_h;
    w->in_h = w->out_h = 1;
  }
  uint16_t counts[RUN_PIXELS][BNNMK_CHANNEL_BLOCK] = {{0}};
  bnnmk_block_finish finish = {.may_use_assembly = may_use_assembly};
  bnnmk_prepare_finish_neon(&conv, &finish);
  bnnmk_block_row row = {.conv = &conv,
                         .inside = bnnmk_interior_rows(w),
                         .finish = &finish,
                         .counts = counts,
                         .is_stored_alone = has_row_sums(&conv)};
  row.counted.counts = (const uint16_t(*)[BNNMK_CHANNEL_BLOCK])counts;
  const uint32_t block_count = conv.out_channels / BNNMK_CHANNEL_BLOCK + (conv.out_channels % BNNMK_CHANNEL_BLOCK > 0);
#if defined(BNNMK_HAS_ASSEMBLY)
  bnnmk_columns doubled;
  const uint32_t by_assembly = may_use_assembly ? rows_by_assembly(&conv, end - begin, is_flat, width) : 0;
  if (by_assembly > 0 && is_flat) {
    row.pixels = (const uint8_t *)doubled.words;
  } else if (by_assembly > 0) {
    row.columns = &doubled;
  }
  row.schedule = bnnmk_choose_schedule(conv.core);
#endif
  bnnmk_prepared_rows prepared;
  bnnmk_begin_rows(&prepared);
  for (uint32_t first = begin; first < end;) {
    // The last ones are not much fewer.
    const uint32_t left = end - first;
    uint32_t last = left / 3 < at_a_time / 2 ? end : first + at_a_time;
#if defined(BNNMK_HAS_ASSEMBLY)
    if (by_assembly > 0) {
      const uint32_t part_count = (last - first + by_assembly - 1) / by_assembly;
      last = first + (last - first + part_count - 1) / part_count;
      if (is_flat) {
        bnnmk_fill_pixels(&conv, first * width, last * width, &doubled);
      } else {
        fill_columns(&conv, first, last, &doubled);
      }
    }
#endif
    bnnmk_tap_range rows = {first, last};
    if (is_flat) {
      columns = interior = (bnnmk_tap_range){first * width, last * width};
      rows = (bnnmk_tap_range){0, 1};
      bnnmk_begin_rows(&prepared);
    }
    const bnnmk_segment part = bnnmk_main_segment(&conv, interior);
    for (row.block = 0; row.block < block_count; row.block++) {
      row.counted.block = row.block;
      bnnmk_choose_finish_neon(&conv, row.block, &finish);
      convolve_block(&row, rows, columns, &part, &prepared);
    }
    first = last;
  }
}

static void convolve(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end, int may_use_assembly) {
  const bnnmk_window *w = &conv->window;
  if (conv->mask || (uint64_t)w->kernel_h * w->kernel_w * conv->channels > MAX_BITS) {
    bnnmk_binary_conv2d_generic(conv, begin, end);
  } else {
    convolve_runs(conv, begin, end, may_use_assembly);
  }
}

void bnnmk_binary_conv2d_neon(const void *arguments, uint32_t begin, uint32_t end) {
  convolve(arguments, begin, end, 1);
}

void bnnmk_binary_conv2d_neon_intrinsics(const void *arguments, uint32_t begin, uint32_t end) {
  convolve(arguments, begin, end, 0);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

// Binary convolution for NEON, on 64-bit and 32-bit ARM: rows of a map become runs of pixels that count_tiles_neon.c
// counts, and finish_counts_neon.h stores. A tap left out counts half of its bits as differing: it adds 0 to
//
//   acc = all - 2 * count
//
// so that pixels at the edges belong to the run of the others, and some rows are stored at once. Where padding counts,
// its taps start the counts with what they differ from it.
#if defined(__ARM_NEON)

#include <arm_neon.h>

#include "binary_conv2d.h"
#include "count_tiles_neon.h"
#include "finish_counts_neon.h"
#include "kernel_declarations.h"

// Pixels counted before they are stored, so many as some rows of most maps have; the most bits whose counts and
// accumulators fit 16-bit lanes; values that stay in a second-level cache, beside an operand, from block to block.
enum { RUN_PIXELS = 224, MAX_BITS = 32766, CACHED_VALUES = 32768, ROWS_OF_TILES = 4, MAX_SINGLES = 8 };

// One row of one block.
typedef struct block_row {
  const bnnmk_binary_conv2d *conv;
  uint32_t block, y;
  bnnmk_tap_range rows;
  const bnnmk_block_finish *finish;
  uint16_t (*counts)[BNNMK_CHANNEL_BLOCK];  // room for RUN_PIXELS
  bnnmk_counted_run counted;                // what of `counts` is not stored yet
  int is_stored_alone;                      // rows are told apart by their sums
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  const bnnmk_columns *columns;  // of the rows at hand, or NULL
  const uint8_t *pixels;         // the first one at hand where pixels meet their words only, or NULL
#endif
} block_row;

static void store_counted(block_row *row) {
  if (row->counted.pixel_count > 0) {
    row->finish->finish(row->conv, row->finish, &row->counted);
    row->counted.pixel_count = 0;
  }
}

// Makes room for `pixel_count` counts from `pixel` on, at most RUN_PIXELS.
static uint16_t (*next_counts(block_row *row, size_t pixel, uint32_t pixel_count, int32_t all))[BNNMK_CHANNEL_BLOCK] {
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

// Adds a block's differences of `count` taps, `stride` apart.
BNNMK_INLINE void add_taps(const uint32_t *differences, size_t stride, uint32_t count, uint32x4_t sums[2]) {
  for (; count > 0; count--, differences += stride) {
    sums[0] = vaddq_u32(sums[0], vld1q_u32(differences));
    sums[1] = vaddq_u32(sums[1], vld1q_u32(differences + 4));
  }
}

// What the taps on padding differ from it: all rows of the window but the row's, and of those all columns but
// `columns`.
static __attribute__((noinline)) void count_padding(const block_row *row, bnnmk_tap_range columns,
                                                    uint16_t start[BNNMK_CHANNEL_BLOCK]) {
  const bnnmk_binary_conv2d *conv = row->conv;
  const uint32_t kernel_h = conv->window.kernel_h, kernel_w = conv->window.kernel_w;
  const bnnmk_tap_range rows = row->rows;
  const size_t stride = bnnmk_padding_stride(conv), row_stride = kernel_w * stride;
  const uint32_t *taps = conv->pad_differences + row->block * BNNMK_CHANNEL_BLOCK;
  uint32x4_t sums[2] = {vdupq_n_u32(0), vdupq_n_u32(0)};
  add_taps(taps, stride, rows.first * kernel_w, sums);
  add_taps(taps + rows.last * row_stride, stride, (kernel_h - rows.last) * kernel_w, sums);
  // One tap a row, mostly: down the column.
  taps += rows.first * row_stride;
  for (uint32_t column = 0; column < kernel_w; column++, taps += stride) {
    if (column < columns.first || column >= columns.last) {
      add_taps(taps, row_stride, rows.last - rows.first, sums);
    }
  }
  vst1q_u16(start, vcombine_u16(vmovn_u32(sums[0]), vmovn_u32(sums[1])));
}

// Whether taps left out can count half of their bits.
static int can_leave_out(const bnnmk_binary_conv2d *conv) { return conv->pad_differences || conv->channels % 2 == 0; }

// What counts of pixels with these taps start with, where all taps are counted.
static void make_start(const block_row *row, bnnmk_tap_range columns, uint16_t start[BNNMK_CHANNEL_BLOCK]) {
  const bnnmk_binary_conv2d *conv = row->conv;
  const uint32_t tap_count = (row->rows.last - row->rows.first) * (columns.last - columns.first);
  const uint32_t left_out = conv->window.kernel_h * conv->window.kernel_w - tap_count;
  if (left_out > 0 && conv->pad_differences) {
    count_padding(row, columns, start);
  } else {
    vst1q_u16(start, vdupq_n_u16((uint16_t)(left_out * conv->channels / 2)));
  }
}

// Pixels first..<last, which have the taps `columns`; with `is_shared`, the first and the last one maybe one less.
typedef struct segment {
  bnnmk_tap_range pixels, columns;
  int is_shared, lacks_first, lacks_last;
} segment;

// What counts of a segment start with: those of most pixels, and of those that lack their first or their last taps.
// Assembly loads a tile's all at once.
#if defined(BNNMK_HAS_A64_ASSEMBLY)
enum { START_FIRST = BNNMK_START_FIRST, START_LAST = BNNMK_START_LAST };
#else
enum { START_FIRST = 1, START_LAST };
#endif

// A segment of rows with the same taps: all but which row it is.
typedef struct prepared_segment {
  segment part;
  bnnmk_tap_box box;
  bnnmk_neon_run run;  // all but its pixels
  int32_t all;         // of the counts
  size_t column;       // in a row of the input: where the first pixel's first tap of the box is
  uint16_t start[START_LAST + 1][BNNMK_CHANNEL_BLOCK];
  int can_take_rows;  // several at once
} prepared_segment;

#if defined(BNNMK_HAS_A64_ASSEMBLY)
// What assembly takes of a segment, where there are doubled columns for it.
static void prepare_tiles(const block_row *row, prepared_segment *prepared) {
  bnnmk_shared_tiles *tiles = &prepared->run.tiles;
  const bnnmk_tap_box *box = &prepared->box;
  const uint16x8_t start = vld1q_u16(prepared->start[0]);
  for (int i = 1; i < START_FIRST; i++) {
    vst1q_u16(prepared->start[i], start);
  }
  tiles->weights = prepared->run.weights;
  tiles->starts = (const uint16_t(*)[BNNMK_CHANNEL_BLOCK])prepared->start;
  tiles->word_count = (uint32_t)row->conv->input_words;
  tiles->row_count = box->row_count;
  tiles->tap_step = tiles->word_count * BNNMK_CHANNEL_BLOCK * sizeof(uint64_t);
  tiles->word_step = row->columns->word_step;
  tiles->row_step = row->conv->window.dilation_h * row->columns->row_step;
  const bnnmk_tap_range pixels = prepared->part.pixels;
  const uint32_t pixel_count = pixels.last - pixels.first;
  tiles->line_step = row->conv->window.stride_h * row->columns->row_step - (size_t)pixel_count * 2 * sizeof(uint64_t);
  prepared->run.line_count = 1;
  prepared->can_take_rows = pixel_count == row->conv->window.out_w && !row->is_stored_alone &&
                            bnnmk_has_equal_tiles_a64(pixel_count);
}

// Rows of the output, `row_count` of which have the segment's taps, that are counted at once from the next one on.
static uint32_t rows_at_once(const block_row *row, const prepared_segment *prepared, uint32_t row_count) {
  if (!prepared->can_take_rows) {
    return 1;
  }
  const uint32_t width = row->conv->window.out_w, room = RUN_PIXELS - row->counted.pixel_count;
  const uint32_t fitting = (room < width ? RUN_PIXELS : room) / width;
  return fitting == 0 ? 1 : fitting < row_count ? fitting : row_count;
}
#endif

static void prepare_segment(const block_row *row, const segment *part, prepared_segment *prepared) {
  const bnnmk_binary_conv2d *conv = row->conv;
  const bnnmk_window *w = &conv->window;
  const uint32_t tap_rows = row->rows.last - row->rows.first, tap_columns = part->columns.last - part->columns.first;
  prepared->part = *part;
  prepared->can_take_rows = 0;
  prepared->box = bnnmk_make_tap_box(w, conv->input_stride, conv->input_words, row->rows, part->columns);
  if (part->is_shared) {
    prepared->box.run_length = conv->input_words;
  }
  const size_t first_tap = (size_t)row->rows.first * w->kernel_w + part->columns.first;
  bnnmk_neon_run *run = &prepared->run;
  run->input = conv->input;
  run->weights = conv->weights;
  run->pixel_step = (size_t)w->stride_w * conv->input_stride;
  run->box = &prepared->box;
  run->is_shared = part->is_shared;
  run->lacks_first = part->lacks_first;
  run->lacks_last = part->lacks_last;
  run->start = prepared->start[0];
  run->start_first = prepared->start[START_FIRST];
  run->start_last = prepared->start[START_LAST];
  if (prepared->box.row_count > 0) {
    run->weights = bnnmk_block_weights(conv, row->block) + first_tap * conv->input_words * BNNMK_CHANNEL_BLOCK;
  }
  // Before the row's start where the first pixel lacks that tap.
  prepared->column =
      ((size_t)part->pixels.first * w->stride_w - w->pad_left + (size_t)part->columns.first * w->dilation_w) *
      conv->input_stride;
  uint32_t counted_taps = w->kernel_h * w->kernel_w;  // those left out among them
  if (can_leave_out(conv)) {
    make_start(row, part->columns, prepared->start[0]);
  } else {
    counted_taps = tap_rows * tap_columns;
    vst1q_u16(prepared->start[0], vdupq_n_u16(0));
  }
  prepared->all = (int32_t)(counted_taps * conv->channels);
  if (part->lacks_first) {
    make_start(row, (bnnmk_tap_range){1, w->kernel_w}, prepared->start[START_FIRST]);
  }
  if (part->lacks_last) {
    make_start(row, (bnnmk_tap_range){0, w->kernel_w - 1}, prepared->start[START_LAST]);
  }
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  run->tiles.columns = 0;
  run->pixels = row->pixels;
  if (row->columns && part->is_shared && prepared->box.row_count > 0) {
    prepare_tiles(row, prepared);
  }
#endif
}

// A segment of more pixels than are counted at once: as many as fit; with edges equal parts, so that one with an edge
// has more pixels than that.
static __attribute__((noinline)) void convolve_parts(block_row *row, const prepared_segment *prepared, size_t pixel,
                                                     uint32_t left) {
  const segment *part = &prepared->part;
  bnnmk_neon_run run = prepared->run;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  const uint8_t *columns = run.tiles.columns;
#endif
  for (uint32_t part_count = (left + RUN_PIXELS - 1) / RUN_PIXELS; part_count > 0; part_count--) {
    run.pixel_count = part_count == 1 ? left : part->is_shared ? left / part_count : RUN_PIXELS;
    run.lacks_last = part->lacks_last && part_count == 1;
    bnnmk_count_run_neon(&run, next_counts(row, pixel, run.pixel_count, prepared->all));
    run.lacks_first = 0;
    run.input += prepared->box.row_count > 0 ? run.pixel_count * run.pixel_step : 0;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
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
static void convolve_segment(block_row *row, prepared_segment *prepared, uint32_t row_count) {
  const bnnmk_binary_conv2d *conv = row->conv;
  const bnnmk_window *w = &conv->window;
  const segment *part = &prepared->part;
  bnnmk_neon_run *run = &prepared->run;
  if (prepared->box.row_count > 0) {
    const size_t in_y = (size_t)row->y * w->stride_h - w->pad_top + (size_t)row->rows.first * w->dilation_h;
    run->input = conv->input + (in_y * w->in_w * conv->input_stride + prepared->column);
#if defined(BNNMK_HAS_A64_ASSEMBLY)
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

// The pixels of a row that run together: those of `interior`, all whose column taps lie on the input, and at either
// edge one with a tap on padding where that may be left out.
static segment main_segment(const bnnmk_binary_conv2d *conv, bnnmk_tap_range interior) {
  const bnnmk_window *w = &conv->window;
  segment part = {.pixels = interior, .columns = {0, w->kernel_w}};
  part.is_shared = w->kernel_w == 3 && w->stride_w == 1 && w->dilation_w == 1;
  if (part.is_shared && can_leave_out(conv) && part.pixels.first < part.pixels.last) {
    if (part.pixels.first > 0) {
      part.pixels.first--;
      part.lacks_first = 1;
    }
    if (part.pixels.last < w->out_w) {
      part.pixels.last++;
      part.lacks_last = 1;
    }
  }
  return part;
}

// What is prepared for rows with the same taps: the segment of most pixels, and pixels with taps of their own, as many
// as there is room for.
typedef struct prepared_row {
  prepared_segment together, singles[MAX_SINGLES];
} prepared_row;

// Pixels first..<last of a row, each with taps of its own; `before` other such pixels come before them.
static void convolve_singles(block_row *row, uint32_t first, uint32_t last, uint32_t before, int is_prepared,
                             prepared_row *prepared) {
  for (uint32_t x = first; x < last; x++) {
    const uint32_t place = before + (x - first);
    prepared_segment other;
    prepared_segment *single = place < MAX_SINGLES ? &prepared->singles[place] : &other;
    if (single == &other || !is_prepared) {
      const segment part = {.pixels = {x, x + 1}, .columns = bnnmk_column_taps(&row->conv->window, x)};
      prepare_segment(row, &part, single);
    }
    convolve_segment(row, single, 1);
  }
}

// Pixels `columns` of output rows `rows` of one block; `part` is their main segment.
static void convolve_block(block_row *row, bnnmk_tap_range rows, bnnmk_tap_range columns, const segment *part) {
  const bnnmk_binary_conv2d *conv = row->conv;
  const bnnmk_tap_range inside = bnnmk_interior_rows(&conv->window), all = {0, conv->window.kernel_h};
  prepared_row prepared;
  row->y = rows.first;
  for (uint32_t row_count; row->y < rows.last; row->y += row_count) {
    row_count = 1;
    const int is_inside = row->y >= inside.first && row->y < inside.last;
    const bnnmk_tap_range taps = is_inside ? all : bnnmk_row_taps(&conv->window, row->y);
    const int is_prepared = row->y > rows.first && taps.first == row->rows.first && taps.last == row->rows.last;
    if (!is_prepared) {
      row->rows = taps;
      prepare_segment(row, part, &prepared.together);
    }
    bnnmk_tap_range pixels = part->pixels;
    if (pixels.first == pixels.last) {
      pixels = (bnnmk_tap_range){columns.last, columns.last};
    }
    if (columns.first < pixels.first) {
      convolve_singles(row, columns.first, pixels.first, 0, is_prepared, &prepared);
    }
    if (pixels.first < pixels.last) {
#if defined(BNNMK_HAS_A64_ASSEMBLY)
      const uint32_t last = is_inside && inside.last < rows.last ? inside.last : rows.last;
      row_count = rows_at_once(row, &prepared.together, is_inside ? last - row->y : 1);
#endif
      convolve_segment(row, &prepared.together, row_count);
    }
    if (pixels.last < columns.last) {
      convolve_singles(row, pixels.last, columns.last, pixels.first - columns.first, is_prepared, &prepared);
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

#if defined(BNNMK_HAS_A64_ASSEMBLY)
// Rows of the output, `width` pixels each, whose columns, or pixels, fit; 0 where the map is none for assembly.
static uint32_t rows_by_assembly(const bnnmk_binary_conv2d *conv, uint32_t row_count, int is_flat, uint32_t width) {
  const bnnmk_window *w = &conv->window;
  if (is_flat) {
    const uint32_t rows = width > 0 ? bnnmk_fitting_pixels_a64(conv) / width : 0;
    return rows < row_count ? rows : row_count;
  }
  if (w->kernel_w != 3 || w->stride_w != 1 || w->dilation_w != 1 || w->dilation_h > BNNMK_COLUMN_WORDS) {
    return 0;
  }
  const uint64_t fitting = bnnmk_fitting_rows_a64(conv), of_first = (uint64_t)(w->kernel_h - 1) * w->dilation_h + 1;
  const uint64_t rows = fitting < of_first ? 0 : (fitting - of_first) / w->stride_h + 1;
  return rows >= row_count ? row_count : rows >= ROWS_OF_TILES ? (uint32_t)rows : 0;
}

// The columns that output rows first..<last read.
static void fill_columns(const bnnmk_binary_conv2d *conv, uint32_t first, uint32_t last, bnnmk_columns *columns) {
  const bnnmk_window *w = &conv->window;
  const int64_t begin = (int64_t)first * w->stride_h - w->pad_top;
  const int64_t end = (int64_t)(last - 1) * w->stride_h - w->pad_top + (int64_t)(w->kernel_h - 1) * w->dilation_h + 1;
  bnnmk_fill_columns_a64(conv, (uint32_t)(begin > 0 ? begin : 0), (uint32_t)(end < w->in_h ? end : w->in_h), columns);
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
  const uint32_t at_a_time = ((cached > fitting ? cached : fitting) + ROWS_OF_TILES - 1) / ROWS_OF_TILES * ROWS_OF_TILES;
  const int is_flat = is_one_row(&conv);
  if (is_flat) {
    w->in_w *= w->in_h;
    w->out_w *= w->out_h;
    w->in_h = w->out_h = 1;
  }
  uint16_t counts[RUN_PIXELS][BNNMK_CHANNEL_BLOCK] = {{0}};
  bnnmk_block_finish finish = {.may_use_assembly = may_use_assembly};
  bnnmk_prepare_finish_neon(&conv, &finish);
  block_row row = {.conv = &conv, .finish = &finish, .counts = counts, .is_stored_alone = has_row_sums(&conv)};
  row.counted.counts = (const uint16_t(*)[BNNMK_CHANNEL_BLOCK])counts;
  const uint32_t block_count = conv.out_channels / BNNMK_CHANNEL_BLOCK + (conv.out_channels % BNNMK_CHANNEL_BLOCK > 0);
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  bnnmk_columns doubled;
  const uint32_t by_assembly = may_use_assembly ? rows_by_assembly(&conv, end - begin, is_flat, width) : 0;
  if (by_assembly > 0 && is_flat) {
    row.pixels = (const uint8_t *)doubled.words;
  } else if (by_assembly > 0) {
    row.columns = &doubled;
  }
#endif
  for (uint32_t first = begin; first < end;) {
    // The last ones are not much fewer.
    const uint32_t left = end - first;
    uint32_t last = left / 3 < at_a_time / 2 ? end : first + at_a_time;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
    if (by_assembly > 0) {
      const uint32_t part_count = (last - first + by_assembly - 1) / by_assembly;
      last = first + (last - first + part_count - 1) / part_count;
      if (is_flat) {
        bnnmk_fill_pixels_a64(&conv, first * width, last * width, &doubled);
      } else {
        fill_columns(&conv, first, last, &doubled);
      }
    }
#endif
    bnnmk_tap_range rows = {first, last};
    if (is_flat) {
      columns = interior = (bnnmk_tap_range){first * width, last * width};
      rows = (bnnmk_tap_range){0, 1};
    }
    const segment part = main_segment(&conv, interior);
    for (row.block = 0; row.block < block_count; row.block++) {
      row.counted.block = row.block;
      bnnmk_choose_finish_neon(&conv, row.block, &finish);
      convolve_block(&row, rows, columns, &part);
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

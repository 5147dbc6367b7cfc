// Which pixels of a row run together, with which taps, and what their counts start with.
#if defined(__ARM_NEON)

#include "segments_neon.h"

#include <arm_neon.h>

// A block's sums, whose differences fit in 16 bits.
BNNMK_INLINE uint16x8_t load_sums(const uint32_t *sums) {
  return vcombine_u16(vmovn_u32(vld1q_u32(sums)), vmovn_u32(vld1q_u32(sums + 4)));
}

// Whether taps left out can count half of their bits.
static int can_leave_out(const bnnmk_binary_conv2d *conv) { return conv->padding_sums || conv->channels % 2 == 0; }

// What a box of taps counts where it is left out: what it differs from padding, or half of its bits.
static uint16x8_t count_left_out(const bnnmk_block_row *row, bnnmk_tap_range rows, bnnmk_tap_range columns) {
  const bnnmk_binary_conv2d *conv = row->conv;
  if (!conv->padding_sums) {
    const uint32_t taps = (rows.last - rows.first) * (columns.last - columns.first);
    return vdupq_n_u16((uint16_t)(taps * conv->channels / 2));
  }
  const bnnmk_padding_corners box = bnnmk_corners_of(conv, rows, columns, row->block * BNNMK_CHANNEL_BLOCK);
  const uint16x8_t above = vsubq_u16(load_sums(box.at[0][1]), load_sums(box.at[0][0]));
  return vsubq_u16(vsubq_u16(load_sums(box.at[1][1]), load_sums(box.at[1][0])), above);
}

// Of column `column` of the window, the row's rows.
static uint16x8_t count_column(const bnnmk_block_row *row, uint32_t column) {
  return count_left_out(row, row->rows, (bnnmk_tap_range){column, column + 1});
}

// What counts of a segment start with: those of most pixels, and of those that lack their first or their last taps.
static void make_starts(const bnnmk_block_row *row, bnnmk_prepared_segment *prepared) {
  const bnnmk_segment *part = &prepared->part;
  const bnnmk_window *w = &row->conv->window;
  uint16x8_t start = vdupq_n_u16(0);
  if (can_leave_out(row->conv)) {
    const bnnmk_tap_range all_rows = {0, w->kernel_h}, all_columns = {0, w->kernel_w};
    start = vsubq_u16(count_left_out(row, all_rows, all_columns), count_left_out(row, row->rows, part->columns));
  }
  for (int i = 0; i < BNNMK_START_FIRST; i++) {
    vst1q_u16(prepared->start[i], start);
  }
  if (part->lacks_first) {
    vst1q_u16(prepared->start[BNNMK_START_FIRST], vaddq_u16(start, count_column(row, 0)));
  }
  if (part->lacks_last) {
    vst1q_u16(prepared->start[BNNMK_START_LAST], vaddq_u16(start, count_column(row, w->kernel_w - 1)));
  }
}

// What is another one of each block of channels.
static void begin_block(const bnnmk_block_row *row, bnnmk_prepared_segment *prepared) {
  if (prepared->box.row_count > 0) {
    prepared->run.weights = bnnmk_block_weights(row->conv, row->block) + prepared->weights;
  }
#if defined(BNNMK_HAS_ASSEMBLY)
  prepared->run.tiles.weights = prepared->run.weights;
#endif
  if (row->conv->padding_sums) {
    make_starts(row, prepared);
  }
}

#if defined(BNNMK_HAS_ASSEMBLY)
// What assembly takes of a segment, where there are doubled columns for it.
static void prepare_tiles(const bnnmk_block_row *row, bnnmk_prepared_segment *prepared) {
  bnnmk_shared_tiles *tiles = &prepared->run.tiles;
  const bnnmk_tap_box *box = &prepared->box;
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
  prepared->can_take_rows =
      pixel_count == row->conv->window.out_w && !row->is_stored_alone && bnnmk_has_equal_tiles(pixel_count);
}

#endif

static void prepare_segment(const bnnmk_block_row *row, const bnnmk_segment *part, bnnmk_prepared_segment *prepared) {
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
  run->start_first = prepared->start[BNNMK_START_FIRST];
  run->start_last = prepared->start[BNNMK_START_LAST];
  prepared->weights = first_tap * conv->input_words * BNNMK_CHANNEL_BLOCK;
  // Before the row's start where the first pixel lacks that tap.
  prepared->column =
      ((size_t)part->pixels.first * w->stride_w - w->pad_left + (size_t)part->columns.first * w->dilation_w) *
      conv->input_stride;
  const uint32_t tap_count = can_leave_out(conv) ? w->kernel_h * w->kernel_w : tap_rows * tap_columns;
  prepared->all = (int32_t)(tap_count * conv->channels);
#if defined(BNNMK_HAS_ASSEMBLY)
  run->tiles.columns = 0;
  run->pixels = row->pixels;
  if (row->columns && part->is_shared && prepared->box.row_count > 0) {
    prepare_tiles(row, prepared);
  }
#endif
  if (!conv->padding_sums) {
    make_starts(row, prepared);
  }
  begin_block(row, prepared);
}

// The pixels of a row that run together: those of `interior`, all whose column taps lie on the input, and at either
// edge one with a tap on padding where that may be left out.
bnnmk_segment bnnmk_main_segment(const bnnmk_binary_conv2d *conv, bnnmk_tap_range interior) {
  const bnnmk_window *w = &conv->window;
  bnnmk_segment part = {.pixels = interior, .columns = {0, w->kernel_w}};
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

void bnnmk_begin_rows(bnnmk_prepared_rows *rows) {
  rows->inside.is_prepared = 0;
  for (int i = 0; i < BNNMK_EDGE_ROWS; i++) {
    rows->first[i].is_prepared = rows->last[i].is_prepared = 0;
  }
}

// Where rows with these taps stand.
static bnnmk_prepared_row *place_of(bnnmk_prepared_rows *rows, bnnmk_tap_range taps, uint32_t kernel_h) {
  if (taps.first > 0) {
    return &rows->first[taps.first % BNNMK_EDGE_ROWS];
  }
  return taps.last < kernel_h ? &rows->last[taps.last % BNNMK_EDGE_ROWS] : &rows->inside;
}

bnnmk_prepared_row *bnnmk_prepare_row(const bnnmk_block_row *row, const bnnmk_segment *part,
                                      bnnmk_prepared_rows *rows) {
  const bnnmk_tap_range taps = row->rows;
  bnnmk_prepared_row *prepared = place_of(rows, taps, row->conv->window.kernel_h);
  if (!prepared->is_prepared || prepared->taps.first != taps.first || prepared->taps.last != taps.last) {
    prepared->is_prepared = 1;
    prepared->taps = taps;
    prepared->single_count = 0;
    prepare_segment(row, part, &prepared->together);
  } else if (prepared->block != row->block) {
    begin_block(row, &prepared->together);
    for (uint32_t i = 0; i < prepared->single_count; i++) {
      begin_block(row, &prepared->singles[i]);
    }
  }
  prepared->block = row->block;
  return prepared;
}

bnnmk_prepared_segment *bnnmk_prepare_single(const bnnmk_block_row *row, uint32_t x, uint32_t place,
                                             bnnmk_prepared_row *prepared, bnnmk_prepared_segment *other) {
  bnnmk_prepared_segment *single = place < BNNMK_MAX_SINGLES ? &prepared->singles[place] : other;
  if (place >= prepared->single_count) {
    const bnnmk_segment part = {.pixels = {x, x + 1}, .columns = bnnmk_column_taps(&row->conv->window, x)};
    prepare_segment(row, &part, single);
    if (place < BNNMK_MAX_SINGLES) {
      prepared->single_count = place + 1;
    }
  }
  return single;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

// Binary convolution of words for AVX-512 around its inner loop, of which there are two: for CPUs with VPOPCNTDQ, and
// without.
//
// An inner loop counts differing bits of up to seven pixels times sixteen channels, a 64-bit lane a channel. With `all`
// taps times channels of a pixel,
//
//   acc = all - 2 * count        point <= acc  <=>  count <= (all - point) >> 1
//
// A pixel at a border goes with its neighbours where it is the first or the last of a tile; else by itself. Padding
// that counts adds to counts. AVX2's kernel takes masked inputs.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"
#include "kernel_declarations.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

// The accumulators of a tile's counts, stored.
static BNNMK_TARGET_AVX512 void store_wide_tile(const bnnmk_binary_conv2d *conv, const bnnmk_wide_tile *tile) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  _Alignas(64) int32_t accumulators[BNNMK_WIDE_PIXELS][BNNMK_WIDE_CHANNELS];
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const __m512i low = _mm512_load_si512(tile->counts[p][0]), high = _mm512_load_si512(tile->counts[p][1]);
    const __m512i counts = _mm512_permutex2var_epi32(low, even, high);
    const __m512i all = _mm512_set1_epi32(tile->all[p]);
    _mm512_store_si512(accumulators[p], _mm512_sub_epi32(all, _mm512_add_epi32(counts, counts)));
  }
  const bnnmk_accumulator_place place = {tile->row, tile->pixel, tile->pixel_count, tile->channel, tile->channel_count};
  bnnmk_store_accumulators(conv, &place, accumulators[0], BNNMK_WIDE_CHANNELS);
}

// Taps of some pixels and the tile that they make. What is the same for all channels is set once.
typedef struct tile_work {
  bnnmk_wide_taps taps;
  bnnmk_wide_tile tile;
  bnnmk_wide_padding padding;
  size_t first_weight;       // of a block: where its first tap's words stand
  uint32_t column_channels;  // of a column of taps on the input, where it has not `channels` of each
  int has_padding;           // that counts
  int can_finish;            // by a loop of its own
} tile_work;

// The tile from column x on of `work->tile.pixel_count` pixels: seven, of which the first or the last may be at a
// border, or fewer with the same taps. `rows` are on the input.
static BNNMK_TARGET_AVX512 void set_tile(const bnnmk_binary_conv2d *conv, tile_work *work, bnnmk_tap_range rows,
                                         uint32_t x) {
  const bnnmk_window *w = &conv->window;
  bnnmk_wide_tile *tile = &work->tile;
  bnnmk_wide_taps *taps = &work->taps;
  const size_t words = conv->input_words, stride = conv->input_stride;
  const uint32_t pixel_count = tile->pixel_count;
  const bnnmk_tap_range all_columns = {0, w->kernel_w};
  const bnnmk_tap_range first = bnnmk_column_taps(w, x), last = bnnmk_column_taps(w, x + pixel_count - 1);
  const bnnmk_tap_range columns = pixel_count == 1 ? first : all_columns;
  taps->pixel_count = pixel_count;
  taps->box = bnnmk_make_tap_box(w, stride, words, rows, columns);
  taps->skipped_by_first = taps->skipped_by_last = 0;
  if (pixel_count > 1 && (first.first > 0 || last.last < w->kernel_w)) {
    taps->skipped_by_first = first.first;
    taps->skipped_by_last = w->kernel_w - last.last;
    taps->box.run_count = w->kernel_w;
    taps->box.run_length = words;
  }
  const int64_t y = (int64_t)tile->row * w->stride_h - w->pad_top + (int64_t)rows.first * w->dilation_h;
  const int64_t column = (int64_t)x * w->stride_w - w->pad_left + (int64_t)columns.first * w->dilation_w;
  taps->first = (y * w->in_w + column) * (int64_t)stride;
  work->first_weight = ((size_t)rows.first * w->kernel_w + columns.first) * words * BNNMK_CHANNEL_BLOCK;

  const uint32_t row_count = rows.last - rows.first, column_count = columns.last - columns.first;
  const uint32_t on_input = row_count * column_count, window = w->kernel_h * w->kernel_w;
  work->has_padding = conv->padding_sums && (on_input < window || taps->skipped_by_first || taps->skipped_by_last);
  if (work->has_padding) {
    const bnnmk_tap_range of_first = {columns.first + taps->skipped_by_first, columns.last},
                          of_last = {columns.first, columns.last - taps->skipped_by_last};
    work->padding = (bnnmk_wide_padding){bnnmk_all_padding(conv, 0),
                                         {[BNNMK_MOST_PIXELS] = bnnmk_corners_of(conv, rows, columns, 0),
                                          [BNNMK_FIRST_PIXEL] = bnnmk_corners_of(conv, rows, of_first, 0),
                                          [BNNMK_LAST_PIXEL] = bnnmk_corners_of(conv, rows, of_last, 0)}};
  }
  const uint32_t in_column = work->column_channels ? work->column_channels : row_count * conv->channels;
  const uint32_t all = conv->padding_sums ? window * conv->channels : column_count * in_column;
  for (uint32_t p = 0; p < pixel_count; p++) {
    tile->all[p] = (int32_t)all;
  }
  if (!conv->padding_sums) {
    tile->all[0] -= (int32_t)(taps->skipped_by_first * in_column);
    tile->all[pixel_count - 1] -= (int32_t)(taps->skipped_by_last * in_column);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_count_wide_padding(const bnnmk_wide_padding *padding, uint32_t channel,
                                                  uint32_t channel_count, bnnmk_padding_counts counts) {
  const __mmask16 lanes = bnnmk_first_lanes(channel_count);
  const __m512i all = _mm512_maskz_loadu_epi32(lanes, padding->all + channel);
  for (int kind = 0; kind < BNNMK_PIXEL_KINDS; kind++) {
    const bnnmk_padding_corners *box = &padding->boxes[kind];
    const __m512i last_row = _mm512_sub_epi32(_mm512_maskz_loadu_epi32(lanes, box->at[1][1] + channel),
                                              _mm512_maskz_loadu_epi32(lanes, box->at[1][0] + channel));
    const __m512i first_row = _mm512_sub_epi32(_mm512_maskz_loadu_epi32(lanes, box->at[0][1] + channel),
                                               _mm512_maskz_loadu_epi32(lanes, box->at[0][0] + channel));
    _mm512_storeu_si512(counts[kind], _mm512_add_epi32(_mm512_sub_epi32(all, last_row), first_row));
  }
}

// Adds what taps on padding differ from it.
static BNNMK_TARGET_AVX512 void add_padding(const bnnmk_wide_padding *padding, bnnmk_wide_tile *tile) {
  const uint32_t channel_count = tile->channel_count > BNNMK_CHANNEL_BLOCK ? BNNMK_WIDE_CHANNELS : BNNMK_CHANNEL_BLOCK;
  bnnmk_padding_counts more;
  bnnmk_count_wide_padding(padding, tile->channel, channel_count, more);
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const uint32_t *of_pixel = more[bnnmk_pixel_kind((int)p, (int)tile->pixel_count)];
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      const __m256i of_block = _mm256_loadu_si256((const __m256i *)(of_pixel + v * BNNMK_CHANNEL_BLOCK));
      uint64_t *counts = tile->counts[p][v];
      _mm512_store_si512(counts, _mm512_add_epi64(_mm512_load_si512(counts), _mm512_cvtepu32_epi64(of_block)));
    }
  }
}

// Taps that count times channels of the tile's pixels but the first and the last.
INLINE int32_t most_taps(const bnnmk_wide_tile *tile) { return tile->all[tile->pixel_count / 2]; }

// Whether a loop that decides may take the tile: what its first and its last pixel lack of the taps has halves.
INLINE int is_decided_at_once(const bnnmk_binary_conv2d *conv, const tile_work *work) {
  const bnnmk_wide_tile *tile = &work->tile;
  return conv->output_kind == BNNMK_OUTPUT_BITS && conv->switch_count == 1 && conv->channel_offset % 8 == 0 &&
         (most_taps(tile) - tile->all[0]) % 2 == 0 && (most_taps(tile) - tile->all[tile->pixel_count - 1]) % 2 == 0;
}

// The first `channel_count` channels, a multiple of sixteen, of the tile and its neighbours, by a loop that decides or
// finishes.
static BNNMK_TARGET_AVX512 void sum_tiles(const bnnmk_binary_conv2d *conv, tile_work *work, uint32_t tile_count,
                                          size_t block_words, uint32_t channel_count, const bnnmk_wide_loops *loops) {
  const bnnmk_wide_tile *tile = &work->tile;
  const bnnmk_wide_sums sums = {
      .tile_count = tile_count,
      .channel_count = channel_count,
      .block_words = block_words,
      .all = most_taps(tile),
      .lacked_first = (uint32_t)(most_taps(tile) - tile->all[0]) / 2,
      .lacked_last = (uint32_t)(most_taps(tile) - tile->all[tile->pixel_count - 1]) / 2,
      .padding = work->has_padding ? &work->padding : 0,
  };
  work->taps.weights[0] = conv->weights + work->first_weight;
  if (work->can_finish) {
    const bnnmk_wide_finish finish = {conv, tile->row, tile->pixel};
    loops->finish(&work->taps, &sums, &finish);
  } else {
    const size_t words = conv->output_channels / 64 + (conv->output_channels % 64 > 0);
    const bnnmk_wide_decisions decisions = {
        .points = conv->switch_points,
        .bytes = (uint8_t *)((uint64_t *)conv->output + tile->pixel * words) + conv->channel_offset / 8,
        .pixel_bytes = words * sizeof(uint64_t),
    };
    loops->decide(&work->taps, &sums, &decisions);
  }
}

// The tile's channels from `channel` on, by way of counts in memory.
static BNNMK_TARGET_AVX512 void convolve_channels(const bnnmk_binary_conv2d *conv, tile_work *work, size_t block_words,
                                                  uint32_t channel, const bnnmk_wide_loops *loops) {
  bnnmk_wide_tile *tile = &work->tile;
  const uint64_t *weights = conv->weights + work->first_weight;
  for (; channel < conv->out_channels; channel += BNNMK_WIDE_CHANNELS) {
    const uint32_t left = conv->out_channels - channel;
    tile->channel = channel;
    tile->channel_count = left < BNNMK_WIDE_CHANNELS ? left : BNNMK_WIDE_CHANNELS;
    work->taps.weights[0] = weights + channel * block_words;
    work->taps.weights[1] =
        work->taps.weights[0] + (left > BNNMK_CHANNEL_BLOCK ? block_words * BNNMK_CHANNEL_BLOCK : 0);
    loops->count(&work->taps, tile->counts);
    if (work->has_padding) {
      add_padding(&work->padding, tile);
    }
    store_wide_tile(conv, tile);
  }
}

// All channels of the tile and its neighbours, `tile_count` in all, with the same taps.
static BNNMK_TARGET_AVX512 void convolve_tiles(const bnnmk_binary_conv2d *conv, tile_work *work, uint32_t tile_count,
                                               const bnnmk_wide_loops *loops) {
  const size_t block_words = (size_t)conv->window.kernel_h * conv->window.kernel_w * conv->input_words;
  uint32_t channel = 0;
  if (work->can_finish || (loops->decide && is_decided_at_once(conv, work))) {
    channel = conv->out_channels - conv->out_channels % BNNMK_WIDE_CHANNELS;
    sum_tiles(conv, work, tile_count, block_words, channel, loops);
  }
  if (channel == conv->out_channels) {
    return;
  }
  for (; tile_count > 0; tile_count--) {
    convolve_channels(conv, work, block_words, channel, loops);
    work->taps.first += (int64_t)(work->tile.pixel_count * work->taps.pixel_step);
    work->tile.pixel += work->tile.pixel_count;
  }
}

// How many pixels of a row the tile from column x on takes.
static BNNMK_TARGET_AVX512 uint32_t tile_width(const bnnmk_binary_conv2d *conv, bnnmk_tap_range interior, uint32_t x) {
  const bnnmk_window *w = &conv->window;
  const uint32_t last = x + BNNMK_WIDE_PIXELS - 1;
  const int is_inside = x >= interior.first && last < interior.last;
  // One pixel at either end may miss taps, on its outer side.
  const bnnmk_tap_range of_first = bnnmk_column_taps(w, x), of_last = bnnmk_column_taps(w, last);
  const int is_near = interior.first < interior.last && x + 1 >= interior.first && last <= interior.last &&
                      last < w->out_w && of_first.last == w->kernel_w && of_last.first == 0 &&
                      of_first.first <= of_last.last;
  if (is_inside || is_near) {
    return BNNMK_WIDE_PIXELS;
  }
  if (x < interior.first || x >= interior.last) {
    return 1;
  }
  const uint32_t left = interior.last - x;
  return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

// Whether the map's pixels are one row as well: windows are single pixels, and nothing is summed up by rows.
static BNNMK_TARGET_AVX512 int is_one_row(const bnnmk_binary_conv2d *conv) {
  const bnnmk_window *w = &conv->window;
  const int has_row_sums = conv->row_sums || (conv->output_kind == BNNMK_OUTPUT_EPILOGUE && conv->epilogue->row_sums);
  return !has_row_sums && w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1 &&
         w->in_h == w->out_h && w->in_w == w->out_w && w->pad_top == 0 && w->pad_left == 0;
}

// Columns first..<last of output row `work->tile.row`.
static BNNMK_TARGET_AVX512 void convolve_columns(const bnnmk_binary_conv2d *conv, tile_work *work, uint32_t first,
                                                 uint32_t last, const bnnmk_wide_loops *loops) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range rows = bnnmk_row_taps(w, (uint32_t)work->tile.row);
  bnnmk_tap_range interior = bnnmk_interior_columns(w);
  interior.last = interior.last < last ? interior.last : last;
  uint32_t tile_count;
  for (uint32_t x = first; x < last; x += tile_count * work->tile.pixel_count) {
    work->tile.pixel = work->tile.row * w->out_w + x;
    work->tile.pixel_count = tile_width(conv, interior, x);
    set_tile(conv, work, rows, x);
    const int is_whole = work->tile.pixel_count == BNNMK_WIDE_PIXELS && x >= interior.first;
    tile_count = is_whole && interior.last > x + BNNMK_WIDE_PIXELS ? (interior.last - x) / BNNMK_WIDE_PIXELS : 1;
    convolve_tiles(conv, work, tile_count, loops);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_binary_conv2d_wide(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                                  uint32_t column_channels, const bnnmk_wide_loops *loops) {
  if (conv->mask) {
    bnnmk_binary_conv2d_x86_avx2(conv, begin, end);
    return;
  }
  const bnnmk_window *w = &conv->window;
  tile_work work = {.taps = {.input = conv->input, .pixel_step = (size_t)w->stride_w * conv->input_stride},
                    .column_channels = column_channels};
  // Accumulators have halves where channels do.
  work.can_finish = loops->finish && conv->output_kind == BNNMK_OUTPUT_EPILOGUE &&
                    (conv->channels | column_channels) % 2 == 0 && bnnmk_wide_scales_are_exact(conv);
  const uint64_t pixel_count = (uint64_t)w->out_h * w->out_w;
  if (is_one_row(conv) && pixel_count <= INT32_MAX) {
    bnnmk_binary_conv2d row = *conv;
    row.window.in_h = row.window.out_h = 1;
    row.window.in_w = row.window.out_w = (uint32_t)pixel_count;
    convolve_columns(&row, &work, begin * w->out_w, end * w->out_w, loops);
    return;
  }
  for (uint32_t y = begin; y < end; y++) {
    work.tile.row = y;
    convolve_columns(conv, &work, 0, w->out_w, loops);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

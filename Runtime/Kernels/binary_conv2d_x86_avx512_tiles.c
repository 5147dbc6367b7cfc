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
  size_t first_weight;             // of a block: where its first tap's words stand
  uint32_t row_count, tile_count;  // neighbours with the same taps, and as many below them
  uint32_t column_channels;        // of a column of taps on the input, where it has not `channels` of each
  int has_padding;                 // that counts
  int can_finish;                  // by a loop of its own
} tile_work;

// The tile from column x on of `work->tile.pixel_count` pixels: of several of them the first or the last may be at a
// border. `rows` are on the input.
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

// Words from where a row of tiles begins in the input to where the next one does.
INLINE size_t input_row_step(const bnnmk_binary_conv2d *conv) {
  return (size_t)conv->window.stride_h * conv->window.in_w * conv->input_stride;
}

// The first `channel_count` channels, a multiple of sixteen, of all tiles, by a loop that decides or finishes.
static BNNMK_TARGET_AVX512 void sum_tiles(const bnnmk_binary_conv2d *conv, tile_work *work, size_t block_words,
                                          uint32_t channel_count, const bnnmk_wide_loops *loops) {
  const bnnmk_wide_tile *tile = &work->tile;
  const bnnmk_wide_sums sums = {
      .row_count = work->row_count,
      .tile_count = work->tile_count,
      .input_row_step = input_row_step(conv),
      .channel_count = channel_count,
      .has_halves = loops->half_bytes > 0,
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
        .row_bytes = conv->window.out_w * words * sizeof(uint64_t),
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

// All channels of all tiles.
static BNNMK_TARGET_AVX512 void convolve_tiles(const bnnmk_binary_conv2d *conv, tile_work *work,
                                               const bnnmk_wide_loops *loops) {
  const size_t block_words = (size_t)conv->window.kernel_h * conv->window.kernel_w * conv->input_words;
  uint32_t channel = 0;
  if (work->can_finish || (loops->decide && is_decided_at_once(conv, work))) {
    channel = conv->out_channels - conv->out_channels % BNNMK_WIDE_CHANNELS;
    sum_tiles(conv, work, block_words, channel, loops);
  }
  if (channel == conv->out_channels) {
    return;
  }
  const int64_t first = work->taps.first;
  const size_t pixel = work->tile.pixel, pixel_count = work->tile.pixel_count;
  for (uint32_t row = 0; row < work->row_count; row++, work->tile.row++) {
    work->taps.first = first + (int64_t)(row * input_row_step(conv));
    work->tile.pixel = pixel + (size_t)row * conv->window.out_w;
    for (uint32_t tile = 0; tile < work->tile_count; tile++) {
      convolve_channels(conv, work, block_words, channel, loops);
      work->taps.first += (int64_t)(pixel_count * work->taps.pixel_step);
      work->tile.pixel += pixel_count;
    }
  }
}

// Columns that tiles of several pixels may have: of `interior`, and one more on either side, which lacks outer taps.
static BNNMK_TARGET_AVX512 bnnmk_tap_range tiled_columns(const bnnmk_window *w, bnnmk_tap_range interior) {
  bnnmk_tap_range tiled = interior;
  if (interior.first >= interior.last) {
    return tiled;
  }
  uint32_t first_tap = 0;
  if (interior.first > 0) {
    tiled.first--;
    first_tap = bnnmk_column_taps(w, tiled.first).first;
  }
  // Those of one tile have taps in common.
  tiled.last += interior.last < w->out_w && bnnmk_column_taps(w, interior.last).last >= first_tap;
  return tiled;
}

// How many pixels the next tile of a row takes, of whose tiled columns `left` are left.
INLINE uint32_t tile_width(uint32_t left) {
  if (!bnnmk_tiles_fill(left)) {
    return left >= 4 ? 4 : 1;
  }
  // Tiles of seven come first.
  const uint32_t tile_count = (left + BNNMK_WIDE_PIXELS - 1) / BNNMK_WIDE_PIXELS;
  return tile_count * (BNNMK_WIDE_PIXELS - 1) < left ? BNNMK_WIDE_PIXELS : BNNMK_WIDE_PIXELS - 1;
}

// Whether the map's pixels are one row as well: windows are single pixels, and nothing is summed up by rows.
static BNNMK_TARGET_AVX512 int is_one_row(const bnnmk_binary_conv2d *conv) {
  const bnnmk_window *w = &conv->window;
  const int has_row_sums = conv->row_sums || (conv->output_kind == BNNMK_OUTPUT_EPILOGUE && conv->epilogue->row_sums);
  return !has_row_sums && w->kernel_h == 1 && w->kernel_w == 1 && w->stride_h == 1 && w->stride_w == 1 &&
         w->in_h == w->out_h && w->in_w == w->out_w && w->pad_top == 0 && w->pad_left == 0;
}

// Output rows begin..<end of the tile from column x on and its neighbours.
static BNNMK_TARGET_AVX512 void convolve_rows(const bnnmk_binary_conv2d *conv, tile_work *work, uint32_t begin,
                                              uint32_t end, uint32_t x, const bnnmk_wide_loops *loops) {
  const bnnmk_window *w = &conv->window;
  for (uint32_t y = begin; y < end; y += work->row_count) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    work->row_count = 1;
    while (y + work->row_count < end) {
      const bnnmk_tap_range of_next = bnnmk_row_taps(w, y + work->row_count);
      if (of_next.first != rows.first || of_next.last != rows.last) {
        break;
      }
      work->row_count++;
    }
    work->tile.row = y;
    work->tile.pixel = (size_t)y * w->out_w + x;
    set_tile(conv, work, rows, x);
    convolve_tiles(conv, work, loops);
  }
}

// Columns first..<last of output rows begin..<end. Rows are the inner loop: what tiles have in common is set once.
static BNNMK_TARGET_AVX512 void convolve_columns(const bnnmk_binary_conv2d *conv, tile_work *work, uint32_t begin,
                                                 uint32_t end, uint32_t first, uint32_t last,
                                                 const bnnmk_wide_loops *loops) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range interior = bnnmk_interior_columns(w), tiled = tiled_columns(w, interior);
  const uint32_t tiled_last = tiled.last < last ? tiled.last : last;
  uint32_t width;
  for (uint32_t x = first; x < last; x += work->tile_count * width) {
    width = x >= tiled.first && x < tiled_last ? tile_width(tiled_last - x) : 1;
    width = loops->half_bytes > 0 && width < BNNMK_FEWEST_OF_HALVES ? 1 : width;
    work->tile_count = 1;
    if (x >= interior.first) {
      for (uint32_t next = x + width; next + width <= interior.last && next < tiled_last; next += width) {
        if (tile_width(tiled_last - next) != width) {
          break;
        }
        work->tile_count++;
      }
    }
    work->tile.pixel_count = width;
    convolve_rows(conv, work, begin, end, x, loops);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_binary_conv2d_wide(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                                  uint32_t column_channels, const bnnmk_wide_loops *loops) {
  if (conv->mask) {
    bnnmk_binary_conv2d_x86_avx2(conv, begin, end);
    return;
  }
  const bnnmk_window *w = &conv->window;
  tile_work work = {.taps = {.input = conv->input,
                             .unit_bytes = loops->half_bytes > 0 ? loops->half_bytes : sizeof(uint64_t),
                             .pixel_step = (size_t)w->stride_w * conv->input_stride},
                    .column_channels = column_channels};
  // Accumulators have halves where channels do. Who chose halves of words has looked at the scales.
  work.can_finish = loops->finish && conv->output_kind == BNNMK_OUTPUT_EPILOGUE &&
                    (conv->channels | column_channels) % 2 == 0 &&
                    (loops->half_bytes > 0 || bnnmk_wide_scales_are_exact(conv));
  const uint64_t pixel_count = (uint64_t)w->out_h * w->out_w;
  if (is_one_row(conv) && pixel_count <= INT32_MAX) {
    bnnmk_binary_conv2d row = *conv;
    row.window.in_h = row.window.out_h = 1;
    row.window.in_w = row.window.out_w = (uint32_t)pixel_count;
    convolve_columns(&row, &work, 0, 1, begin * w->out_w, end * w->out_w, loops);
  } else {
    convolve_columns(conv, &work, begin, end, 0, w->out_w, loops);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

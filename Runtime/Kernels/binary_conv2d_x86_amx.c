// Binary convolution for AMX: products of tiles of bytes -1 and +1, where they take less time than counting bits.
//
// Some rows of the output at a time: their input becomes planes of bytes, padding included, so that sums of products
// are the accumulators. Then, for each pair of sixteen channels, tiles of all pixels are summed up, job by job; while
// one is, those before are stored, both of a pair at once. Weights stay words: they become bytes a few steps before
// they are needed, once for all jobs of a pair where there is room for all steps, else for each.
#if defined(__x86_64__)

#include "amx_features.h"
#include "kernel_declarations.h"
#include "multiply_tiles_x86_amx.h"
#include "planes_x86_amx.h"
#include "store_accumulators_x86_avx512.h"

// Of the stack, for planes and weights.
enum { WORK_BYTES = 96 << 10, MOST_KEPT_TILES = 40 };

// Sums that are still to be stored: rows of a job, of which those between the output's rows mean nothing.
typedef struct unstored_sums {
  const bnnmk_binary_conv2d *conv;
  const int32_t *rows;
  uint32_t row_count;
  size_t row;              // of the output
  uint32_t column, pitch;  // of the next one, from 0 to `pitch`, of which the output has the first ones
  uint32_t channel, channel_count;
  int can_finish;  // values, in registers
} unstored_sums;

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static void store_pixels(const unstored_sums *sums, uint32_t pixel_count) {
  const bnnmk_binary_conv2d *conv = sums->conv;
  bnnmk_accumulator_place place = {sums->row, sums->row * conv->window.out_w + sums->column, pixel_count, sums->channel,
                                   sums->channel_count};
  if (sums->can_finish && sums->channel_count == BNNMK_PAIR_CHANNELS) {
    bnnmk_finish_accumulators(conv, &place, sums->rows, BNNMK_PAIR_CHANNELS);
    return;
  }
  for (uint32_t done = 0; done < sums->channel_count; done += BNNMK_TILE_CHANNELS) {
    place.channel = sums->channel + done;
    place.channel_count = least(sums->channel_count - done, BNNMK_TILE_CHANNELS);
    bnnmk_store_accumulators(conv, &place, sums->rows + done, BNNMK_PAIR_CHANNELS);
  }
}

// Stores some pixels of a row, or passes over what follows it.
static void store_some(void *rest) {
  unstored_sums *sums = rest;
  const uint32_t width = sums->conv->window.out_w;
  uint32_t done = least(sums->row_count, sums->pitch - sums->column);
  if (sums->column < width) {
    done = least(least(done, width - sums->column), BNNMK_MOST_STORED_PIXELS);
    if (done > 0) {
      store_pixels(sums, done);
    }
  }
  sums->rows += done * BNNMK_PAIR_CHANNELS;
  sums->row_count -= done;
  sums->column += done;
  if (sums->column == sums->pitch) {
    sums->column = 0;
    sums->row++;
  }
}

static void store_all(unstored_sums *sums) {
  while (sums->row_count > 0) {
    store_some(sums);
  }
}

// A band of rows, and its jobs: both halves of a pair, for all tiles, then those of the next pair.
typedef struct band_work {
  const bnnmk_binary_conv2d *conv;
  const bnnmk_plane_form *form;
  bnnmk_plane_band band;
  const int8_t *planes, *weights;
  uint32_t step_count;
  int keeps_weights, can_finish;
  // The next job: the pair's first channel, the number among those of its half, the first tile, and the half.
  uint32_t channel, number, first_tile, half;
} band_work;

typedef struct pair_job {
  bnnmk_tile_job tiles;
  uint32_t half;
  int is_last;  // of its pair
  unstored_sums sums;
} pair_job;

// The next job; has no tiles where there is none.
static pair_job take_job(band_work *work) {
  const bnnmk_binary_conv2d *conv = work->conv;
  const bnnmk_plane_band *band = &work->band;
  if (work->channel >= conv->out_channels) {
    return (pair_job){.half = 0};
  }
  const uint32_t channel = work->channel + work->half * BNNMK_TILE_CHANNELS, steps = work->step_count;
  const uint32_t first = work->first_tile * band->tile_rows, left = conv->out_channels - work->channel;
  const uint32_t tile_count = bnnmk_tiles_of_job(band->tile_count, work->number);
  const int are_bytes = work->keeps_weights && work->number > 0;
  const pair_job job = {
      .tiles =
          {
              .input = work->planes + (size_t)first * BNNMK_PLANE_PIXEL_BYTES,
              .tile_count = tile_count,
              .weights = are_bytes ? 0 : conv->weights + (size_t)channel * steps,
              .other_weights =
                  conv->out_channels - channel > BNNMK_CHANNEL_BLOCK ? (size_t)steps * BNNMK_CHANNEL_BLOCK : 0,
              .bytes = work->keeps_weights ? work->weights + (size_t)work->half * steps * BNNMK_TILE_BYTES : 0,
          },
      .half = work->half,
      .is_last = work->half > 0 || left <= BNNMK_TILE_CHANNELS,
      .sums =
          {
              .conv = conv,
              .row_count = first < band->run ? least(tile_count * band->tile_rows, band->run - first) : 0,
              .row = band->first_row + (size_t)(first / work->form->pitch),
              .column = first % work->form->pitch,
              .pitch = work->form->pitch,
              .channel = work->channel,
              .channel_count = least(left, BNNMK_PAIR_CHANNELS),
              .can_finish = work->can_finish,
          },
  };
  if (!job.is_last) {
    work->half = 1;
    return job;
  }
  work->half = 0;
  work->number++;
  work->first_tile += tile_count;
  if (work->first_tile == band->tile_count) {
    work->channel += BNNMK_PAIR_CHANNELS;
    work->number = work->first_tile = 0;
  }
  return job;
}

// After how many of the steps of both halves some pixels are to be stored, so that all are in about equal time.
static uint32_t interval_of(const unstored_sums *sums, uint32_t step_count) {
  const uint32_t calls = sums->row_count / BNNMK_MOST_STORED_PIXELS + 2 * (sums->row_count / sums->pitch) + 2;
  const uint32_t interval = 2 * step_count / calls;
  return interval > 0 ? interval : 1;
}

// All jobs of a band.
static void run_jobs(band_work *work, bnnmk_tile_loop *loop) {
  _Alignas(64) int32_t sums[2][BNNMK_MOST_JOB_ROWS][BNNMK_PAIR_CHANNELS];
  unstored_sums unstored = {.row_count = 0};
  bnnmk_tile_rest rest = {store_some, &unstored, UINT32_MAX};
  pair_job job = take_job(work);
  bnnmk_start_weights(loop, &job.tiles);
  for (int turn = 0; job.tiles.tile_count > 0;) {
    const pair_job next = take_job(work);
    bnnmk_multiply_tiles(loop, &job.tiles, &next.tiles, &rest, sums[turn][0] + job.half * BNNMK_TILE_CHANNELS);
    if (job.is_last) {
      store_all(&unstored);
      unstored = job.sums;
      unstored.rows = sums[turn][0];
      rest.interval = interval_of(&unstored, loop->step_count);
      turn ^= 1;
    }
    job = next;
  }
  store_all(&unstored);
}

// How a call's rows are split.
typedef struct layer_split {
  bnnmk_plane_form form;
  uint32_t step_count, band_rows;
  size_t weight_bytes;  // of the work memory; planes follow
  int keeps_weights;
} layer_split;

// Rows as many as there is room for their planes, in bands of about equal height; 0 where it is not enough for one.
static int split_rows(const bnnmk_binary_conv2d *conv, uint32_t row_count, layer_split *split) {
  const bnnmk_window *w = &conv->window;
  if (!bnnmk_form_planes(conv, &split->form)) {
    return 0;
  }
  split->step_count = w->kernel_h * w->kernel_w * conv->input_words;
  split->keeps_weights = 2 * split->step_count <= MOST_KEPT_TILES;
  const uint32_t tiles = split->keeps_weights ? 2 * split->step_count : BNNMK_TILES_AHEAD;
  split->weight_bytes = (size_t)tiles * BNNMK_TILE_BYTES;
  for (uint32_t bands = 1; bands <= row_count; bands++) {
    split->band_rows = (row_count + bands - 1) / bands;
    const bnnmk_plane_band band = bnnmk_band_of_planes(conv, &split->form, 0, split->band_rows);
    if (band.byte_count <= WORK_BYTES - split->weight_bytes) {
      return 1;
    }
  }
  return 0;
}

// Whether tiles can compute the layer's rows.
static int are_possible(const bnnmk_binary_conv2d *conv, uint32_t row_count, layer_split *split) {
  return row_count > 0 && conv->layout == BNNMK_LAYOUT_WORDS && !conv->mask &&
         !(conv->padding_sums && conv->pad_value == 0) && split_rows(conv, row_count, split);
}

// Whether tiles take less time than counting, which folds rows of few channels. A step of sixteen channels takes
// counting 2.6 cycles a pixel, and tiles one a row, besides bytes, which are made meanwhile, and what a job or a band
// takes once: where steps are few, that is most of it.
static int are_gain(const bnnmk_binary_conv2d *conv, const layer_split *split) {
  enum { LEAST_CHANNELS = 33, LEAST_STEPS = 9 };
  const bnnmk_plane_band band = bnnmk_band_of_planes(conv, &split->form, 0, split->band_rows);
  return conv->channels >= LEAST_CHANNELS && split->step_count >= LEAST_STEPS &&
         bnnmk_tile_cycles(band.tile_count, band.tile_rows) <= 2 * (uint64_t)split->band_rows * conv->window.out_w;
}

static BNNMK_TARGET_AMX void convolve(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                      const layer_split *split) {
  _Alignas(64) int8_t memory[WORK_BYTES];
  bnnmk_tile_step steps[BNNMK_MOST_TILE_STEPS];
  const uint32_t ahead = least(BNNMK_TILES_AHEAD, split->step_count);
  band_work work = {
      .conv = conv,
      .form = &split->form,
      .planes = memory + split->weight_bytes,
      .weights = memory,
      .step_count = split->step_count,
      .keeps_weights = split->keeps_weights,
      .can_finish = conv->output_kind == BNNMK_OUTPUT_EPILOGUE && bnnmk_wide_scales_are_exact(conv),
  };
  uint32_t tile_rows = 0;
  for (uint32_t y = begin; y < end; y += work.band.row_count) {
    work.band = bnnmk_band_of_planes(conv, &split->form, y, least(split->band_rows, end - y));
    work.channel = work.number = work.first_tile = work.half = 0;
    if (work.band.tile_rows != tile_rows) {
      tile_rows = work.band.tile_rows;
      bnnmk_configure_tiles(tile_rows, BNNMK_WEIGHTS_REGISTER);
    }
    bnnmk_fill_planes(conv, &split->form, &work.band, memory + split->weight_bytes);
    bnnmk_set_tile_steps(conv, &split->form, &work.band, steps);
    bnnmk_tile_loop loop = {
        .steps = steps,
        .step_count = split->step_count,
        .tile_rows = tile_rows,
        .weights = {.first = memory, .end = memory + split->weight_bytes, .written = memory, .read = memory, ahead},
    };
    run_jobs(&work, &loop);
  }
  // Nothing of them to be saved when threads take turns.
  _tile_release();
}

void bnnmk_binary_conv2d_x86_amx(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_conv2d *conv = arguments;
  layer_split split;
  if (are_possible(conv, end - begin, &split) && are_gain(conv, &split)) {
    convolve(conv, begin, end, &split);
  } else {
    bnnmk_binary_conv2d_x86_avx512_vpopcntdq(conv, begin, end);
  }
}

void bnnmk_binary_conv2d_x86_amx_tiles(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_conv2d *conv = arguments;
  layer_split split;
  if (are_possible(conv, end - begin, &split)) {
    convolve(conv, begin, end, &split);
  } else {
    bnnmk_binary_conv2d_x86_avx512_vpopcntdq(conv, begin, end);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_amx_here;
#endif

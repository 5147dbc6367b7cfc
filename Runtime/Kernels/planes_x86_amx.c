// The input of a binary convolution as bytes -1 and +1 for AMX.
#if defined(__x86_64__)

#include "planes_x86_amx.h"

#include "amx_features.h"
#include "multiply_tiles_x86_amx.h"

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

static uint32_t divided_up(uint64_t a, uint32_t b) { return (uint32_t)((a + b - 1) / b); }

static void form_axis(uint32_t kernel, uint32_t stride, uint32_t dilation, bnnmk_plane_axis *axis) {
  axis->phase_count = axis->most_shift = 0;
  for (uint32_t tap = 0; tap < kernel; tap++) {
    const uint32_t remainder = tap * dilation % stride;
    axis->shifts[tap] = tap * dilation / stride;
    axis->most_shift = most(axis->most_shift, axis->shifts[tap]);
    uint32_t phase = 0;
    while (phase < axis->phase_count && axis->remainders[phase] != remainder) {
      phase++;
    }
    axis->remainders[phase] = remainder;
    axis->phases[tap] = phase;
    axis->phase_count = most(axis->phase_count, phase + 1);
  }
}

// Pixels first..<last of a line of a phase are on the input.
typedef struct pixel_range {
  uint32_t first, last;
} pixel_range;

static pixel_range pixels_on_input(uint32_t in, uint32_t stride, uint32_t pad, uint32_t remainder, uint32_t count) {
  const uint32_t first = pad > remainder ? divided_up(pad - remainder, stride) : 0;
  const uint32_t last = in + (uint64_t)pad > remainder ? divided_up((uint64_t)in + pad - remainder, stride) : 0;
  return (pixel_range){least(first, count), most(least(first, count), least(last, count))};
}

int bnnmk_form_planes(const bnnmk_binary_conv2d *conv, bnnmk_plane_form *form) {
  const bnnmk_window *w = &conv->window;
  enum { EXTENT_BITS = 24 };
  const uint32_t extents = w->in_h | w->in_w | w->out_h | w->out_w | w->stride_h | w->stride_w | w->dilation_h |
                           w->dilation_w | w->pad_top | w->pad_left;
  const uint64_t steps = (uint64_t)w->kernel_h * w->kernel_w * conv->input_words;
  if (extents >> EXTENT_BITS > 0 || w->kernel_h > BNNMK_MOST_AXIS_TAPS || w->kernel_w > BNNMK_MOST_AXIS_TAPS ||
      steps > BNNMK_MOST_TILE_STEPS) {
    return 0;
  }
  form_axis(w->kernel_h, w->stride_h, w->dilation_h, &form->y);
  form_axis(w->kernel_w, w->stride_w, w->dilation_w, &form->x);
  form->pitch = form->shared = 0;
  for (uint32_t phase = 0; phase < form->x.phase_count; phase++) {
    uint32_t shift = 0;
    for (uint32_t tap = 0; tap < w->kernel_w; tap++) {
      shift = most(shift, form->x.phases[tap] == phase ? form->x.shifts[tap] : 0);
    }
    const uint32_t width = w->out_w + shift;
    const pixel_range own = pixels_on_input(w->in_w, w->stride_w, w->pad_left, form->x.remainders[phase], width);
    // Rows of outputs are apart, and what is behind a row is in the next one.
    const uint32_t shared = least(least(own.first, width - own.last), least(shift, width / 2));
    form->pitch = most(form->pitch, width - shared);
    form->shared = most(form->shared, shared);
  }
  return 1;
}

uint32_t bnnmk_tile_cycles(uint32_t tile_count, uint32_t tile_rows) {
  // A product takes a cycle a row, and as many until the next one may add to the same sums.
  enum { LATENCY = 52 };
  uint32_t cycles = 0;
  for (uint32_t first = 0, job = 0; first < tile_count; job++) {
    const uint32_t tiles = bnnmk_tiles_of_job(tile_count, job);
    cycles += most(tiles * tile_rows, LATENCY);
    first += tiles;
  }
  return cycles;
}

bnnmk_plane_band bnnmk_band_of_planes(const bnnmk_binary_conv2d *conv, const bnnmk_plane_form *form, uint32_t first_row,
                                      uint32_t row_count) {
  enum { MORE_TILES = 3 };
  const uint64_t run = (row_count - 1) * (uint64_t)form->pitch + conv->window.out_w;
  bnnmk_plane_band band = {.first_row = first_row, .row_count = row_count, .byte_count = UINT64_MAX};
  if (run > INT32_MAX / BNNMK_PLANE_PIXEL_BYTES) {
    return band;
  }
  band.run = (uint32_t)run;
  uint32_t least_cycles = UINT32_MAX;
  for (uint32_t tiles = divided_up(run, BNNMK_TILE_ROWS), more = 0; more <= MORE_TILES; tiles++, more++) {
    const uint32_t rows = divided_up(run, tiles), cycles = bnnmk_tile_cycles(tiles, rows);
    if (cycles < least_cycles) {
      least_cycles = cycles;
      band.tile_count = tiles;
      band.tile_rows = rows;
    }
  }
  const uint64_t filled = (row_count + (uint64_t)form->y.most_shift) * form->pitch + form->shared;
  const uint64_t read =
      (uint64_t)band.tile_count * band.tile_rows + (uint64_t)form->y.most_shift * form->pitch + form->x.most_shift;
  band.plane_pixels = filled > read ? filled : read;
  band.byte_count = (uint64_t)conv->input_words * form->y.phase_count * form->x.phase_count * band.plane_pixels *
                    BNNMK_PLANE_PIXEL_BYTES;
  return band;
}

void bnnmk_set_tile_steps(const bnnmk_binary_conv2d *conv, const bnnmk_plane_form *form, const bnnmk_plane_band *band,
                          bnnmk_tile_step *steps) {
  const bnnmk_window *w = &conv->window;
  for (uint32_t word = 0; word < conv->input_words; word++) {
    for (uint32_t ky = 0; ky < w->kernel_h; ky++) {
      const size_t row_plane = (size_t)word * form->y.phase_count + form->y.phases[ky];
      for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
        const size_t plane = row_plane * form->x.phase_count + form->x.phases[kx];
        const size_t pixel = plane * band->plane_pixels + (size_t)form->y.shifts[ky] * form->pitch + form->x.shifts[kx];
        const size_t tap = (size_t)ky * w->kernel_w + kx;
        *steps++ = (bnnmk_tile_step){
            .input = (uint32_t)(pixel * BNNMK_PLANE_PIXEL_BYTES),
            .weights = (uint32_t)((tap * conv->input_words + word) * BNNMK_CHANNEL_BLOCK),
        };
      }
    }
  }
}

// The rows of one plane: every `row_step` words of the input, pixels `pixel_step` from each other.
typedef struct plane_source {
  const uint64_t *words;  // of the first pixel that is on the input
  size_t row_step, pixel_step;
  pixel_range rows, columns;
  __m512i plus, padding;  // of the channels that exist, 0 behind them
} plane_source;

static inline BNNMK_TARGET_AVX512 int8_t *fill_padding(int8_t *to, size_t count, __m512i padding) {
  for (; count > 0; count--, to += BNNMK_PLANE_PIXEL_BYTES) {
    _mm512_store_si512(to, padding);
  }
  return to;
}

static BNNMK_TARGET_AVX512 void fill_plane(const plane_source *source, uint32_t row_count, uint32_t pitch,
                                           uint32_t shared, int8_t *to) {
  const __m512i plus = source->plus, minus = _mm512_set1_epi8(-1), padding = source->padding;
  const size_t pixel_step = source->pixel_step;
  const pixel_range columns = source->columns;
  to = fill_padding(to, (size_t)source->rows.first * pitch, padding);
  const uint64_t *row = source->words;
  for (uint32_t y = source->rows.first; y < source->rows.last; y++, row += source->row_step) {
    to = fill_padding(to, columns.first, padding);
    const uint64_t *word = row;
    for (uint32_t x = columns.first; x < columns.last; x++, word += pixel_step, to += BNNMK_PLANE_PIXEL_BYTES) {
      // Bits behind the last channel are 0, which takes the 0 there.
      _mm512_store_si512(to, _mm512_mask_blend_epi8(_cvtu64_mask64(*word), plus, minus));
    }
    to = fill_padding(to, pitch - columns.last, padding);
  }
  fill_padding(to, (size_t)(row_count - source->rows.last) * pitch + shared, padding);
}

BNNMK_TARGET_AVX512 void bnnmk_fill_planes(const bnnmk_binary_conv2d *conv, const bnnmk_plane_form *form,
                                           const bnnmk_plane_band *band, int8_t *planes) {
  const bnnmk_window *w = &conv->window;
  const uint32_t row_count = band->row_count + form->y.most_shift, phases = form->x.phase_count;
  const size_t input_row = (size_t)w->in_w * conv->input_stride;
  plane_source source = {.row_step = w->stride_h * input_row, .pixel_step = (size_t)w->stride_w * conv->input_stride};
  for (uint32_t word = 0; word < conv->input_words; word++) {
    const uint32_t channels = least(conv->channels - word * 64, 64);
    const __mmask64 exists = _cvtu64_mask64(~(uint64_t)0 >> (64 - channels));
    source.plus = _mm512_maskz_set1_epi8(exists, 1);
    source.padding = _mm512_maskz_set1_epi8(exists, conv->padding_sums ? (char)conv->pad_value : 0);
    for (uint32_t phase = 0; phase < form->y.phase_count * phases; phase++, planes += band->plane_pixels * 64) {
      const uint32_t row_remainder = form->y.remainders[phase / phases];
      const uint32_t column_remainder = form->x.remainders[phase % phases];
      // As a window from the band's first row on has it.
      const int64_t top = (int64_t)band->first_row * w->stride_h + row_remainder - w->pad_top;
      const uint32_t pad = top < 0 ? (uint32_t)-top : 0;
      const uint64_t above = top < 0 ? 0 : (uint64_t)top;
      const uint32_t in = above < w->in_h ? w->in_h - (uint32_t)above : 0;
      source.rows = pixels_on_input(in, w->stride_h, pad, 0, row_count);
      source.columns = pixels_on_input(w->in_w, w->stride_w, w->pad_left, column_remainder, form->pitch);
      const int64_t y = top + (int64_t)source.rows.first * w->stride_h;
      const int64_t x = (int64_t)source.columns.first * w->stride_w + column_remainder - w->pad_left;
      source.words = conv->input;
      if (source.rows.first < source.rows.last && source.columns.first < source.columns.last) {
        source.words += (size_t)y * input_row + (size_t)x * conv->input_stride + word;
      }
      fill_plane(&source, row_count, form->pitch, form->shared, planes);
    }
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_amx_here;
#endif

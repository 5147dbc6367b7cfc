// Strips of binary convolution by nibble tables: words of the input become entries, eight a word.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "nibble_strip.h"
#define AVX2 __attribute__((target("avx2")))

static inline AVX2 __attribute__((always_inline)) void expand_word(const uint64_t *word, uint16_t *entries) {
  const __m128i bytes = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)word));
  _mm_storeu_si128((__m128i *)entries, _mm_slli_epi16(bytes, 2));
}

static AVX2 void expand_words(const uint64_t *words, size_t count, uint16_t *entries) {
  size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    const __m256i bytes = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(words + i)));
    _mm256_storeu_si256((__m256i *)(entries + 8 * i), _mm256_slli_epi16(bytes, 2));
  }
  if (i < count) {
    expand_word(words + i, entries + 8 * i);
  }
}

// Columns of entries of one row: on the input from `first` on, `step` columns apart, each of `width` entries.
typedef struct strip_columns {
  int64_t first;
  size_t step, count, width;
} strip_columns;

// Columns from...<to, which are padding.
static AVX2 void fill_padding(const strip_columns *columns, size_t from, size_t to, uint16_t *entries) {
  for (size_t i = from * columns->width; i < to * columns->width; i++) {
    entries[i] = BNNMK_NO_BYTE;
  }
}

// The columns of input row y. What is written behind a column belongs to the next one, which follows.
static AVX2 void fill_row(const bnnmk_binary_conv2d *conv, const strip_columns *columns, int64_t y, uint16_t *entries) {
  const bnnmk_window *w = &conv->window;
  size_t from = 0, to = 0;
  if (y >= 0 && y < w->in_h) {
    const size_t step = columns->step;
    from = columns->first < 0 ? ((size_t)-columns->first + step - 1) / step : 0;
    from = from < columns->count ? from : columns->count;
    to = columns->first < w->in_w ? (size_t)(w->in_w - 1 - columns->first) / step + 1 : 0;
    to = to < columns->count ? to : columns->count;
    to = to < from ? from : to;
  }
  fill_padding(columns, 0, from, entries);
  if (from < to) {
    const size_t stride = conv->input_stride, words = conv->input_words, width = columns->width;
    const size_t column = (size_t)(columns->first + (int64_t)(from * columns->step));
    const uint64_t *pixel = conv->input + ((size_t)y * w->in_w + column) * stride;
    uint16_t *column_entries = entries + from * width;
    const uint16_t *end = entries + to * width;
    if (columns->step == 1 && stride == words && width == 8 * words) {
      expand_words(pixel, (to - from) * words, column_entries);
    } else if (words == 1) {
      for (; column_entries < end; column_entries += width, pixel += columns->step * stride) {
        expand_word(pixel, column_entries);
      }
    } else {
      for (; column_entries < end; column_entries += width, pixel += columns->step * stride) {
        expand_words(pixel, words, column_entries);
      }
    }
  }
  fill_padding(columns, to, columns->count, entries);
}

AVX2 void bnnmk_make_nibble_strip_x86_avx2(const bnnmk_binary_conv2d *conv, uint32_t y, uint32_t x,
                                           bnnmk_nibble_strip *strip) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
  const size_t width = bnnmk_tap_entries(conv->channels), row_count = rows.last - rows.first;
  const size_t room = row_count > 0 ? BNNMK_STRIP_ENTRIES / (row_count * width) : w->out_w;
  // Columns of entries: those of the input, or as far apart as taps and pixels both are.
  size_t step = w->kernel_w == 1 ? w->stride_w : w->stride_w % w->dilation_w == 0 ? w->dilation_w : 1;
  size_t tap_step = w->kernel_w == 1 ? 0 : w->dilation_w / step, pixel_step = w->stride_w / step;
  size_t reach = (w->kernel_w - 1) * tap_step, pixel_count = 1;
  const size_t left = w->out_w - x;
  if (left > 1 && reach + pixel_step < room) {
    const size_t most = (room - reach - 1) / pixel_step + 1, parts = (left + most - 1) / most;
    pixel_count = (left + parts - 1) / parts;
  } else {
    // One pixel: nothing but its taps.
    step = w->dilation_w;
    tap_step = 1;
    reach = w->kernel_w - 1;
  }
  const strip_columns columns = {
      .first = (int64_t)x * w->stride_w - w->pad_left,
      .step = step,
      .count = reach + (pixel_count - 1) * pixel_step + 1,
      .width = width,
  };
  strip->y = y;
  strip->x = x;
  strip->pixel_count = (uint32_t)pixel_count;
  strip->rows = rows;
  strip->whole = bnnmk_interior_columns(w);
  strip->run_count = tap_step <= 1 ? 1 : w->kernel_w;
  strip->row_step = columns.count * width;
  strip->run_step = tap_step * width;
  strip->run_length = tap_step <= 1 ? w->kernel_w * width : width;
  strip->pixel_step = pixel_step * width;
  strip->first_step = (size_t)rows.first * w->kernel_w * width;
  for (size_t row = 0; row < row_count; row++) {
    const int64_t input_row = (int64_t)y * w->stride_h - w->pad_top + (int64_t)(rows.first + row) * w->dilation_h;
    fill_row(conv, &columns, input_row, strip->entries + row * strip->row_step);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// The inner loops of binary convolution for NEON: a register of counts for each of up to eight pixels, over the whole
// window. A kernel three taps wide loads a row's columns once for all three taps:
//
//   columns   c0 c1 c2 c3 c4 c5 c6 c7 c8 c9     of eight pixels; c0 or c9 may be padding
//   tap 0     p0 p1 p2 p3 p4 p5 p6 p7
//   tap 1        p0 p1 p2 p3 p4 p5 p6 p7
//   tap 2           p0 p1 p2 p3 p4 p5 p6 p7
//
// Every other window is a box of taps that each pixel loads for itself.
#if defined(__ARM_NEON)

#include "count_tiles_neon.h"

#include <stdatomic.h>

#include "neon_differences.h"

// Scheduled for any machine, clang starts so many pixels at once that counts leave the registers.
#if defined(__aarch64__)
#define TUNED __attribute__((target("tune=cortex-a72")))
#else
#define TUNED
#endif

// Between taps, so that a compiler does not load weights so early that counts leave the registers. No instruction.
#define KEEP_ORDER() atomic_signal_fence(memory_order_seq_cst)

BNNMK_INLINE void store_counts(const uint16x8_t counts[], const int width, uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  BNNMK_UNROLL
  for (int p = 0; p < width; p++) {
    vst1q_u16(stored[p], counts[p]);
  }
}

// The next word of a tap's weights; with one word a pixel, all taps of all rows follow each other.
BNNMK_INLINE bnnmk_weight_word next_word(const uint64_t **tap, const uint64_t *only_word, const int has_one_word) {
  return has_one_word ? bnnmk_load_weight_word(only_word) : bnnmk_next_weight_word(tap);
}

// Tiles of a kernel three taps wide, which has taps on the input. `width` is a constant in every call, so that counts
// live in registers; `has_one_word` too: pixels are of one word, and follow each other.
BNNMK_INLINE void count_shared(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int width,
                               const int has_one_word, uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const bnnmk_tap_box box = *run->box;
  const size_t step = run->pixel_step, word_count = has_one_word ? 1 : box.run_length;
  const size_t tap_step = word_count * BNNMK_CHANNEL_BLOCK;
  const size_t input_jump = box.input_row_step - word_count;
  const size_t weights_jump = box.weights_row_step * BNNMK_CHANNEL_BLOCK - tap_step;
  const uint64_t *weights = run->weights, *input = run->input + first * step;
  const uint16x8_t start = vld1q_u16(run->start);
  const uint16_t *first_start = run->start, *last_start = run->start;  // of the next tile's outer pixels
  int lacks_first = run->lacks_first && first == 0;
  if (lacks_first) {
    first_start = run->start_first;
  }
  const uint32_t before_last = last - (uint32_t)width;
  for (uint32_t pixel = first; pixel < last; pixel += (uint32_t)width, input += (size_t)width * step) {
    int lacks_last = 0;
    if (pixel == before_last && last == run->pixel_count && run->lacks_last) {
      lacks_last = 1;
      last_start = run->start_last;
    }
    uint16x8_t counts[BNNMK_NEON_TILE];
    BNNMK_UNROLL
    for (int p = 1; p < width - 1; p++) {
      counts[p] = start;
    }
    counts[0] = vld1q_u16(first_start);
    if (width > 1 || lacks_last) {
      counts[width - 1] = vld1q_u16(last_start);
    }
    BNNMK_COMPUTE_HERE("r", lacks_first);
    BNNMK_COMPUTE_HERE("r", lacks_last);
    const uint64_t *x = input, *w0 = weights, *w1 = weights + tap_step, *w2 = w1 + tap_step;
    uint32_t rows = box.row_count;
    do {
      size_t words = word_count;
      do {
        const uint64_t *column = x++;
        bnnmk_weight_word word = next_word(&w0, w0, has_one_word);
        if (__builtin_expect(!lacks_first, 1)) {
          counts[0] = bnnmk_add_differences(counts[0], bnnmk_load_doubled(column), word);
        }
        column += step;
        if (!has_one_word) {
          BNNMK_COMPUTE_HERE("r", column);
        }
        uint8x16_t columns[BNNMK_NEON_TILE];  // all but the first and the last one
        BNNMK_UNROLL
        for (int p = 0; p < width; p++) {
          columns[p] = bnnmk_load_doubled(column);
          column += step;
        }
        BNNMK_COMPUTE_HERE("r", column);
        BNNMK_UNROLL
        for (int p = 1; p < width; p++) {
          counts[p] = bnnmk_add_differences(counts[p], columns[p - 1], word);
        }
        KEEP_ORDER();
        word = next_word(&w1, w0 + BNNMK_CHANNEL_BLOCK, has_one_word);
        BNNMK_UNROLL
        for (int p = 0; p < width; p++) {
          counts[p] = bnnmk_add_differences(counts[p], columns[p], word);
        }
        KEEP_ORDER();
        word = next_word(&w2, w0 + 2 * BNNMK_CHANNEL_BLOCK, has_one_word);
        BNNMK_UNROLL
        for (int p = 0; p < width - 1; p++) {
          counts[p] = bnnmk_add_differences(counts[p], columns[p + 1], word);
        }
        BNNMK_UNROLL
        for (int p = 0; p < width - 1; p++) {
          BNNMK_COMPUTE_HERE("w", counts[p]);
        }
        if (__builtin_expect(!lacks_last, 1)) {
          counts[width - 1] = bnnmk_add_differences(counts[width - 1], bnnmk_load_doubled(column), word);
        }
        if (!has_one_word) {
          BNNMK_COMPUTE_HERE("r", x);
        }
      } while (--words > 0);
      x += input_jump;
      BNNMK_COMPUTE_HERE("r", x);
      if (has_one_word) {
        w0 += 3 * BNNMK_CHANNEL_BLOCK;
      } else {
        w0 += weights_jump;
        w1 += weights_jump;
        w2 += weights_jump;
      }
    } while (--rows > 0);
    store_counts(counts, width, stored + pixel);
    lacks_first = 0;
    first_start = run->start;
  }
}

// Tiles of any window.
BNNMK_INLINE void count_box(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int width,
                            uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const bnnmk_tap_box box = *run->box;
  const size_t step = run->pixel_step;
  const uint64_t *first_weights = run->weights, *first_input = run->input + first * step;
  const uint16x8_t start = vld1q_u16(run->start);
  for (uint32_t pixel = first; pixel < last; pixel += (uint32_t)width, first_input += (size_t)width * step) {
    uint16x8_t counts[BNNMK_NEON_TILE];
    BNNMK_UNROLL
    for (int p = 0; p < width; p++) {
      counts[p] = start;
    }
    const uint64_t *input_row = first_input, *weights_row = first_weights;
    for (uint32_t row = box.row_count; row > 0; row--) {
      const uint64_t *input = input_row, *weights = weights_row;
      for (uint32_t tap = box.run_count; tap > 0; tap--) {
        const uint64_t *w = weights;
        for (const uint64_t *x = input, *end = input + box.run_length; x < end; x++) {
          const bnnmk_weight_word word = bnnmk_next_weight_word(&w);
          const uint64_t *at = x;
          BNNMK_UNROLL
          for (int p = 0; p < width; p++) {
            counts[p] = bnnmk_add_differences(counts[p], bnnmk_load_doubled(at), word);
            at += step;
          }
        }
        input += box.input_run_step;
        weights += box.weights_run_step * BNNMK_CHANNEL_BLOCK;
      }
      input_row += box.input_row_step;
      weights_row += box.weights_row_step * BNNMK_CHANNEL_BLOCK;
    }
    store_counts(counts, width, stored + pixel);
  }
}

// Both for each width, as functions of their own: each then has the registers to itself.
#define COUNT_TILES(name, count, ...)                                                                        \
  static TUNED __attribute__((noinline)) void name(const bnnmk_neon_run *run, uint32_t first, uint32_t last, \
                                                   uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {                 \
    count(run, first, last, __VA_ARGS__, stored);                                                            \
  }
#define COUNT_TILES_OF(width)                               \
  COUNT_TILES(count_shared_##width, count_shared, width, 0) \
  COUNT_TILES(count_box_##width, count_box, width)
COUNT_TILES_OF(1)
COUNT_TILES_OF(2)
COUNT_TILES_OF(3)
COUNT_TILES_OF(4)
#if defined(__aarch64__)
COUNT_TILES_OF(5)
COUNT_TILES_OF(6)
COUNT_TILES_OF(7)
COUNT_TILES_OF(8)
COUNT_TILES(count_one_word_7, count_shared, 7, 1)
COUNT_TILES(count_one_word_8, count_shared, 8, 1)
#endif

typedef void count_tiles(const bnnmk_neon_run *run, uint32_t first, uint32_t last,
                         uint16_t stored[][BNNMK_CHANNEL_BLOCK]);

// Indexed by width - 1. Dense pixels are rare but in tiles of seven and eight.
#if defined(__aarch64__)
static count_tiles *const box_counters[] = {count_box_1, count_box_2, count_box_3, count_box_4,
                                            count_box_5, count_box_6, count_box_7, count_box_8};
static count_tiles *const shared_counters[] = {count_shared_1, count_shared_2, count_shared_3, count_shared_4,
                                               count_shared_5, count_shared_6, count_shared_7, count_shared_8};
static count_tiles *const one_word_counters[] = {count_shared_1, count_shared_2, count_shared_3,   count_shared_4,
                                                 count_shared_5, count_shared_6, count_one_word_7, count_one_word_8};
#else
static count_tiles *const box_counters[] = {count_box_1, count_box_2, count_box_3, count_box_4};
static count_tiles *const shared_counters[] = {count_shared_1, count_shared_2, count_shared_3, count_shared_4};
#define one_word_counters shared_counters
#endif

static count_tiles *const *choose_counters(const bnnmk_neon_run *run) {
  if (!run->is_shared || run->box->row_count == 0) {
    return box_counters;
  }
  return run->box->run_length == 1 ? one_word_counters : shared_counters;
}

void bnnmk_count_run_neon(const bnnmk_neon_run *run, uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
  // Tiles as equal as can be: some of one width, and the others one pixel narrower.
  const uint32_t tile_count = (run->pixel_count + BNNMK_NEON_TILE - 1) / BNNMK_NEON_TILE;
  uint32_t narrow = BNNMK_NEON_TILE;  // pixel_count / tile_count, without a division
  while (narrow * tile_count > run->pixel_count) {
    narrow--;
  }
  const uint32_t wide_pixels = (run->pixel_count - narrow * tile_count) * (narrow + 1);
  count_tiles *const *counters = choose_counters(run);
  if (wide_pixels > 0) {
    counters[narrow](run, 0, wide_pixels, counts);
  }
  counters[narrow - 1](run, wide_pixels, run->pixel_count, counts);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

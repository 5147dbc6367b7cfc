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

// Pixels of the largest tile: one register of counts each, beside those of weights and columns. 64-bit ARM has 32
// registers, 32-bit ARM 16.
#if defined(__aarch64__)
enum { TILE = 8 };
#else
enum { TILE = 4 };
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
    uint16x8_t counts[TILE];
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
        uint8x16_t columns[TILE];  // all but the first and the last one
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

// One word of each of `width` pixels, `step` words apart, against one word of the weights.
BNNMK_INLINE void count_word(const uint64_t *x, size_t step, const uint64_t *weights, const int width,
                             uint16x8_t counts[]) {
  const bnnmk_weight_word word = bnnmk_load_weight_word(weights);
  BNNMK_UNROLL
  for (int p = 0; p < width; p++) {
    counts[p] = bnnmk_add_differences(counts[p], bnnmk_load_doubled(x), word);
    x += step;
  }
}

#if defined(__aarch64__)
// Two neighbouring words, which one instruction loads.
BNNMK_INLINE void count_two_words(const uint64_t *x, size_t step, const uint64_t *weights, const int width,
                                  uint16x8_t counts[]) {
  const bnnmk_weight_word first = bnnmk_load_weight_word(weights);
  const bnnmk_weight_word second = bnnmk_load_weight_word(weights + BNNMK_CHANNEL_BLOCK);
  BNNMK_UNROLL
  for (int p = 0; p < width; p++) {
    const uint64x2x2_t two = vld2q_dup_u64(x);
    counts[p] = bnnmk_add_differences(counts[p], vreinterpretq_u8_u64(two.val[0]), first);
    counts[p] = bnnmk_add_differences(counts[p], vreinterpretq_u8_u64(two.val[1]), second);
    x += step;
  }
}
#endif

// Words, at least one, that follow each other in input and weights.
BNNMK_INLINE void count_words(const uint64_t *x, size_t step, const uint64_t *weights, size_t word_count,
                              const int width, uint16x8_t counts[]) {
#if defined(__aarch64__)
  if (word_count % 2 != 0) {
    count_word(x++, step, weights, width, counts);
    weights += BNNMK_CHANNEL_BLOCK;
  }
  for (word_count /= 2; word_count > 0; word_count--) {
    count_two_words(x, step, weights, width, counts);
    x += 2;
    weights += 2 * BNNMK_CHANNEL_BLOCK;
    BNNMK_COMPUTE_HERE("r", x);
    BNNMK_COMPUTE_HERE("r", weights);
  }
#else
  do {
    count_word(x++, step, weights, width, counts);
    weights += BNNMK_CHANNEL_BLOCK;
  } while (--word_count > 0);
#endif
}

// Tiles of any window that has taps on the input.
BNNMK_INLINE void count_box(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int width,
                            uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const bnnmk_tap_box box = *run->box;
  const size_t step = run->pixel_step;
  const uint64_t *first_weights = run->weights, *first_input = run->input + first * step;
  const uint16x8_t start = vld1q_u16(run->start);
  for (uint32_t pixel = first; pixel < last; pixel += (uint32_t)width, first_input += (size_t)width * step) {
    uint16x8_t counts[TILE];
    BNNMK_UNROLL
    for (int p = 0; p < width; p++) {
      counts[p] = start;
    }
    const uint64_t *input_row = first_input, *weights_row = first_weights;
    uint32_t row_count = box.row_count;
    do {
      const uint64_t *input = input_row, *weights = weights_row;
      uint32_t run_count = box.run_count;
      do {
        count_words(input, step, weights, box.run_length, width, counts);
        input += box.input_run_step;
        weights += box.weights_run_step * BNNMK_CHANNEL_BLOCK;
      } while (--run_count > 0);
      input_row += box.input_row_step;
      weights_row += box.weights_row_step * BNNMK_CHANNEL_BLOCK;
    } while (--row_count > 0);
    store_counts(counts, width, stored + pixel);
  }
}

#if defined(__aarch64__)
// `word_count` words of a pixel, doubled.
BNNMK_INLINE void load_words(const uint64_t *x, const int word_count, uint8x16_t words[4]) {
  uint64x2x4_t loaded = {{vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0)}};
  if (word_count == 4) {
    loaded = vld4q_dup_u64(x);
  } else if (word_count == 3) {
    const uint64x2x3_t three = vld3q_dup_u64(x);
    loaded.val[0] = three.val[0], loaded.val[1] = three.val[1], loaded.val[2] = three.val[2];
  } else if (word_count == 2) {
    const uint64x2x2_t two = vld2q_dup_u64(x);
    loaded.val[0] = two.val[0], loaded.val[1] = two.val[1];
  } else {
    loaded.val[0] = vld1q_dup_u64(x);
  }
  BNNMK_UNROLL
  for (int i = 0; i < word_count; i++) {
    words[i] = vreinterpretq_u8_u64(loaded.val[i]);
  }
}

// Pixels of a window with one run of at most four words, whose weights stay in registers for all pixels.
BNNMK_INLINE void count_few_words(const bnnmk_neon_run *run, uint32_t first, uint32_t last, const int word_count,
                                  uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {
  const size_t step = run->pixel_step;
  const uint64_t *x = run->input + first * step;
  bnnmk_weight_word weights[4];
  BNNMK_UNROLL
  for (int i = 0; i < word_count; i++) {
    weights[i] = bnnmk_load_weight_word(run->weights + i * BNNMK_CHANNEL_BLOCK);
  }
  const uint16x8_t start = vld1q_u16(run->start);
  uint16_t *end = stored[last];
  for (uint16_t *counted = stored[first]; counted < end; counted += BNNMK_CHANNEL_BLOCK) {
    uint8x16_t words[4];
    load_words(x, word_count, words);
    x += step;
    uint16x8_t counts = start;
    BNNMK_UNROLL
    for (int i = 0; i < word_count; i++) {
      counts = bnnmk_add_differences(counts, words[i], weights[i]);
    }
    vst1q_u16(counted, counts);
  }
}
#endif

// Each for each width, as functions of their own: each then has the registers to itself.
#define COUNT_TILES(name, count, ...)                                                                              \
  static BNNMK_TUNED __attribute__((noinline)) void name(const bnnmk_neon_run *run, uint32_t first, uint32_t last, \
                                                         uint16_t stored[][BNNMK_CHANNEL_BLOCK]) {                 \
    count(run, first, last, __VA_ARGS__, stored);                                                                  \
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
COUNT_TILES(count_few_words_1, count_few_words, 1)
COUNT_TILES(count_few_words_2, count_few_words, 2)
COUNT_TILES(count_few_words_3, count_few_words, 3)
COUNT_TILES(count_few_words_4, count_few_words, 4)
COUNT_TILES(count_one_word_7, count_shared, 7, 1)
COUNT_TILES(count_one_word_8, count_shared, 8, 1)
#endif

typedef void count_tiles(const bnnmk_neon_run *run, uint32_t first, uint32_t last,
                         uint16_t stored[][BNNMK_CHANNEL_BLOCK]);

// Indexed by width - 1. Few maps have other tiles than of seven and eight pixels of one word.
#if defined(__aarch64__)
static count_tiles *const box_counters[] = {count_box_1, count_box_2, count_box_3, count_box_4,
                                            count_box_5, count_box_6, count_box_7, count_box_8};
static count_tiles *const shared_counters[] = {count_shared_1, count_shared_2, count_shared_3, count_shared_4,
                                               count_shared_5, count_shared_6, count_shared_7, count_shared_8};
static count_tiles *const one_word_counters[] = {count_shared_1, count_shared_2, count_shared_3,   count_shared_4,
                                                 count_shared_5, count_shared_6, count_one_word_7, count_one_word_8};
static count_tiles *const few_words_counters[] = {count_few_words_1, count_few_words_2, count_few_words_3,
                                                  count_few_words_4};
#else
static count_tiles *const box_counters[] = {count_box_1, count_box_2, count_box_3, count_box_4};
static count_tiles *const shared_counters[] = {count_shared_1, count_shared_2, count_shared_3, count_shared_4};
#define one_word_counters shared_counters
#endif

static count_tiles *const *choose_counters(const bnnmk_neon_run *run) {
  if (!run->is_shared) {
    return box_counters;
  }
  return run->box->run_length == 1 ? one_word_counters : shared_counters;
}

void bnnmk_count_run_neon(const bnnmk_neon_run *run, uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
  const uint32_t pixel_count = run->pixel_count;
  if (run->box->row_count == 0) {
    for (uint32_t p = 0; p < pixel_count; p++) {
      vst1q_u16(counts[p], vld1q_u16(run->start));
    }
    return;
  }
#if defined(__aarch64__)
  if (!run->is_shared && run->box->row_count == 1 && run->box->run_count == 1 && run->box->run_length <= 4) {
    few_words_counters[run->box->run_length - 1](run, 0, run->pixel_count, counts);
    return;
  }
#endif
  // Tiles as equal as can be: some of one width, and the others one pixel narrower.
  const uint32_t tile_count = (pixel_count + TILE - 1) / TILE;
  uint32_t narrow = TILE;  // pixel_count / tile_count, without a division
  while (narrow * tile_count > pixel_count) {
    narrow--;
  }
  const uint32_t wide_end = (pixel_count - narrow * tile_count) * (narrow + 1);
  count_tiles *const *counters = choose_counters(run);
  if (wide_end > 0) {
    counters[narrow](run, 0, wide_end, counts);
  }
  counters[narrow - 1](run, wide_end, pixel_count, counts);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

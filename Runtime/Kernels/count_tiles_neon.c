// The inner loops of binary convolution for NEON, for each width of tiles, and the choice between them.
#if defined(__ARM_NEON)

#include "count_box_neon.h"
#include "count_partial_neon.h"
#include "count_shared_neon.h"
#include "neon_tile_widths.h"

// Each as functions of their own, one a width, which then have the registers to themselves.
#define COUNT_TILES(core, name, count, ...)                                                               \
  static BNNMK_TUNED(core) __attribute__((noinline)) void name(                                           \
      const bnnmk_neon_run *run, uint32_t first, uint32_t last, uint16_t stored[][BNNMK_CHANNEL_BLOCK]) { \
    count(run, first, last, __VA_ARGS__, stored);                                                         \
  }
typedef void count_tiles(const bnnmk_neon_run *run, uint32_t first, uint32_t last,
                         uint16_t stored[][BNNMK_CHANNEL_BLOCK]);

COUNT_TILES("cortex-a55", count_box_1, count_box, 1)
COUNT_TILES("cortex-a55", count_box_2, count_box, 2)
COUNT_TILES("cortex-a55", count_box_4, count_box, 4)
COUNT_TILES("cortex-a55", count_shared_1, count_shared, 1, 0)
COUNT_TILES("cortex-a55", count_shared_2, count_shared, 2, 0)
COUNT_TILES("cortex-a55", count_shared_3, count_shared, 3, 0)
COUNT_TILES("cortex-a55", count_shared_4, count_shared, 4, 0)
#if defined(__aarch64__)
COUNT_TILES("cortex-a55", count_box_7, count_box, 7)
COUNT_TILES("cortex-a55", count_box_8, count_box, 8)
COUNT_TILES("cortex-a55", count_shared_5, count_shared, 5, 0)
COUNT_TILES("cortex-a55", count_shared_6, count_shared, 6, 0)
COUNT_TILES("cortex-a55", count_shared_7, count_shared, 7, 0)
COUNT_TILES("cortex-a55", count_shared_8, count_shared, 8, 0)
COUNT_TILES("cortex-a55", count_one_word_8, count_shared, 8, 1)
COUNT_TILES("cortex-a72", count_few_words_1, count_few_words, 1)
COUNT_TILES("cortex-a72", count_few_words_2, count_few_words, 2)
COUNT_TILES("cortex-a72", count_few_words_3, count_few_words, 3)
COUNT_TILES("cortex-a72", count_few_words_4, count_few_words, 4)
#else
COUNT_TILES("cortex-a55", count_partial_1, count_partial, 1)
COUNT_TILES("cortex-a55", count_partial_2, count_partial, 2)
COUNT_TILES("cortex-a55", count_partial_run_1, count_partial_run, 1)
COUNT_TILES("cortex-a55", count_partial_run_2, count_partial_run, 2)
#endif

// Indexed by width.
static count_tiles *const box_counters[TILE + 1] = {
    [1] = count_box_1, [2] = count_box_2, [4] = count_box_4,
#if defined(__aarch64__)
    [7] = count_box_7, [8] = count_box_8,
#endif
};
static count_tiles *const shared_counters[TILE + 1] = {
    [1] = count_shared_1, [2] = count_shared_2, [3] = count_shared_3, [4] = count_shared_4,
#if defined(__aarch64__)
    [5] = count_shared_5, [6] = count_shared_6, [7] = count_shared_7, [8] = count_shared_8,
#endif
};

// Tiles as equal as can be: some of one width, and the others one pixel narrower.
typedef struct equal_tiles {
  uint32_t count, narrow, wide_count;
} equal_tiles;

BNNMK_INLINE equal_tiles split_equally(uint32_t pixel_count, const uint32_t widest) {
  const uint32_t tile_count = (pixel_count + widest - 1) / widest;
  uint32_t narrow = widest;  // pixel_count / tile_count, without a division
  while (narrow * tile_count > pixel_count) {
    narrow--;
  }
  return (equal_tiles){tile_count, narrow, pixel_count - narrow * tile_count};
}

static void count_shared_run(const bnnmk_neon_run *run, uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
  const equal_tiles split = split_equally(run->pixel_count, TILE);
  const uint32_t narrow = split.narrow, wide_end = split.wide_count * (narrow + 1);
  if (wide_end > 0) {
    shared_counters[narrow + 1](run, 0, wide_end, counts);
  }
#if defined(__aarch64__)
  if (run->box->run_length == 1 && narrow == TILE) {
    count_one_word_8(run, wide_end, run->pixel_count, counts);
    return;
  }
#endif
  shared_counters[narrow](run, wide_end, run->pixel_count, counts);
}

#if defined(BNNMK_HAS_ASSEMBLY)
int bnnmk_has_equal_tiles(uint32_t pixel_count) {
  return pixel_count >= BNNMK_LEAST_SHARED_TILE && split_equally(pixel_count, BNNMK_MOST_SHARED_TILE).wide_count == 0;
}

// The same in assembly, of at least BNNMK_LEAST_SHARED_TILE pixels.
static void count_doubled_run(bnnmk_neon_run *run, uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
  const equal_tiles split = split_equally(run->pixel_count, BNNMK_MOST_SHARED_TILE);
  bnnmk_shared_tiles *tiles = &run->tiles;
  tiles->counts = counts;
  tiles->lacks_first = (uint32_t)run->lacks_first;
  if (split.wide_count > 0) {
    const uint32_t width = split.narrow + 1, pixel_count = split.wide_count * width;
    tiles->lacks_last = 0;
    tiles->tile_count = split.wide_count;
    tiles->line_count = 1;
    bnnmk_shared_counters[run->schedule][width](tiles);
    tiles->lacks_first = 0;
    tiles->counts += pixel_count;
    tiles->columns += (size_t)pixel_count * 2 * sizeof(uint64_t);
  }
  tiles->lacks_last = (uint32_t)run->lacks_last;
  tiles->tile_count = split.count - split.wide_count;
  tiles->line_count = run->line_count;
  bnnmk_shared_counters[run->schedule][split.narrow](tiles);
}
#endif

// Pixels from `first` on.
static void count_box_run(const bnnmk_neon_run *run, uint32_t first, uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
#if defined(__aarch64__)
  static count_tiles *const few_words_counters[] = {count_few_words_1, count_few_words_2, count_few_words_3,
                                                    count_few_words_4};
  const bnnmk_tap_box *box = run->box;
  if (box->row_count == 1 && box->run_count == 1 && box->run_length <= 4) {
    few_words_counters[box->run_length - 1](run, first, run->pixel_count, counts);
    return;
  }
#else
  enum { LEAST_WORDS = 4 };  // that joining partial counts at the end pays for
  if (run->box->run_length >= LEAST_WORDS) {
    const uint32_t in_tiles = first + (run->pixel_count - first) / PARTIAL_TILE * PARTIAL_TILE;
    const int is_one_run = run->box->row_count == 1 && run->box->run_count == 1;
    (is_one_run ? count_partial_run_2 : count_partial_2)(run, first, in_tiles, counts);
    (is_one_run ? count_partial_run_1 : count_partial_1)(run, in_tiles, run->pixel_count, counts);
    return;
  }
#endif
  for (uint32_t done = first; done < run->pixel_count;) {
    const bnnmk_tile_row tiles = bnnmk_next_tiles(run->pixel_count - done, TILE);
    const uint32_t end = done + tiles.width * tiles.count;
    box_counters[tiles.width](run, done, end, counts);
    done = end;
  }
}

#if defined(BNNMK_HAS_ASSEMBLY)
// Pixels that meet their words only, some at a time; gives how many there were.
static uint32_t count_words_run(const bnnmk_neon_run *run, uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
  const uint32_t turn_count = run->pixel_count / BNNMK_COUNTED_PIXELS;
  if (!run->pixels || turn_count == 0) {
    return 0;
  }
  const size_t word_count = run->box->run_length;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  const bnnmk_words_counters *counters = &bnnmk_words_counters_of[run->schedule];
  const size_t pixel_step = word_count * 2 * sizeof(uint64_t);
  size_t word = (word_count - 1) % BNNMK_MOST_COUNTED_WORDS + 1;
  counters->count[word](run->pixels, run->weights, counts, turn_count, pixel_step);
  for (; word < word_count; word += BNNMK_MOST_COUNTED_WORDS) {
    counters->add(run->pixels + word * 2 * sizeof(uint64_t), run->weights + word * BNNMK_CHANNEL_BLOCK, counts,
                  turn_count, pixel_step);
  }
#else
  bnnmk_count_words_a32(run->pixels, run->weights, counts, turn_count, word_count);
#endif
  return turn_count * BNNMK_COUNTED_PIXELS;
}
#endif

void bnnmk_count_run_neon(bnnmk_neon_run *run, uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {
  if (run->box->row_count == 0) {
    for (uint32_t p = 0; p < run->pixel_count; p++) {
      vst1q_u16(counts[p], vld1q_u16(run->start));
    }
#if defined(BNNMK_HAS_ASSEMBLY)
  } else if (run->tiles.columns && run->pixel_count >= BNNMK_LEAST_SHARED_TILE) {
    count_doubled_run(run, counts);
#endif
  } else if (run->is_shared) {
    count_shared_run(run, counts);
  } else {
    uint32_t counted = 0;
#if defined(BNNMK_HAS_ASSEMBLY)
    counted = count_words_run(run, counts);
#endif
    if (counted < run->pixel_count) {
      count_box_run(run, counted, counts);
    }
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

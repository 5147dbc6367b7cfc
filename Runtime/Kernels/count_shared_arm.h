// Tiles of binary convolutions three taps wide in assembly, on 64-bit and 32-bit ARM: count_shared_a64.S and
// count_shared_a32.S, which Runtime/KernelGenerator writes. What they compute is what count_shared_neon.h does; each
// word of a pixel stands twice in memory, as columns_arm.h leaves it, so that one instruction loads four columns.
#ifndef BNNM_COUNT_SHARED_ARM_H
#define BNNM_COUNT_SHARED_ARM_H

#include "columns_arm.h"
#include "schedule_arm.h"

// What counts start with: of most pixels, four times, as one instruction loads it; of one that lacks its first, and its
// last column.
enum { BNNMK_START_FIRST = 4, BNNMK_START_LAST, BNNMK_START_COUNT };

#if defined(BNNMK_HAS_ASSEMBLY)

// Pixels of a tile.
#if defined(BNNMK_HAS_A64_ASSEMBLY)
enum { BNNMK_LEAST_SHARED_TILE = 4, BNNMK_MOST_SHARED_TILE = 8 };
#else
enum { BNNMK_LEAST_SHARED_TILE = 1, BNNMK_MOST_SHARED_TILE = 2 };
#endif

// Tiles of one width, one behind the other, of some rows of the output. The assembly knows these offsets.
typedef struct bnnmk_shared_tiles {
  const uint8_t *columns;   // the first pixel's first one, which it may lack
  const uint64_t *weights;  // the first tap
  uint16_t (*counts)[BNNMK_CHANNEL_BLOCK];
  const uint16_t (*starts)[BNNMK_CHANNEL_BLOCK];  // BNNMK_START_COUNT
  size_t tap_step;                                // bytes of the weights, below 2^32
  size_t row_step, word_step;                     // bytes of the columns, from row to row of taps: below 2^32
  size_t line_step;                               // and from behind a row's last pixel to the next row's first one
  uint32_t row_count, word_count;                 // of taps, of a tap; at least 1
  uint32_t lacks_first, lacks_last;               // 1 where the first, or last, pixel of a row lacks a tap
  uint32_t tile_count;                            // of a row of the output, at least 1
  uint32_t line_count;                            // of the output, at least 1; 0 when they are done
} bnnmk_shared_tiles;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
_Static_assert(offsetof(bnnmk_shared_tiles, word_step) == 48 && offsetof(bnnmk_shared_tiles, line_count) == 84,
               "count_shared.py has these numbers");
#else
_Static_assert(offsetof(bnnmk_shared_tiles, word_step) == 24 && offsetof(bnnmk_shared_tiles, line_count) == 52,
               "count_shared_a32.py has these numbers");
#endif

typedef void bnnmk_count_shared(const bnnmk_shared_tiles *tiles);
#if defined(BNNMK_HAS_A64_ASSEMBLY)
bnnmk_count_shared bnnmk_count_shared_4_a64, bnnmk_count_shared_5_a64, bnnmk_count_shared_6_a64,
    bnnmk_count_shared_7_a64, bnnmk_count_shared_8_a64;
bnnmk_count_shared bnnmk_count_shared_4_a55, bnnmk_count_shared_5_a55, bnnmk_count_shared_6_a55,
    bnnmk_count_shared_7_a55, bnnmk_count_shared_8_a55;
#else
bnnmk_count_shared bnnmk_count_shared_1_a32, bnnmk_count_shared_2_a32;
#endif

// Indexed by width.
static bnnmk_count_shared *const bnnmk_shared_counters[BNNMK_SCHEDULE_COUNT][BNNMK_MOST_SHARED_TILE + 1] = {
#if defined(BNNMK_HAS_A64_ASSEMBLY)
    [BNNMK_SCHEDULE_USUAL] = {[4] = bnnmk_count_shared_4_a64,
                              bnnmk_count_shared_5_a64,
                              bnnmk_count_shared_6_a64,
                              bnnmk_count_shared_7_a64,
                              bnnmk_count_shared_8_a64},
    [BNNMK_SCHEDULE_A55] = {[4] = bnnmk_count_shared_4_a55,
                            bnnmk_count_shared_5_a55,
                            bnnmk_count_shared_6_a55,
                            bnnmk_count_shared_7_a55,
                            bnnmk_count_shared_8_a55},
#else
    [BNNMK_SCHEDULE_USUAL] = {[1] = bnnmk_count_shared_1_a32, bnnmk_count_shared_2_a32},
#endif
};

#endif

#endif

// Binary convolution of pixels that meet their words only, in assembly, on 64-bit and 32-bit ARM: count_words_a64.S and
// count_words_a32.S, which Runtime/KernelGenerator writes. Each word of a pixel stands twice in memory, as
// columns_arm.h leaves it.
#ifndef BNNM_COUNT_WORDS_ARM_H
#define BNNM_COUNT_WORDS_ARM_H

#include "columns_arm.h"
#include "schedule_arm.h"

#if defined(BNNMK_HAS_A64_ASSEMBLY)

// Words of a pixel at a time, whose weights stay in registers; pixels at a time.
enum { BNNMK_MOST_COUNTED_WORDS = 4, BNNMK_COUNTED_PIXELS = 8 };

// counts[p][m] = popcount(pixel ^ weights[m]) of turn_count * BNNMK_COUNTED_PIXELS pixels, `pixel_step` bytes apart, at
// least one turn; bnnmk_add_words_4_* add that to the counts. Reads one pixel more.
typedef void bnnmk_count_words(const uint8_t *pixels, const uint64_t *weights, uint16_t counts[][BNNMK_CHANNEL_BLOCK],
                               uint32_t turn_count, size_t pixel_step);
bnnmk_count_words bnnmk_count_words_1_a64, bnnmk_count_words_2_a64, bnnmk_count_words_3_a64, bnnmk_count_words_4_a64,
    bnnmk_add_words_4_a64;
bnnmk_count_words bnnmk_count_words_1_a55, bnnmk_count_words_2_a55, bnnmk_count_words_3_a55, bnnmk_count_words_4_a55,
    bnnmk_add_words_4_a55;

// Of so many words, indexed by them, and of the most, added.
typedef struct bnnmk_words_counters {
  bnnmk_count_words *count[BNNMK_MOST_COUNTED_WORDS + 1], *add;
} bnnmk_words_counters;
static const bnnmk_words_counters bnnmk_words_counters_of[BNNMK_SCHEDULE_COUNT] = {
    [BNNMK_SCHEDULE_USUAL] =
        {{[1] = bnnmk_count_words_1_a64, bnnmk_count_words_2_a64, bnnmk_count_words_3_a64, bnnmk_count_words_4_a64},
         bnnmk_add_words_4_a64},
    [BNNMK_SCHEDULE_A55] =
        {{[1] = bnnmk_count_words_1_a55, bnnmk_count_words_2_a55, bnnmk_count_words_3_a55, bnnmk_count_words_4_a55},
         bnnmk_add_words_4_a55},
};

#elif defined(BNNMK_HAS_A32_ASSEMBLY)

// Pixels at a time.
enum { BNNMK_COUNTED_PIXELS = 2 };

// counts[p][m] = popcount(pixel ^ weights[m]) of turn_count * BNNMK_COUNTED_PIXELS pixels of `word_count` words, each
// at least one.
void bnnmk_count_words_a32(const uint8_t *pixels, const uint64_t *weights, uint16_t counts[][BNNMK_CHANNEL_BLOCK],
                           uint32_t turn_count, size_t word_count);

#endif

#endif

// The list of weight layouts, which target takes which, and loops over groups.
#include "weight_layouts.h"

#include <stddef.h>
#include <string.h>

static uint64_t words_group_size(const bnnmf_weight_shape *shape) {
  return bnnmf_shape_blocks(shape) * shape->taps * bnnmf_shape_words(shape) * BNNMF_CHANNEL_BLOCK * 8;
}

static void copy_from_words(const bnnmf_weight_shape *shape, const uint64_t *words, void *weights) {
  memcpy(weights, words, (size_t)words_group_size(shape));
}

static void copy_to_words(const bnnmf_weight_shape *shape, const void *weights, uint64_t *words) {
  memcpy(words, weights, (size_t)words_group_size(shape));
}

static void count_word_bits(const bnnmf_weight_shape *shape, const void *weights, uint32_t *counts) {
  const uint64_t blocks = bnnmf_shape_blocks(shape), word_count = bnnmf_shape_words(shape);
  const uint64_t *word = weights;
  for (uint64_t block = 0; block < blocks; block++) {
    for (uint64_t tap = 0; tap < shape->taps; tap++) {
      uint32_t *to = counts + (tap * blocks + block) * BNNMF_CHANNEL_BLOCK;
      for (uint64_t i = 0; i < word_count; i++, word += BNNMF_CHANNEL_BLOCK) {
        for (uint32_t channel = 0; channel < BNNMF_CHANNEL_BLOCK; channel++) {
          to[channel] += (uint32_t)__builtin_popcountll(word[channel]);
        }
      }
    }
  }
}

static int words_are_clean(const bnnmf_weight_shape *shape, const void *weights) {
  const uint64_t *words = weights;
  const uint64_t blocks = bnnmf_shape_blocks(shape), word_count = bnnmf_shape_words(shape);
  const uint64_t block_words = shape->taps * word_count * BNNMF_CHANNEL_BLOCK;
  const uint32_t last_channels = shape->out_channels % BNNMF_CHANNEL_BLOCK, last_bits = shape->channels % 64;
  uint64_t stray = 0;
  if (last_bits != 0) {
    for (uint64_t pixel = 0; pixel < blocks * shape->taps; pixel++) {
      const uint64_t *last = words + (pixel * word_count + word_count - 1) * BNNMF_CHANNEL_BLOCK;
      for (uint32_t channel = 0; channel < BNNMF_CHANNEL_BLOCK; channel++) {
        stray |= last[channel] >> last_bits;
      }
    }
  }
  if (last_channels != 0) {
    const uint64_t *last = words + (blocks - 1) * block_words;
    for (uint64_t word = 0; word < block_words; word += BNNMF_CHANNEL_BLOCK) {
      for (uint32_t channel = last_channels; channel < BNNMF_CHANNEL_BLOCK; channel++) {
        stray |= last[word + channel];
      }
    }
  }
  return stray == 0;
}

// Indexed by layout.
static const bnnmf_layout_form forms[] = {
    [BNNMF_LAYOUT_WORDS] = {words_group_size, copy_from_words, copy_to_words, count_word_bits, words_are_clean},
    [BNNMF_LAYOUT_NIBBLES] = {bnnmf_nibbles_group_size, bnnmf_nibbles_from_words, bnnmf_nibbles_to_words,
                              bnnmf_nibbles_count_bits, bnnmf_nibbles_are_clean},
};

bnnmf_weight_layout bnnmf_weight_layout_for(bnnmf_target target, const bnnmf_weight_shape *shape, int is_masked) {
  if (target == BNNMF_TARGET_X86_AVX2 && !is_masked && bnnmf_nibbles_suit(shape)) {
    return BNNMF_LAYOUT_NIBBLES;
  }
  return BNNMF_LAYOUT_WORDS;
}

uint64_t bnnmf_weight_group_size(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape) {
  if ((size_t)layout >= sizeof forms / sizeof forms[0]) {
    return 0;
  }
  // Below 2^48 words no layout comes near 2^62 bytes; a float64 cannot wrap.
  const double words = (double)bnnmf_shape_blocks(shape) * shape->taps * (double)bnnmf_shape_words(shape);
  return words < 0x1p48 ? forms[layout].group_size(shape) : 0;
}

int bnnmf_weights_are_clean(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape, const void *weights) {
  const uint64_t group_size = forms[layout].group_size(shape);
  for (uint32_t group = 0; group < shape->groups; group++) {
    if (!forms[layout].is_clean(shape, (const char *)weights + group * group_size)) {
      return 0;
    }
  }
  return 1;
}

const char *bnnmf_target_name(bnnmf_target target) {
  static const char *const names[] = {
      [BNNMF_TARGET_PORTABLE] = "portable", [BNNMF_TARGET_AARCH64] = "aarch64",       [BNNMF_TARGET_ARMV7] = "armv7",
      [BNNMF_TARGET_X86_AVX2] = "x86-avx2", [BNNMF_TARGET_X86_AVX512] = "x86-avx512",
  };
  return (size_t)target < sizeof names / sizeof names[0] ? names[target] : 0;
}

void bnnmf_weights_from_words(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape, const uint64_t *words,
                              void *weights) {
  const uint64_t group_words = words_group_size(shape) / 8, group_size = forms[layout].group_size(shape);
  for (uint32_t group = 0; group < shape->groups; group++) {
    forms[layout].from_words(shape, words + group * group_words, (char *)weights + group * group_size);
  }
}

void bnnmf_weights_to_words(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape, const void *weights,
                            uint64_t *words) {
  const uint64_t group_words = words_group_size(shape) / 8, group_size = forms[layout].group_size(shape);
  for (uint32_t group = 0; group < shape->groups; group++) {
    forms[layout].to_words(shape, (const char *)weights + group * group_size, words + group * group_words);
  }
}

void bnnmf_weight_bit_counts(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape, const void *weights,
                             uint32_t *counts) {
  const uint64_t group_size = forms[layout].group_size(shape);
  const uint64_t group_counts = shape->taps * bnnmf_shape_blocks(shape) * BNNMF_CHANNEL_BLOCK;
  memset(counts, 0, (size_t)(shape->groups * group_counts) * sizeof *counts);
  for (uint32_t group = 0; group < shape->groups; group++) {
    forms[layout].count_bits(shape, (const char *)weights + group * group_size, counts + group * group_counts);
  }
}

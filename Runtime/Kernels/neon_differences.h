// How NEON counts differing bits, on 64-bit and 32-bit ARM: one word of a pixel against one word of eight channels.
//
// Four registers hold the word of eight channels' weights, as stored. Bits that differ from a doubled input word are
// counted per byte, and neighbouring bytes added until two are left of every channel:
//
//   weights    | m0 m0 m0 m0 m0 m0 m0 m0 m1 ... |  x 4, bytes of channels 0...7, loaded once for all pixels
//   CNT        | 8 counts of m0, 8 counts of m1 |  x 4, each at most 8
//   ADDP       | 4 of m0, m1, m2, m3            |  x 2, each at most 16
//   ADDP       | 2 of m0, m1, ... m7            |  each at most 32
//   UADALP     | m0 m1 m2 m3 m4 m5 m6 m7        |  added to 16-bit lanes: at most 64 a word
//
// On 64-bit ARM that is three instructions for every 128 bits, with widening and summing included.
#ifndef BNNM_NEON_DIFFERENCES_H
#define BNNM_NEON_DIFFERENCES_H

#include "neon_pairs.h"

// One word of a block's weights.
typedef struct bnnmk_weight_word {
  uint8x16_t pairs[4];
} bnnmk_weight_word;

BNNMK_INLINE bnnmk_weight_word bnnmk_load_weight_word(const uint64_t *weights) {
  bnnmk_weight_word word;
#if defined(__aarch64__)
  const uint64x2x4_t loaded = vld1q_u64_x4(weights);
#endif
  BNNMK_UNROLL
  for (int i = 0; i < 4; i++) {
#if defined(__aarch64__)
    word.pairs[i] = vreinterpretq_u8_u64(loaded.val[i]);
#else
    word.pairs[i] = vreinterpretq_u8_u64(vld1q_u64(weights + 2 * i));
#endif
  }
  return word;
}

// Loads a word and advances to the block's next one, which a load can do besides.
BNNMK_INLINE bnnmk_weight_word bnnmk_next_weight_word(const uint64_t **weights) {
  const bnnmk_weight_word word = bnnmk_load_weight_word(*weights);
  *weights += BNNMK_CHANNEL_BLOCK;
  BNNMK_COMPUTE_HERE("r", *weights);
  return word;
}

// One word of a pixel, twice.
BNNMK_INLINE uint8x16_t bnnmk_load_doubled(const uint64_t *input) { return vreinterpretq_u8_u64(vld1q_dup_u64(input)); }

// counts[m] += popcount(x ^ w[m]).
BNNMK_INLINE uint16x8_t bnnmk_add_differences(uint16x8_t counts, uint8x16_t doubled, bnnmk_weight_word word) {
  uint8x16_t bytes[4];
  BNNMK_UNROLL
  for (int i = 0; i < 4; i++) {
    bytes[i] = vcntq_u8(veorq_u8(doubled, word.pairs[i]));
  }
  counts =
      vpadalq_u8(counts, bnnmk_add_pairs(bnnmk_add_pairs(bytes[0], bytes[1]), bnnmk_add_pairs(bytes[2], bytes[3])));
#if !defined(__aarch64__)
  // One pixel after the other, for which 16 registers suffice.
  BNNMK_COMPUTE_HERE("w", counts);
#endif
  return counts;
}

#endif

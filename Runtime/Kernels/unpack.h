// Rows of bits to rows of float: bit 1 is -1, bit 0 is +1. Once for plain C and for AVX2, whose registers are longer.
#ifndef BNNM_UNPACK_H
#define BNNM_UNPACK_H

#include <stddef.h>

#include "float_vectors.h"

// Bit i of `bits` to output[i], for i < count <= BNNMK_LANE_COUNT.
BNNMK_INLINE void bnnmk_unpack_some(uint32_t bits, float *output, const uint32_t count) {
  static const int32_t all_places[] = {1, 2, 4, 8, 16, 32, 64, 128};
  bnnmk_choices places;
  memcpy(&places, all_places, sizeof places);
  const bnnmk_choices one = (bnnmk_choices)((bnnmk_floats){0} + 1.0f);
  const bnnmk_choices is_plus = ((int32_t)bits & places) == 0;
  const bnnmk_floats values = (bnnmk_floats)(one | (~is_plus & INT32_MIN));
  bnnmk_store_floats_of(output, &values, count);
}

BNNMK_INLINE void bnnmk_unpack_word(uint64_t word, float *output) {
  BNNMK_REGISTERS
  for (uint32_t i = 0; i < 64; i += BNNMK_LANE_COUNT) {
    bnnmk_unpack_some((uint32_t)(word >> i), output + i, BNNMK_LANE_COUNT);
  }
}

// The first `count` < 64 bits.
BNNMK_INLINE void bnnmk_unpack_part(uint64_t word, float *output, uint32_t count) {
  uint32_t i = 0;
  for (; i + BNNMK_LANE_COUNT <= count; i += BNNMK_LANE_COUNT) {
    bnnmk_unpack_some((uint32_t)(word >> i), output + i, BNNMK_LANE_COUNT);
  }
  if (i < count) {
    bnnmk_unpack_some((uint32_t)(word >> i), output + i, count - i);
  }
}

// Rows begin..<end.
BNNMK_INLINE void bnnmk_unpack_rows(const bnnmk_unpack *unpack, uint32_t begin, uint32_t end) {
  const size_t channels = unpack->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  for (size_t row = begin; row < end; row++) {
    const uint64_t *bits = unpack->input + row * words;
    float *output = unpack->output + row * channels;
    for (size_t c = 0; c < channels; c += 64, bits++) {
      if (channels - c >= 64) {
        bnnmk_unpack_word(*bits, output + c);
      } else {
        bnnmk_unpack_part(*bits, output + c, (uint32_t)(channels - c));
      }
    }
  }
}

#endif

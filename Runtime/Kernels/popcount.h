// The number of 1 bits of a word, in plain C.
#ifndef BNNM_POPCOUNT_H
#define BNNM_POPCOUNT_H

#include "window_taps.h"

// Number of 1 bits, without a library call: sums of 2, 4 and 8 bits side by side, then of the eight bytes.
BNNMK_INLINE uint32_t bnnmk_popcount(uint64_t bits) {
  bits -= bits >> 1 & 0x5555555555555555u;
  bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
  bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  return (uint32_t)(bits * 0x0101010101010101u >> 56);
}

#endif

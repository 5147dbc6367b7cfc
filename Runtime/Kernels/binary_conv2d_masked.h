// The inner loop of a masked binary convolution in plain C, which levels without one of their own take; and the count
// of 1 bits that it shares with the plain C loop without a mask.
#ifndef BNNM_BINARY_CONV2D_MASKED_H
#define BNNM_BINARY_CONV2D_MASKED_H

#include "tap_box.h"

// Number of 1 bits, without a library call: sums of 2, 4 and 8 bits side by side, then of the eight bytes.
BNNMK_INLINE uint32_t bnnmk_popcount(uint64_t bits) {
  bits -= bits >> 1 & 0x5555555555555555u;
  bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
  bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  return (uint32_t)(bits * 0x0101010101010101u >> 56);
}

// A bnnmk_count_masked_differences.
BNNMK_ONE_COPY void bnnmk_count_masked_in_c(const uint64_t *input, const uint64_t *mask, size_t pixel_step,
                                            uint32_t pixel_count, const uint64_t *weights, const bnnmk_tap_box *box,
                                            uint32_t counts[][BNNMK_CHANNEL_BLOCK], uint32_t ones[]) {
  for (uint32_t p = 0; p < pixel_count; p++) {
    for (uint32_t row = 0; row < box->row_count; row++) {
      for (uint32_t run = 0; run < box->run_count; run++) {
        const size_t first = p * pixel_step + row * box->input_row_step + run * box->input_run_step;
        const uint64_t *x = input + first, *counted = mask + first;
        const uint64_t *w = weights + (row * box->weights_row_step + run * box->weights_run_step) * BNNMK_CHANNEL_BLOCK;
        for (size_t i = 0; i < box->run_length; i++) {
          ones[p] += bnnmk_popcount(counted[i]);
          for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
            counts[p][m] += bnnmk_popcount(counted[i] & (x[i] ^ w[i * BNNMK_CHANNEL_BLOCK + m]));
          }
        }
      }
    }
  }
}

#endif

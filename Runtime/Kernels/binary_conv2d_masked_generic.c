// The inner loop of a masked binary convolution in plain C, which levels without one of their own take.
#include "binary_conv2d.h"
#include "popcount.h"

void bnnmk_count_masked_generic(const uint64_t *input, const uint64_t *mask, size_t pixel_step, uint32_t pixel_count,
                                const uint64_t *weights, const bnnmk_tap_box *box,
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
            counts[p][m] += bnnmk_popcount(counted[i] & (x[i] ^ w[i * BNNMK_CHANNEL_BLOCK + (size_t)m]));
          }
        }
      }
    }
  }
}

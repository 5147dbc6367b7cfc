// Binary convolution in plain C: the inner loop, one word of one pixel against eight channels at a time.
#include "binary_conv2d.h"
#include "kernel_declarations.h"
#include "popcount.h"

__attribute__((noinline)) void bnnmk_count_differences_generic(const uint64_t *input, size_t pixel_step,
                                                               uint32_t pixel_count, const uint64_t *weights,
                                                               const bnnmk_tap_box *box,
                                                               uint32_t counts[][BNNMK_CHANNEL_BLOCK]) {
  for (uint32_t p = 0; p < pixel_count; p++) {
    for (uint32_t row = 0; row < box->row_count; row++) {
      for (uint32_t run = 0; run < box->run_count; run++) {
        const uint64_t *x = input + p * pixel_step + row * box->input_row_step + run * box->input_run_step;
        const uint64_t *w = weights + (row * box->weights_row_step + run * box->weights_run_step) * BNNMK_CHANNEL_BLOCK;
        for (size_t i = 0; i < box->run_length; i++) {
          for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
            counts[p][m] += bnnmk_popcount(x[i] ^ w[i * BNNMK_CHANNEL_BLOCK + (size_t)m]);
          }
        }
      }
    }
  }
}

BNNMK_INLINE uint32_t decide(const int32_t accumulators[BNNMK_CHANNEL_BLOCK], const int32_t *points,
                             uint32_t switch_count, size_t point_stride) {
  return bnnmk_decide_some(accumulators, points, switch_count, point_stride, BNNMK_CHANNEL_BLOCK);
}

BNNMK_INLINE void convolve(const bnnmk_binary_conv2d *conv, bnnmk_output kind, const bnnmk_tile_taps *taps) {
  const bnnmk_binary_conv2d_parts parts = {bnnmk_count_differences_generic, bnnmk_count_masked_generic, decide,
                                           bnnmk_finish_values_generic};
  bnnmk_convolve_by_parts(conv, kind, taps, parts);
}

void bnnmk_binary_conv2d_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_conv2d *conv = arguments;
  bnnmk_convolve_blocks(conv, conv->output_kind, begin, end, 4, convolve);
}

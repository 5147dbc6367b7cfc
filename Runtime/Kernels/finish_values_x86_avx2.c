// Values of binary convolution through an epilogue: the plain C loops, eight channels at a time.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_tile.h"
#include "decide_values_x86_avx2.h"

__attribute__((target("avx2"))) void bnnmk_finish_values_x86_avx2(const bnnmk_epilogue *epilogue, size_t row,
                                                                  size_t pixel, uint32_t pixel_count, uint32_t channel,
                                                                  float *restrict x) {
  bnnmk_finish_channels(epilogue, row, pixel, pixel_count, channel, x, BNNMK_CHANNEL_BLOCK,
                        bnnmk_decide_values_x86_avx2);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

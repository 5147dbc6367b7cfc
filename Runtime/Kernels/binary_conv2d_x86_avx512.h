// What the two kernels of binary convolution for AVX-512, with VPOPCNTDQ and without, have in common: all but the inner
// loop.
#ifndef BNNM_BINARY_CONV2D_X86_AVX512_H
#define BNNM_BINARY_CONV2D_X86_AVX512_H

#include "avx512_features.h"
#include "binary_conv2d.h"

// Pixels of a tile.
enum { BNNMK_WIDE_PIXEL_BLOCK = 14 };

// counts[p] of eight 64-bit lanes += popcount(x ^ w) over the box, for 1...14 pixels. `counts` is aligned to 64 bytes.
typedef void bnnmk_count_wide(const uint64_t *input, size_t pixel_step, uint32_t pixel_count, const uint64_t *weights,
                              const bnnmk_tap_box *box, uint64_t counts[][BNNMK_CHANNEL_BLOCK]);

// The whole kernel: output rows begin..<end.
void bnnmk_binary_conv2d_wide(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                              bnnmk_count_wide *count_wide);

#endif

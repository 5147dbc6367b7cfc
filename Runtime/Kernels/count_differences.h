// The inner loop of binary convolutions and of products of binary matrices, one for each instruction set.
#ifndef BNNM_COUNT_DIFFERENCES_H
#define BNNM_COUNT_DIFFERENCES_H

#include "tap_box.h"

// counts[p][m] += popcount(x ^ w) over the box, for `pixel_count` pixels, `pixel_step` words apart, and the
// eight channels of a block of weights. `input` and `weights` stand on the box's first tap. All loops take
// up to four pixels, those of convolution as many as their tiles have.
typedef void bnnmk_count_differences(const uint64_t *input, size_t pixel_step, uint32_t pixel_count,
                                     const uint64_t *weights, const bnnmk_tap_box *box,
                                     uint32_t counts[][BNNMK_CHANNEL_BLOCK]);

bnnmk_count_differences bnnmk_count_differences_generic;
#if defined(__x86_64__) || defined(__i386__)
bnnmk_count_differences bnnmk_count_differences_x86_avx2;
#endif
#if defined(__ARM_NEON)
bnnmk_count_differences bnnmk_count_differences_neon;
#endif

#endif

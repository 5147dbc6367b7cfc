// An epilogue for AVX2 on 64 channels of one pixel, for binary convolution and `map`.
#ifndef BNNM_FINISH_PIXEL_X86_AVX2_H
#define BNNM_FINISH_PIXEL_X86_AVX2_H

#include "epilogue.h"

enum { BNNMK_FINISHED_CHANNELS = 64 };

// The steps on the numbers of channels `channel`...<channel + 64, then values and row sums are stored; decisions, where
// they are asked for, are returned as by a bnnmk_decide_values.
uint64_t bnnmk_finish_pixel_x86_avx2(const bnnmk_epilogue *epilogue, size_t row, size_t pixel, uint32_t channel,
                                     const float numbers[BNNMK_FINISHED_CHANNELS]);

#endif

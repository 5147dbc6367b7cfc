// A product of float matrices as the float convolution it is: rows of a are pixels of one image row, columns of b the
// output channels of a 1x1 kernel. So it has that kernel's tiles and its order of summation.
#ifndef BNNM_MATMUL_H
#define BNNM_MATMUL_H

#include <math.h>
#include <stddef.h>

#include "window_taps.h"

// Rows begin..<end by the convolution of an instruction set.
BNNMK_INLINE void bnnmk_matmul_by_conv2d(const bnnmk_matmul *matmul, uint32_t begin, uint32_t end,
                                         bnnmk_kernel convolve) {
  const uint32_t rows = end - begin;
  const bnnmk_conv2d conv = {
      .window = {.in_h = 1,
                 .in_w = rows,
                 .out_h = 1,
                 .out_w = rows,
                 .kernel_h = 1,
                 .kernel_w = 1,
                 .stride_h = 1,
                 .stride_w = 1,
                 .dilation_h = 1,
                 .dilation_w = 1},
      .input = matmul->a + (size_t)begin * matmul->k,
      .input_stride = matmul->k,
      .channels = matmul->k,
      .weights = matmul->b,
      .weight_step = matmul->n,
      .block_step = 16,
      .output = matmul->output + (size_t)begin * matmul->n,
      .output_stride = matmul->n,
      .out_channels = matmul->n,
      .minimum = -INFINITY,
      .maximum = INFINITY,
  };
  convolve(&conv, 0, rows > 0);
}

#endif

// Random windows over small maps: kernels 1...5, strides, dilations and pads, some larger than the map; and windows as
// layers mostly have them, over maps up to some hundred pixels wide.
#ifndef BNNM_RANDOM_WINDOW_H
#define BNNM_RANDOM_WINDOW_H

#include "bnnm_kernels.h"
#include "random_numbers.h"

// One axis; gives the number of outputs, at least 1.
static inline uint32_t random_axis(uint64_t *random, uint32_t *in, uint32_t *kernel, uint32_t *stride,
                                   uint32_t *dilation, uint32_t *pad) {
  for (;;) {
    *in = random_between(random, 1, random_between(random, 0, 7) ? 16 : 48);
    *kernel = random_between(random, 1, 5);
    *stride = random_between(random, 0, 2) ? 1 : random_between(random, 2, 3);
    *dilation = random_between(random, 0, 2) ? 1 : random_between(random, 2, 3);
    const uint32_t extent = (*kernel - 1) * *dilation + 1;
    *pad = random_between(random, 0, extent);
    const uint32_t padded = *in + *pad + random_between(random, 0, extent);
    if (padded >= extent) {
      return (padded - extent) / *stride + 1;
    }
  }
}

static inline bnnmk_window random_window(uint64_t *random) {
  bnnmk_window w;
  w.out_h = random_axis(random, &w.in_h, &w.kernel_h, &w.stride_h, &w.dilation_h, &w.pad_top);
  w.out_w = random_axis(random, &w.in_w, &w.kernel_w, &w.stride_w, &w.dilation_w, &w.pad_left);
  return w;
}

// Every other window is 1x1 or 3x3 without dilation, mostly with stride 1 and one more pixel on each side, if any: for
// kernels with loops of their own for those.
static inline bnnmk_window random_layer_window(uint64_t *random) {
  bnnmk_window w = random_window(random);
  if (random_between(random, 0, 1)) {
    return w;
  }
  const uint32_t kernel = random_between(random, 0, 3) ? 3 : 1, stride = random_between(random, 0, 5) ? 1 : 2;
  w.kernel_h = w.kernel_w = kernel;
  w.stride_h = w.stride_w = stride;
  w.dilation_h = w.dilation_w = 1;
  w.pad_top = random_between(random, 0, 3) ? kernel / 2 : random_between(random, 0, kernel);
  w.pad_left = random_between(random, 0, 3) ? kernel / 2 : random_between(random, 0, kernel);
  const int is_wide = random_between(random, 0, 5) == 0;
  w.in_h = random_between(random, kernel, is_wide ? 4 : 9);
  w.in_w = random_between(random, kernel, is_wide ? 300 : 40);
  const uint32_t right = random_between(random, 0, 3) ? w.pad_left : 0;
  w.out_h = (w.in_h + 2 * w.pad_top - kernel) / stride + 1;
  w.out_w = (w.in_w + w.pad_left + right - kernel) / stride + 1;
  return w;
}

// The pixel that tap (ky, kx) of output (y, x) reads, or -1 on padding.
static inline int64_t tap_pixel(const bnnmk_window *w, uint32_t y, uint32_t x, uint32_t ky, uint32_t kx) {
  const int64_t row = (int64_t)y * w->stride_h - w->pad_top + (int64_t)ky * w->dilation_h;
  const int64_t column = (int64_t)x * w->stride_w - w->pad_left + (int64_t)kx * w->dilation_w;
  const int on_input = row >= 0 && row < w->in_h && column >= 0 && column < w->in_w;
  return on_input ? row * w->in_w + column : -1;
}

#endif

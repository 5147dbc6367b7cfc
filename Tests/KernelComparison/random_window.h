// Random windows over small maps: kernels 1...5, strides, dilations and pads, some larger than the map.
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

// The pixel that tap (ky, kx) of output (y, x) reads, or -1 on padding.
static inline int64_t tap_pixel(const bnnmk_window *w, uint32_t y, uint32_t x, uint32_t ky, uint32_t kx) {
  const int64_t row = (int64_t)y * w->stride_h - w->pad_top + (int64_t)ky * w->dilation_h;
  const int64_t column = (int64_t)x * w->stride_w - w->pad_left + (int64_t)kx * w->dilation_w;
  const int on_input = row >= 0 && row < w->in_h && column >= 0 && column < w->in_w;
  return on_input ? row * w->in_w + column : -1;
}

#endif

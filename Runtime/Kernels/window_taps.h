// Which taps of a sliding window lie on the input, along one axis. Shared by the outer loops of all windowed kernels.
#ifndef BNNM_WINDOW_TAPS_H
#define BNNM_WINDOW_TAPS_H

#include "bnnm_kernels.h"

// Inner functions become part of the loops that call them, which then know their constant arguments; built for size
// (BNNMK_SMALL), they are as the compiler likes. A file may name the target they are for, so that they have its
// intrinsics: BNNMK_INLINE_TARGET.
#if defined(BNNMK_SMALL)
#define BNNMK_INLINE static inline
#elif defined(BNNMK_INLINE_TARGET)
#define BNNMK_INLINE static inline __attribute__((always_inline, target(BNNMK_INLINE_TARGET)))
#else
#define BNNMK_INLINE static inline __attribute__((always_inline))
#endif

// Taps first..<last of one axis lie on the input; none do where first == last. first <= last <= kernel.
typedef struct bnnmk_tap_range {
  uint32_t first, last;
} bnnmk_tap_range;

// Smallest k in 0...kernel with k * dilation >= distance.
BNNMK_INLINE uint32_t bnnmk_taps_before(int64_t distance, uint32_t dilation, uint32_t kernel) {
  if (distance <= 0) {
    return 0;
  }
  int64_t taps = dilation == 1 ? distance : (distance + dilation - 1) / dilation;
  return taps < kernel ? (uint32_t)taps : kernel;
}

// Tap k of output position `out` reads input position out * stride - pad + k * dilation.
BNNMK_INLINE bnnmk_tap_range bnnmk_taps_on_input(uint32_t out, uint32_t stride, uint32_t pad, uint32_t dilation,
                                                 uint32_t kernel, uint64_t extent) {
  int64_t origin = (int64_t)out * stride - pad;
  return (bnnmk_tap_range){
      .first = bnnmk_taps_before(-origin, dilation, kernel),
      .last = bnnmk_taps_before((int64_t)extent - origin, dilation, kernel),
  };
}

BNNMK_INLINE bnnmk_tap_range bnnmk_row_taps(const bnnmk_window *w, uint32_t out_y) {
  return bnnmk_taps_on_input(out_y, w->stride_h, w->pad_top, w->dilation_h, w->kernel_h, w->in_h);
}

BNNMK_INLINE bnnmk_tap_range bnnmk_column_taps(const bnnmk_window *w, uint32_t out_x) {
  return bnnmk_taps_on_input(out_x, w->stride_w, w->pad_left, w->dilation_w, w->kernel_w, w->in_w);
}

// Output positions first..<last of one axis all of whose taps lie on the input; maybe none.
BNNMK_INLINE bnnmk_tap_range bnnmk_interior(uint32_t in, uint32_t out, uint32_t kernel, uint32_t stride,
                                            uint32_t dilation, uint32_t pad) {
  // origin = position * stride - pad >= 0, and origin + (kernel - 1) * dilation < in.
  uint64_t first = ((uint64_t)pad + stride - 1) / stride;
  int64_t last_origin = (int64_t)in - 1 - ((int64_t)kernel - 1) * dilation;
  int64_t room = last_origin + pad;
  uint64_t last = room < 0 ? 0 : (uint64_t)room / stride + 1;
  if (last > out) {
    last = out;
  }
  if (first >= last) {
    return (bnnmk_tap_range){0, 0};
  }
  return (bnnmk_tap_range){(uint32_t)first, (uint32_t)last};
}

BNNMK_INLINE bnnmk_tap_range bnnmk_interior_columns(const bnnmk_window *w) {
  return bnnmk_interior(w->in_w, w->out_w, w->kernel_w, w->stride_w, w->dilation_w, w->pad_left);
}

BNNMK_INLINE bnnmk_tap_range bnnmk_interior_rows(const bnnmk_window *w) {
  return bnnmk_interior(w->in_h, w->out_h, w->kernel_h, w->stride_h, w->dilation_h, w->pad_top);
}

#endif

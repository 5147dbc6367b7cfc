// Products of two float32 matrices: rows of b times numbers of a, added up for a run of columns at a time. Shared by
// all levels, which differ in what the compiler makes of the loops.
#ifndef BNNM_MATMUL_H
#define BNNM_MATMUL_H

#include <stddef.h>

#include "lanes.h"
#include "separate_roundings.h"
#include "window_taps.h"

#define BNNMK_MATMUL_COLUMNS 64

// sums[j] = sum over k of a[k] * b[k][j], for `count` columns; a constant in the call for whole runs.
BNNMK_INLINE void bnnmk_matmul_run(const bnnmk_matmul *call, const float *a, uint32_t first, float *output,
                                   uint32_t count) {
  float sums[BNNMK_MATMUL_COLUMNS] = {0};
  for (uint32_t k = 0; k < call->k; k++) {
    const float *row = call->b + (size_t)k * call->n + first;
    const float factor = a[k];
    BNNMK_LANES
    for (uint32_t j = 0; j < count; j++) {
      sums[j] += factor * row[j];
    }
  }
  BNNMK_LANES
  for (uint32_t j = 0; j < count; j++) {
    output[first + j] = sums[j];
  }
}

BNNMK_INLINE void bnnmk_matmul_rows(const bnnmk_matmul *call, uint32_t begin, uint32_t end) {
  for (uint32_t m = begin; m < end; m++) {
    const float *a = call->a + (size_t)m * call->k;
    float *output = call->output + (size_t)m * call->n;
    uint32_t first = 0;
    for (; call->n - first >= BNNMK_MATMUL_COLUMNS; first += BNNMK_MATMUL_COLUMNS) {
      bnnmk_matmul_run(call, a, first, output, BNNMK_MATMUL_COLUMNS);
    }
    if (first < call->n) {
      bnnmk_matmul_run(call, a, first, output, call->n - first);
    }
  }
}

#endif

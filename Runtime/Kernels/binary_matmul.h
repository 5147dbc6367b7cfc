// Products of two matrices of bits, whose rows are both packed along the axis that is summed. Shared by all levels;
// each brings its own popcount.
#ifndef BNNM_BINARY_MATMUL_H
#define BNNM_BINARY_MATMUL_H

#include <stddef.h>

#include "window_taps.h"

// Bits of a row.
BNNMK_INLINE uint32_t bnnmk_ones(const uint64_t *row, size_t words, uint32_t (*popcount)(uint64_t)) {
  uint32_t ones = 0;
  for (size_t w = 0; w < words; w++) {
    ones += popcount(row[w]);
  }
  return ones;
}

// With A, B the numbers of bits (-1 or 0) in the rows:
//   both signed: k - 2 |a ^ b|; both 0/1: k - |a | b| = k - A - B + |a & b|;
//   one of them 0/1, say a: sum of b where a counts = (k - A) - 2 (B - |a & b|).
BNNMK_INLINE int32_t bnnmk_bit_product(const bnnmk_binary_matmul *call, const uint64_t *a, uint32_t ones_a,
                                       const uint64_t *b, size_t words, uint32_t (*popcount)(uint64_t)) {
  const int32_t k = (int32_t)call->k;
  uint32_t count = 0;
  if (!call->a_form && !call->b_form) {
    for (size_t w = 0; w < words; w++) {
      count += popcount(a[w] ^ b[w]);
    }
    return k - 2 * (int32_t)count;
  }
  uint32_t ones_b = 0;
  for (size_t w = 0; w < words; w++) {
    count += popcount(a[w] & b[w]);
    ones_b += popcount(b[w]);
  }
  const int32_t both = (int32_t)count, in_a = (int32_t)ones_a, in_b = (int32_t)ones_b;
  if (call->a_form && call->b_form) {
    return k - in_a - in_b + both;
  }
  return call->a_form ? k - in_a - 2 * (in_b - both) : k - in_b - 2 * (in_a - both);
}

BNNMK_INLINE void bnnmk_binary_matmul_rows(const bnnmk_binary_matmul *call, uint32_t begin, uint32_t end,
                                           uint32_t (*popcount)(uint64_t)) {
  const size_t words = ((size_t)call->k + 63) / 64;
  for (uint32_t m = begin; m < end; m++) {
    const uint64_t *a = call->a + m * words;
    const uint32_t ones = bnnmk_ones(a, words, popcount);
    for (uint32_t n = 0; n < call->n; n++) {
      const int32_t acc = bnnmk_bit_product(call, a, ones, call->b + n * words, words, popcount);
      const size_t at = (size_t)m * call->n + n;
      if (call->output_type == BNNMK_FLOAT32) {
        ((float *)call->output)[at] = (float)acc;
      } else {
        ((int32_t *)call->output)[at] = acc;
      }
    }
  }
}

#endif

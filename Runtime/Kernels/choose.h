// Choice between two numbers without a branch, so that loops vectorize and signs that change at random cost nothing.
#ifndef BNNM_CHOOSE_H
#define BNNM_CHOOSE_H

#include "window_taps.h"

typedef union bnnmk_float_bits {
  float number;
  uint32_t bits;
} bnnmk_float_bits;

typedef union bnnmk_double_bits {
  double number;
  uint64_t bits;
} bnnmk_double_bits;

// condition ? yes : no, to the bit; the condition is 0 or 1.
BNNMK_INLINE float bnnmk_choose_float(uint32_t condition, float yes, float no) {
  const bnnmk_float_bits a = {yes}, b = {no};
  const uint32_t mask = 0u - condition;
  const bnnmk_float_bits result = {.bits = (a.bits & mask) | (b.bits & ~mask)};
  return result.number;
}

BNNMK_INLINE double bnnmk_choose_double(uint32_t condition, double yes, double no) {
  const bnnmk_double_bits a = {yes}, b = {no};
  const uint64_t mask = (uint64_t)0 - condition;
  const bnnmk_double_bits result = {.bits = (a.bits & mask) | (b.bits & ~mask)};
  return result.number;
}

#endif

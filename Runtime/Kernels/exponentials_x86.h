// Exponentials and error functions on vectors of float32, the operations of plain C (real_functions_generic.c) in the
// same order. The including file has before it:
//
//   vector, all(x)            of float32; each number x
//   INLINE                    of functions for its instruction set
//   load, store
//   greatest(a, b), least(a, b)     b where one is NaN
//   lookup(row, shifted)      row[low four bits of each number]
//   times_power(x, n)         x times 2^(n / 16 rounded down), rounded once
//   if_below(x, limit, yes, no)
//   magnitude_of(x), with_sign_of(x, of)    without its sign bit; that of the other joined to it
#ifndef BNNM_EXPONENTIALS_X86_H
#define BNNM_EXPONENTIALS_X86_H

#include "exponential_tables.h"

INLINE vector exponential_of(vector x) {
  x = least(all(BNNMK_MOST_EXPONENT), greatest(all(BNNMK_LEAST_EXPONENT), x));
  const vector shifted = x * all(BNNMK_SIXTEENTHS) + all(BNNMK_NEAREST), n = shifted - all(BNNMK_NEAREST);
  const vector r = (x - n * all(BNNMK_SIXTEENTH_HIGH)) - n * all(BNNMK_SIXTEENTH_LOW);
  const vector more = r + r * r * (all(BNNMK_EXPONENTIAL_2) + r * all(BNNMK_EXPONENTIAL_3));
  const vector power = lookup(bnnmk_exponential_table[BNNMK_POWER], shifted);
  const vector rest = lookup(bnnmk_exponential_table[BNNMK_POWER_REST], shifted);
  return times_power(power + (rest + power * more), n);
}

INLINE vector error_function_of(vector x) {
  const vector magnitude = least(all(BNNMK_MOST_ERROR), magnitude_of(x));
  const vector shifted = magnitude * all(BNNMK_PIECES_PER_UNIT) + all(BNNMK_NEAREST);
  const vector distance = magnitude - lookup(bnnmk_error_table[BNNMK_CENTER], shifted);
  const vector first = all(BNNMK_NEAREST + BNNMK_FIRST_PIECES);
  const vector d = if_below(shifted, first, distance * distance, distance), d2 = d * d;
  const vector value = if_below(shifted, first, magnitude, lookup(bnnmk_error_table[BNNMK_VALUE], shifted));
  vector fit[6];
  BNNMK_REGISTERS
  for (int i = 0; i < 6; i++) {
    fit[i] = lookup(bnnmk_error_table[BNNMK_FIT + i], shifted);
  }
  const vector slope = ((fit[0] + d * fit[1]) + d2 * (fit[2] + d * fit[3])) + d2 * d2 * (fit[4] + d * fit[5]);
  return with_sign_of(value + distance * slope, x);
}

// x[i] = function(x[i]) for i < count, a multiple of a vector's numbers; returns whether it is one of these.
INLINE int apply_exponential(bnnmk_real_function function, float *x, uint32_t count) {
  const uint32_t step = sizeof(vector) / sizeof(float);
  if (function == BNNMK_EXP) {
    for (uint32_t i = 0; i < count; i += step) {
      store(x + i, exponential_of(load(x + i)));
    }
    return 1;
  }
  if (function == BNNMK_ERF) {
    for (uint32_t i = 0; i < count; i += step) {
      store(x + i, error_function_of(load(x + i)));
    }
    return 1;
  }
  return 0;
}

#endif

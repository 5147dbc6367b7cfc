// Real functions of one float32 number, computed in float64 from arithmetic alone and rounded once: within 0.51 units
// in the last place, and the same to the bit on every machine. Free of branches, so that loops over them vectorize.
#ifndef BNNM_REAL_FUNCTIONS_H
#define BNNM_REAL_FUNCTIONS_H

#include "separate_roundings.h"
#include "window_taps.h"

// e^x for |x| <= 708 to a relative 1e-12; beyond, e^708 or e^-708, which float32 has as infinity and 0. NaN stays NaN.
//
// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor polynomial (the first term left out is below 3e-13), times
// 2^n.
BNNMK_INLINE double bnnmk_exponential(double x) {
  const double limit = 708.0;
  x = x > limit ? limit : x;
  x = x < -limit ? -limit : x;
  // Adding 1.5 * 2^52 leaves the nearest integer in the low bits.
  const double magic = 6755399441055744.0;
  const double shifted = x * 1.4426950408889634 + magic;
  const double n = shifted - magic;
  const double r = x - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10;
  double p = 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  union {
    double number;
    uint64_t bits;
  } scale = {shifted};
  scale.bits = (scale.bits + 1023) << 52;
  return p * scale.number;
}

BNNMK_INLINE float bnnmk_sigmoid(float x) { return (float)(1.0 / (1.0 + bnnmk_exponential(-(double)x))); }

BNNMK_INLINE float bnnmk_tanh(float x) {
  const double z = x;
  const double magnitude = z < 0 ? -z : z;
  const double e = bnnmk_exponential(-2.0 * magnitude);
  const double far = (1.0 - e) / (1.0 + e);
  // Near 0 the difference cancels; there the series is exact to 1e-15.
  const double square = z * z;
  const double near = z * (1.0 + square * (-1.0 / 3.0 + square * (2.0 / 15.0 + square * (-17.0 / 315.0))));
  return (float)(magnitude < 0.02 ? near : z < 0 ? -far : far);
}

// Any of the functions, by a call each.
float bnnmk_real_value(bnnmk_real_function function, float number);

#endif

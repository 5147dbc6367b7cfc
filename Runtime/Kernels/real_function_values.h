// Those real functions that are arithmetic of float64 free of branches, so that loops over them vectorize and give the
// same bits on every machine and at every level.
#ifndef BNNM_REAL_FUNCTION_VALUES_H
#define BNNM_REAL_FUNCTION_VALUES_H

#include "choose.h"
#include "lanes.h"
#include "real_functions.h"
#include "separate_roundings.h"

// e^x to a relative 5e-12; beyond, e^708 or e^-708, which float32 has as infinity and 0. NaN stays NaN.
//
// x = n ln 2 + r with |r| <= ln 2 / 2; e^r is 1 + r + r^2 times a Chebyshev fit, then times 2^n.
BNNMK_INLINE double exponential(double x) {
  const double limit = 708.0;
  x = x > limit ? limit : x;
  x = x < -limit ? -limit : x;
  // Adding 1.5 * 2^52 leaves the nearest integer in the low bits.
  const double magic = 6755399441055744.0;
  const bnnmk_double_bits shifted = {x * 1.4426950408889634 + magic};
  const double r = x - (shifted.number - magic) * 0.6931471805599453;
  // In parts, so that few operations wait for each other.
  const double r2 = r * r, r4 = r2 * r2;
  const double low = (1.0 + r) + r2 * (0.49999999999955086 + r * 0.1666666671900772);
  const double high = (0.04166666678627797 + r * 0.008333298480346406) +
                      r2 * (0.0013888839107908258 + r * 0.00019899276231642274) + r4 * 2.4867871598285937e-05;
  const bnnmk_double_bits p = {low + r4 * high};
  // n is added to the exponent. Of a NaN nothing is: the low bits of one that was float32, or computed, are 0.
  const bnnmk_double_bits result = {.bits = p.bits + (shifted.bits << 52)};
  return result.number;
}

BNNMK_INLINE float sigmoid(float x) { return (float)(1.0 / (1.0 + exponential(-(double)x))); }

BNNMK_INLINE float hyperbolic_tangent(float x) {
  const double z = x;
  const double magnitude = z < 0 ? -z : z;
  const double e = exponential(-2.0 * magnitude);
  const double far = (1.0 - e) / (1.0 + e);
  // Near 0 the difference cancels; there the series is exact to 1e-15.
  const double square = z * z;
  const double near = z * (1.0 + square * (-1.0 / 3.0 + square * (2.0 / 15.0 + square * (-17.0 / 315.0))));
  return (float)(magnitude < 0.02 ? near : z < 0 ? -far : far);
}

// erfc(magnitude) for magnitudes >= 0 to a relative 3e-11; 0 from 10.5 on, where float32 has nothing left of it.
//
// t * e^(-magnitude^2 + q(t)) with t = 1 / (1 + magnitude / 2) and the Chebyshev fit q of what that leaves, on
// 0...10.5 (Press et al., Numerical Recipes, 6.2.2).
BNNMK_INLINE double complementary_error(double magnitude) {
  const double limit = 10.5;
  const double near = magnitude > limit ? limit : magnitude;
  const double t = 1.0 / (1.0 + 0.5 * near);
  const double t2 = t * t, t4 = t2 * t2;
  const double q0 =
      (-1.2655111748390888 + t * 0.9999699614435179) + t2 * (0.3753969606798429 + t * 0.08065136421565408);
  const double q4 =
      (-0.07848773652424948 - t * 0.11895411613855332) + t2 * (-0.42670271141237953 + t * 1.6459894395796535);
  const double q8 = (-4.632974858705868 + t * 9.48650110206773) + t2 * (-12.323728111004437 + t * 10.04110782268651);
  const double q12 = (-5.044410099765069 + t * 1.4417729337219243) - t2 * 0.1806207760269458;
  const double q = (q0 + t4 * q4) + (t4 * t4) * (q8 + t4 * q12);
  return bnnmk_choose_double(magnitude >= limit, 0.0, t * exponential(q - near * near));
}

// x * (1 + erf(x / sqrt(2))) / 2 = x * erfc(-x / sqrt(2)) / 2, without the cancellation of 1 + erf far below 0.
BNNMK_INLINE float gelu(float x) {
  const double z = x;
  const double magnitude = (z < 0 ? -z : z) * 0.70710678118654752440;
  const double beyond = complementary_error(magnitude);
  return (float)(z * (0.5 * (z > 0 ? 2.0 - beyond : beyond)));
}

// x * (1 + tanh(u)) / 2 = x / (1 + e^(-2 u)).
BNNMK_INLINE float gelu_tanh(float x) {
  const double z = x;
  const double exponent = -1.59576912160573071176 * (z + 0.044715 * z * z * z);
  const double share = 1.0 / (1.0 + exponential(exponent));
  // Beyond what the exponential reaches nothing is left, of -infinity either: NaN, as 1 + tanh is 0.
  return (float)(z * bnnmk_choose_double(exponent > 708.0, 0.0, share));
}

// To an integer: the nearest one (the even one of two), then one up or down where it lies on the wrong side. Zeros keep
// the sign of x.
BNNMK_INLINE float to_integer(bnnmk_real_function function, float x) {
  const double z = x;
  // Adding 1.5 * 2^52 leaves the nearest integer. From 2^23 on all float32 numbers are integers.
  const double magic = 6755399441055744.0;
  double n = (z + magic) - magic;
  n -= function == BNNMK_FLOOR && n > z;
  n += function == BNNMK_CEIL && n < z;
  const uint32_t is_integer = z >= 8388608.0 || z <= -8388608.0;
  const bnnmk_float_bits sign = {x}, result = {(float)bnnmk_choose_double(is_integer, z, n)};
  const bnnmk_float_bits signed_result = {.bits = result.bits | (sign.bits & 0x80000000u)};
  return signed_result.number;
}

// Before a loop over numbers that there are many of. A file may ask for vectors of two rounds in turns
// (BNNMK_TWO_ROUNDS), since the operations of one wait for each other.
#if defined(BNNMK_TWO_ROUNDS) && defined(__clang__)
#define BNNMK_OFTEN _Pragma("clang loop interleave_count(2) unroll(disable)")
#else
#define BNNMK_OFTEN BNNMK_LANES
#endif

#define BNNMK_EACH(loop, expression)                                        \
  loop for (uint32_t i = 0; i < count; i++) { x[i] = (float)(expression); } \
  return 1

// x[i] = function(x[i]) for i < count. Returns whether it did: not where the function is the C library's.
BNNMK_INLINE int bnnmk_apply_arithmetic(bnnmk_real_function function, float *x, uint32_t count) {
  switch (function) {
    case BNNMK_SQRT:
      BNNMK_EACH(BNNMK_LANES, __builtin_sqrtf(x[i]));
    case BNNMK_SIGMOID:
      BNNMK_EACH(BNNMK_LANES, sigmoid(x[i]));
    case BNNMK_TANH:
      BNNMK_EACH(BNNMK_LANES, hyperbolic_tangent(x[i]));
    case BNNMK_GELU:
      BNNMK_EACH(BNNMK_OFTEN, gelu(x[i]));
    case BNNMK_GELU_TANH:
      BNNMK_EACH(BNNMK_LANES, gelu_tanh(x[i]));
    case BNNMK_FLOOR:
    case BNNMK_CEIL:
    case BNNMK_ROUND:
      BNNMK_EACH(BNNMK_LANES, to_integer(function, x[i]));
    default:
      return 0;
  }
}

#undef BNNMK_EACH
#undef BNNMK_OFTEN

#endif

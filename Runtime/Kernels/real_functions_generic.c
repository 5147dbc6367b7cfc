// Real functions of float32 numbers. Exponentials, and what is made of them, are arithmetic free of branches, so that
// loops over them vectorize and give the same bits on every machine; the rest is the C library's.
#include <math.h>

#include "choose.h"
#include "real_functions.h"
#include "separate_roundings.h"

// e^x for |x| <= 708 to a relative 1e-12; beyond, e^708 or e^-708, which float32 has as infinity and 0. NaN stays NaN.
//
// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor polynomial (the first term left out is below 3e-13), times
// 2^n.
BNNMK_INLINE double exponential(double x) {
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

// x * (1 + erf(x / sqrt(2))) / 2, without the cancellation of 1 + erf far below 0.
static float gelu(float x) { return (float)(x * (0.5 * erfc(x * -0.70710678118654752440))); }

// x * (1 + tanh(u)) / 2 = x / (1 + e^(-2 u)).
BNNMK_INLINE float gelu_tanh(float x) {
  const double z = x;
  const double exponent = -1.59576912160573071176 * (z + 0.044715 * z * z * z);
  const double share = 1.0 / (1.0 + exponential(exponent));
  // Beyond what the exponential reaches nothing is left, of -infinity either: NaN, as 1 + tanh is 0.
  return (float)(z * bnnmk_choose_double(exponent > 708.0, 0.0, share));
}

// log(1 + e^x), without the cancellation of the sum.
static float softplus(float x) {
  const double z = x;
  return (float)((z > 0 ? z : 0) + log1p(exponential(z > 0 ? -z : z)));
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

#define EACH(expression)                 \
  for (uint32_t i = 0; i < count; i++) { \
    x[i] = (float)(expression);          \
  }                                      \
  break

void bnnmk_apply_function(bnnmk_real_function function, float *x, uint32_t count) {
  switch (function) {
    case BNNMK_SIGMOID:
      EACH(sigmoid(x[i]));
    case BNNMK_TANH:
      EACH(hyperbolic_tangent(x[i]));
    case BNNMK_EXP:
      EACH(exponential(x[i]));
    case BNNMK_LOG:
      EACH(log((double)x[i]));
    case BNNMK_SQRT:
      EACH(sqrt((double)x[i]));
    case BNNMK_SIN:
      EACH(sin((double)x[i]));
    case BNNMK_COS:
      EACH(cos((double)x[i]));
    case BNNMK_ERF:
      EACH(erf((double)x[i]));
    case BNNMK_GELU:
      EACH(gelu(x[i]));
    case BNNMK_GELU_TANH:
      EACH(gelu_tanh(x[i]));
    case BNNMK_SOFTPLUS:
      EACH(softplus(x[i]));
    case BNNMK_FLOOR:
    case BNNMK_CEIL:
    case BNNMK_ROUND:
      EACH(to_integer(function, x[i]));
  }
}

// The fused multiply-add of float32, to the bit on every machine.
#ifndef BNNM_FUSED_H
#define BNNM_FUSED_H

#include "choose.h"
#include "separate_roundings.h"
#include "window_taps.h"

// a * b + c, rounded once, in float64, which has every product of float32. Rounding a sum to it and then to float32 is
// rounding once but where it is halfway between two of float32. There a sum that was rounded takes the one of its two
// neighbours that is odd, which is no half: the last rounding is then that of the exact sum (Boldo and Melquiond,
// "Emulation of a FMA and correctly rounded sums", 2008).
BNNMK_INLINE float bnnmk_fused_by_float64(float a, float b, float c) {
  const uint64_t beyond_float32 = (1u << 29) - 1, half = 1u << 28;
  const double product = (double)a * b, addend = c, least_normal = 0x1p-126;
  bnnmk_double_bits sum = {product + addend};
  const int may_be_half =
      (sum.bits & beyond_float32) == half || (sum.number < least_normal && sum.number > -least_normal);
  if (__builtin_expect(may_be_half, 0)) {
    // What rounding took away (Knuth's TwoSum); NaN beside infinity.
    const double of_addend = sum.number - product;
    const double rest = (product - (sum.number - of_addend)) + (addend - of_addend);
    if ((rest > 0 || rest < 0) && sum.bits % 2 == 0) {
      sum.bits = (rest > 0) == (sum.number > 0) ? sum.bits + 1 : sum.bits - 1;
    }
  }
  return (float)sum.number;
}

// a * b + c, rounded once.
BNNMK_INLINE float bnnmk_fused(float a, float b, float c) {
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return __builtin_fmaf(a, b, c);
#else
  return bnnmk_fused_by_float64(a, b, c);
#endif
}

#endif

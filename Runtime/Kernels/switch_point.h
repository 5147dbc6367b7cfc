// A float32 switch point as this machine has to compare it.
#ifndef BNNM_SWITCH_POINT_H
#define BNNM_SWITCH_POINT_H

#include "choose.h"

// NEON on 32-bit ARM takes denormal numbers as 0, also where the compiler vectorizes plain C: 0 would pass a point just
// above it, which is how a model says "greater than 0". The least normal number stands for such a point there: every
// number that is 0 or not denormal passes both or neither.
#if defined(__arm__)
enum { BNNMK_LEAST_NORMAL_BITS = 0x00800000 };
#endif

BNNMK_INLINE float bnnmk_switch_point(float point) {
#if defined(__arm__)
  const bnnmk_float_bits given = {point};
  // Positive denormal numbers have the bits from 1 to BNNMK_LEAST_NORMAL_BITS - 1.
  const uint32_t is_denormal = given.bits - 1u < BNNMK_LEAST_NORMAL_BITS - 1u;
  const bnnmk_float_bits least = {.bits = BNNMK_LEAST_NORMAL_BITS};
  return bnnmk_choose_float(is_denormal, least.number, point);
#else
  return point;
#endif
}

#endif

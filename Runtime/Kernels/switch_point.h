// Float32 switch points as a machine compares them with values.
//
// A sign of exact zeros is decided by the least number above 0, which is denormal. Vectors of 32-bit ARM take denormal
// numbers as 0, so that 0 would pass that point (and compilers make vectors of loops over comparisons). There, the
// least normal number stands for every denormal one above 0: what is 0, or taken as 0, does not pass it. Denormal
// points below 0 may count as 0: what is 0, or taken as 0, passes both.
#ifndef BNNM_SWITCH_POINT_H
#define BNNM_SWITCH_POINT_H

#include <float.h>
#include <stdint.h>
#include <string.h>

#if defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#include "window_taps.h"

#define BNNMK_LARGEST_DENORMAL_BITS 0x007fffffu

BNNMK_INLINE float bnnmk_switch_point(float point) {
#if defined(__arm__)
  uint32_t bits;
  memcpy(&bits, &point, sizeof bits);
  return bits - 1 < BNNMK_LARGEST_DENORMAL_BITS ? FLT_MIN : point;
#else
  return point;
#endif
}

#if defined(__ARM_NEON)
// Four of them.
BNNMK_INLINE float32x4_t bnnmk_load_switch_points(const float *points) {
  const float32x4_t given = vld1q_f32(points);
#if defined(__arm__)
  const uint32x4_t bits = vreinterpretq_u32_f32(given);
  const uint32x4_t is_denormal = vcltq_u32(vsubq_u32(bits, vdupq_n_u32(1)), vdupq_n_u32(BNNMK_LARGEST_DENORMAL_BITS));
  return vbslq_f32(is_denormal, vdupq_n_f32(FLT_MIN), given);
#else
  return given;
#endif
}
#endif

#endif

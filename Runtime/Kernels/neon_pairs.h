// What 64-bit and 32-bit ARM, and compilers, spell differently: sums of neighbouring lanes, and loops that become
// straight code. Only kernels for NEON include it.
#ifndef BNNM_NEON_PAIRS_H
#define BNNM_NEON_PAIRS_H

#include <arm_neon.h>

#include "lanes.h"
#include "window_taps.h"

// Before a loop with a constant count: its turns are written out, so that arrays over them live in registers.
#if defined(__clang__)
#define BNNMK_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BNNMK_UNROLL _Pragma("GCC unroll 16")
#endif

// Scheduled for any machine, clang starts so many pixels at once that what should stay in registers does not. Functions
// are scheduled for the core, of those that their registers suffice for, that suffers most from waiting.
#if defined(__aarch64__)
#define BNNMK_TUNED(core) __attribute__((target("tune=" core)))
#else
#define BNNMK_TUNED(core)
#endif

// The 16 sums of neighbouring bytes, those of `low` before those of `high`.
BNNMK_INLINE uint8x16_t bnnmk_add_pairs(uint8x16_t low, uint8x16_t high) {
#if defined(__aarch64__)
  return vpaddq_u8(low, high);
#else
  return vcombine_u8(vpadd_u8(vget_low_u8(low), vget_high_u8(low)), vpadd_u8(vget_low_u8(high), vget_high_u8(high)));
#endif
}

// The sum of all lanes, below 2^16.
BNNMK_INLINE uint32_t bnnmk_sum_lanes(uint16x8_t lanes) {
#if defined(__aarch64__)
  return vaddvq_u16(lanes);
#else
  uint16x4_t half = vadd_u16(vget_low_u16(lanes), vget_high_u16(lanes));
  half = vpadd_u16(half, half);
  return vget_lane_u16(vpadd_u16(half, half), 0);
#endif
}

#endif

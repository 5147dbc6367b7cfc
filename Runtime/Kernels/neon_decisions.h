// Decisions of eight pixels and eight channels become bytes of bits, for NEON.
#ifndef BNNM_NEON_DECISIONS_H
#define BNNM_NEON_DECISIONS_H

#include <stddef.h>

#include "neon_pairs.h"

// Byte p has bit m where lane m of `plus[p]` is 0; otherwise the lane is all ones.
BNNMK_INLINE uint8x8_t bnnmk_join_decisions(const uint16x8_t plus[8]) {
  static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t places = vld1q_u8(bits);
  uint8x16_t minus[4];
  BNNMK_UNROLL
  for (int i = 0; i < 4; i++) {
    minus[i] = vbicq_u8(places, vcombine_u8(vmovn_u16(plus[2 * i]), vmovn_u16(plus[2 * i + 1])));
  }
  const uint8x16_t four = bnnmk_add_pairs(bnnmk_add_pairs(minus[0], minus[1]), bnnmk_add_pairs(minus[2], minus[3]));
  return vpadd_u8(vget_low_u8(four), vget_high_u8(four));
}

// Stores byte `lane`, a constant, at `output` and steps on by `step`.
#if defined(__aarch64__)
#define BNNMK_STORE_BYTE(lane, step) \
  __asm__ volatile("st1 {%1.b}[" #lane "], [%0], %2" : "+r"(output) : "w"(bytes), "r"(step) : "memory")
#else
#define BNNMK_STORE_BYTE(lane, step)   \
  vst1_lane_u8(output, bytes, (lane)); \
  output += (step);                    \
  BNNMK_COMPUTE_HERE("r", output)
#endif

// Stores byte p at output[p * stride] for p < count, a constant 7 or 8; gives output + count * stride.
BNNMK_INLINE uint8_t *bnnmk_store_next_bytes(uint8x8_t bytes, uint8_t *output, size_t stride, const int count) {
  BNNMK_STORE_BYTE(0, stride);
  BNNMK_STORE_BYTE(1, stride);
  BNNMK_STORE_BYTE(2, stride);
  BNNMK_STORE_BYTE(3, stride);
  BNNMK_STORE_BYTE(4, stride);
  BNNMK_STORE_BYTE(5, stride);
  BNNMK_STORE_BYTE(6, stride);
  if (count == 8) {
    BNNMK_STORE_BYTE(7, stride);
  }
  return output;
}

// Stores byte p at output[p * stride] for p < count, which is 1...8.
BNNMK_INLINE void bnnmk_store_bytes(uint8x8_t bytes, uint8_t *output, size_t stride, uint32_t count) {
  output += (count - 1) * stride;
  switch (count) {
    case 8:
      BNNMK_STORE_BYTE(7, -stride);
      __attribute__((fallthrough));
    case 7:
      BNNMK_STORE_BYTE(6, -stride);
      __attribute__((fallthrough));
    case 6:
      BNNMK_STORE_BYTE(5, -stride);
      __attribute__((fallthrough));
    case 5:
      BNNMK_STORE_BYTE(4, -stride);
      __attribute__((fallthrough));
    case 4:
      BNNMK_STORE_BYTE(3, -stride);
      __attribute__((fallthrough));
    case 3:
      BNNMK_STORE_BYTE(2, -stride);
      __attribute__((fallthrough));
    case 2:
      BNNMK_STORE_BYTE(1, -stride);
      __attribute__((fallthrough));
    case 1:
      vst1_lane_u8(output, bytes, 0);
    default:
      break;
  }
}

#undef BNNMK_STORE_BYTE

#endif

// Binary convolution for NEON, on 64-bit and 32-bit ARM: the inner loop on several pixels times eight channels.
//
// Four registers hold one word of eight channels' weights, as stored. Bits that differ from a doubled input word are
// counted per byte, and neighbouring bytes added until two are left of every channel:
//
//   weights    | m0 m0 m0 m0 m0 m0 m0 m0 m1 ... |  x 4, bytes of channels 0...7, loaded once for all pixels
//   CNT        | 8 counts of m0, 8 counts of m1 |  x 4, each at most 8
//   ADDP       | 4 of m0, m1, m2, m3            |  x 2, each at most 16
//   ADDP       | 2 of m0, m1, ... m7            |  each at most 32
//   UADALP     | m0 m1 m2 m3 m4 m5 m6 m7        |  added to 16-bit lanes: at most 64 a step, 1023 steps fit
//
// On 64-bit ARM that is three instructions for every 128 bits, with widening and summing included.
#if defined(__ARM_NEON)

// What the registers hold: 32 of 128 bits on 64-bit ARM, 16 on 32-bit ARM.
#if defined(__aarch64__)
#define PIXEL_BLOCK 6
#else
#define PIXEL_BLOCK 4
#endif

#include "binary_conv2d.h"
#include "kernel_declarations.h"
#include "neon_pairs.h"

// Steps after which a 16-bit lane could exceed 65535: each adds at most 64.
enum { STEPS_PER_LANE = 1023 };

// The bits of one input word, doubled, that differ from eight channels' weights: two numbers a channel.
BNNMK_INLINE uint8x16_t differences(uint8x16_t word, const uint8x16_t weights[4]) {
  uint8x16_t counts[4];
  BNNMK_UNROLL
  for (int i = 0; i < 4; i++) {
    counts[i] = vcntq_u8(veorq_u8(word, weights[i]));
  }
  return bnnmk_add_pairs(bnnmk_add_pairs(counts[0], counts[1]), bnnmk_add_pairs(counts[2], counts[3]));
}

// Adds a pixel's lanes to its counts and clears them.
BNNMK_INLINE void empty_lanes(uint16x8_t *lanes, uint32_t *counts) {
  vst1q_u32(counts, vaddw_u16(vld1q_u32(counts), vget_low_u16(*lanes)));
  vst1q_u32(counts + 4, vaddw_u16(vld1q_u32(counts + 4), vget_high_u16(*lanes)));
  *lanes = vdupq_n_u16(0);
}

// `pixel_count` is a constant in every call, so that the lanes live in registers.
BNNMK_INLINE void count_pixels(const uint64_t *input, size_t pixel_step, const int pixel_count, const uint64_t *weights,
                               const bnnmk_tap_box *box, uint32_t counts[][BNNMK_CHANNEL_BLOCK]) {
  uint16x8_t lanes[PIXEL_BLOCK];
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++) {
    lanes[p] = vdupq_n_u16(0);
  }
  size_t room = STEPS_PER_LANE;
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const uint64_t *first = input + row * box->input_row_step + run * box->input_run_step;
      const uint64_t *w = weights + (row * box->weights_row_step + run * box->weights_run_step) * BNNMK_CHANNEL_BLOCK;
      const uint64_t *x[PIXEL_BLOCK];
      BNNMK_UNROLL
      for (int p = 0; p < pixel_count; p++) {
        x[p] = first + p * pixel_step;
      }
      for (size_t left = box->run_length; left > 0;) {
        if (room == 0) {
          BNNMK_UNROLL
          for (int p = 0; p < pixel_count; p++) {
            empty_lanes(&lanes[p], counts[p]);
          }
          room = STEPS_PER_LANE;
        }
        const size_t steps = left < room ? left : room;
        left -= steps;
        room -= steps;
        for (const uint64_t *end = w + steps * BNNMK_CHANNEL_BLOCK; w < end; w += BNNMK_CHANNEL_BLOCK) {
          uint8x16_t words[4];
          BNNMK_UNROLL
          for (int i = 0; i < 4; i++) {
            words[i] = vreinterpretq_u8_u64(vld1q_u64(w + 2 * i));
          }
          BNNMK_UNROLL
          for (int p = 0; p < pixel_count; p++) {
            const uint8x16_t word = vreinterpretq_u8_u64(vld1q_dup_u64(x[p]++));
            lanes[p] = vpadalq_u8(lanes[p], differences(word, words));
          }
        }
      }
    }
  }
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++) {
    empty_lanes(&lanes[p], counts[p]);
  }
}

__attribute__((noinline)) void bnnmk_count_differences_neon(const uint64_t *input, size_t pixel_step,
                                                            uint32_t pixel_count, const uint64_t *weights,
                                                            const bnnmk_tap_box *box,
                                                            uint32_t counts[][BNNMK_CHANNEL_BLOCK]) {
  switch (pixel_count) {
    case 1:
      count_pixels(input, pixel_step, 1, weights, box, counts);
      break;
    case 2:
      count_pixels(input, pixel_step, 2, weights, box, counts);
      break;
    case 3:
      count_pixels(input, pixel_step, 3, weights, box, counts);
      break;
    case 4:
      count_pixels(input, pixel_step, 4, weights, box, counts);
      break;
#if PIXEL_BLOCK > 4
    case 5:
      count_pixels(input, pixel_step, 5, weights, box, counts);
      break;
#endif
    default:
      count_pixels(input, pixel_step, PIXEL_BLOCK, weights, box, counts);
  }
}

BNNMK_INLINE uint32_t decide(const int32_t accumulators[BNNMK_CHANNEL_BLOCK], const int32_t *points,
                             uint32_t switch_count, size_t point_stride) {
  static const uint16_t bits[BNNMK_CHANNEL_BLOCK] = {1, 2, 4, 8, 16, 32, 64, 128};
  const int32x4_t low = vld1q_s32(accumulators), high = vld1q_s32(accumulators + 4);
  // All ones where the number of points behind is even; every point that is not above the value flips it.
  uint16x8_t even = vdupq_n_u16(0xffff);
  for (uint32_t s = 0; s < switch_count; s++) {
    const int32_t *point = points + s * point_stride;
    const uint32x4_t behind_low = vcgeq_s32(low, vld1q_s32(point));
    const uint32x4_t behind_high = vcgeq_s32(high, vld1q_s32(point + 4));
    even = veorq_u16(even, vcombine_u16(vmovn_u32(behind_low), vmovn_u32(behind_high)));
  }
  return bnnmk_sum_lanes(vandq_u16(even, vld1q_u16(bits)));
}

BNNMK_INLINE void convolve(const bnnmk_binary_conv2d *conv, bnnmk_output kind, const bnnmk_tile_taps *taps) {
  const bnnmk_binary_conv2d_parts parts = {bnnmk_count_differences_neon, bnnmk_count_masked_generic, decide,
                                           bnnmk_finish_values_generic};
  bnnmk_convolve_by_parts(conv, kind, taps, parts);
}

void bnnmk_binary_conv2d_neon(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binary_conv2d_by_tiles(arguments, begin, end, PIXEL_BLOCK, convolve);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

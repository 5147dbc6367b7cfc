// Differing bits of some pixels and eight channels for NEON, of any number: 16-bit counts that are emptied in time. For
// products of binary matrices, and for binary convolutions with a mask or with more bits than 16-bit counts hold.
#if defined(__ARM_NEON)

#include "count_differences.h"
#include "neon_differences.h"

enum { PIXEL_BLOCK = 4 };

// Steps after which a 16-bit lane could exceed 65535: each adds at most 64.
enum { STEPS_PER_LANE = 1023 };

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
        x[p] = first + (size_t)p * pixel_step;
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
        for (const uint64_t *end = w + steps * BNNMK_CHANNEL_BLOCK; w < end;) {
          const bnnmk_weight_word word = bnnmk_next_weight_word(&w);
          BNNMK_UNROLL
          for (int p = 0; p < pixel_count; p++) {
            lanes[p] = bnnmk_add_differences(lanes[p], bnnmk_load_doubled(x[p]++), word);
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
    default:
      count_pixels(input, pixel_step, PIXEL_BLOCK, weights, box, counts);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

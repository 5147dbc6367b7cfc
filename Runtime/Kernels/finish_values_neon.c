// Counts of binary convolution, or values in memory, through an epilogue for NEON: up to eight pixels times eight
// channels stay in registers to what is stored. plain_values_neon.c says which epilogues, and gathers what they take.
#if defined(__ARM_NEON)

#include "finish_counts_neon.h"
#include "neon_decisions.h"
#include "neon_tile_widths.h"
#include "switch_point.h"
#include "value_steps_neon.h"

BNNMK_INLINE void apply_round(const bnnmk_value_round *round, size_t pixel, float32x4_t x[], const int count) {
  const float *operand = bnnmk_first_operand(round, pixel);
  switch (round->parts) {
    case RELU_NORMALIZED:
      apply_parts(round, RELU_NORMALIZED, operand, x, count);
      break;
    case SUM:
      apply_parts(round, SUM, operand, x, count);
      break;
    case SUM_RPRELU:
      apply_parts(round, SUM_RPRELU, operand, x, count);
      break;
    default:
      apply_parts(round, round->parts, operand, x, count);
  }
}

// Where a block's decisions are no byte of their own.
static __attribute__((noinline)) void or_decisions(const bnnmk_plain_steps *steps, size_t pixel, uint8x8_t minus,
                                                   uint32_t count) {
  uint8_t bytes[TILE];
  vst1_u8(bytes, minus);
  for (uint32_t p = 0; p < count; p++) {
    bnnmk_or_bits(steps->decisions + (pixel + p) * steps->decision_words, steps->channel, bytes[p]);
  }
}

BNNMK_INLINE void store_decisions(const bnnmk_plain_steps *steps, size_t pixel, const float32x4_t x[],
                                  const int count) {
  const float *points = steps->points;
  uint16x8_t plus[TILE];
  float32x4_t low = bnnmk_load_switch_points(points), high = bnnmk_load_switch_points(points + 4);
  BNNMK_UNROLL
  for (int p = 0; p < TILE; p++) {
    plus[p] = p < count ? is_behind(x + 2 * p, low, high) : vdupq_n_u16(0);
  }
  for (uint32_t s = 1; s < steps->switch_count; s++) {
    points += steps->channels;
    low = bnnmk_load_switch_points(points);
    high = bnnmk_load_switch_points(points + 4);
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      plus[p] = veorq_u16(plus[p], is_behind(x + 2 * p, low, high));
    }
  }
  const uint8x8_t minus = bnnmk_join_decisions(plus);
  if (steps->decision_bytes) {
    const size_t stride = steps->decision_words * sizeof(uint64_t);
    bnnmk_store_bytes(minus, steps->decision_bytes + pixel * stride, stride, (uint32_t)count);
  } else {
    or_decisions(steps, pixel, minus, (uint32_t)count);
  }
}

// sums[m] += x[p][m] of all pixels in order, in float64, which only 64-bit ARM has vectors of.
static __attribute__((noinline)) void add_row_sums(const float x[][BNNMK_CHANNEL_BLOCK], uint32_t count, double *sums) {
  double in_registers[BNNMK_CHANNEL_BLOCK];
  BNNMK_UNROLL
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
    in_registers[m] = sums[m];
  }
  for (uint32_t p = 0; p < count; p++) {
    BNNMK_UNROLL
    for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
      in_registers[m] += x[p][m];
    }
  }
  BNNMK_UNROLL
  for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
    sums[m] = in_registers[m];
  }
}

// All steps of a tile, and what is stored of it.
BNNMK_INLINE void finish_tile(const bnnmk_plain_steps *steps, size_t row, size_t pixel, float32x4_t x[],
                              const int count) {
  const size_t channels = steps->channels;
  const bnnmk_value_round *end = steps->rounds + steps->round_count;
  for (const bnnmk_value_round *round = steps->rounds; round < end; round++) {
    apply_round(round, pixel, x, count);
  }
  if (steps->values) {
    float *output = steps->values + pixel * channels;
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      vst1q_f32(output, x[2 * p]);
      vst1q_f32(output + 4, x[2 * p + 1]);
      output += channels;
      BNNMK_COMPUTE_HERE("r", output);
    }
  }
  if (steps->row_sums) {
    float copy[TILE][BNNMK_CHANNEL_BLOCK];
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      vst1q_f32(copy[p], x[2 * p]);
      vst1q_f32(copy[p] + 4, x[2 * p + 1]);
    }
    add_row_sums((const float(*)[BNNMK_CHANNEL_BLOCK])copy, (uint32_t)count, steps->row_sums + row * channels);
  }
  if (steps->decisions) {
    store_decisions(steps, pixel, x, count);
  }
}

// `tile_count` tiles of `count` pixels, a constant in every call.
BNNMK_INLINE void finish_tiles(const bnnmk_plain_values *plan, uint16x8_t half, size_t row, size_t pixel,
                               uint32_t tile_count, const uint16_t counts[][BNNMK_CHANNEL_BLOCK], const int count) {
  for (; tile_count > 0; tile_count--) {
    float32x4_t x[2 * TILE];
    scale_counts(plan, half, counts, x, count);
    finish_tile(&plan->block, row, pixel, x, count);
    pixel += (size_t)count;
    counts += count;
  }
}

// One function for each of some numbers of pixels, so that each has the registers to itself.
#define FINISH_TILES(count)                                                                           \
  static BNNMK_TUNED("cortex-a72") __attribute__((noinline)) void finish_##count(                     \
      const bnnmk_plain_values *plan, uint16x8_t half, size_t row, size_t pixel, uint32_t tile_count, \
      const uint16_t counts[][BNNMK_CHANNEL_BLOCK]) {                                                 \
    finish_tiles(plan, half, row, pixel, tile_count, counts, count);                                  \
  }
FINISH_TILES(1)
FINISH_TILES(2)
FINISH_TILES(4)
FINISH_TILES(7)
FINISH_TILES(8)

typedef void finish_pixels(const bnnmk_plain_values *plan, uint16x8_t half, size_t row, size_t pixel,
                           uint32_t tile_count, const uint16_t counts[][BNNMK_CHANNEL_BLOCK]);

void bnnmk_finish_plain_values_neon(const bnnmk_binary_conv2d *conv, bnnmk_block_finish *finish,
                                    const bnnmk_counted_run *run) {
  if (run->all % 2 != 0) {
    bnnmk_finish_by_tiles_neon(conv, finish, run);
    return;
  }
  bnnmk_plain_values *values = &finish->values;
  if (!values->has_block) {
    bnnmk_choose_block_steps(&values->all, values->channel, &values->parts, &values->block);
    values->has_block = 1;
  }
  const uint16_t half = (uint16_t)(run->all / 2);
  static finish_pixels *const by_width[TILE + 1] = {0, finish_1, finish_2, 0, finish_4, 0, 0, finish_7, finish_8};
  for (uint32_t done = 0; done < run->pixel_count;) {
    const bnnmk_tile_row tiles = bnnmk_next_tiles(run->pixel_count - done, TILE);
    const uint16_t(*counts)[BNNMK_CHANNEL_BLOCK] = run->counts + done;
    const size_t pixel = run->pixel + done;
    done += tiles.width * tiles.count;
    by_width[tiles.width](values, vdupq_n_u16(half), run->row, pixel, tiles.count, counts);
  }
}

// As many tiles of `count` pixels, a constant in every call, as there are.
BNNMK_INLINE void finish_floats(const bnnmk_plain_steps *block, const float *input, size_t row, size_t pixel,
                                uint32_t pixel_count, const int count) {
  const size_t channels = block->channels;
  for (; pixel_count >= (uint32_t)count; pixel_count -= (uint32_t)count) {
    float32x4_t x[2 * TILE];
    BNNMK_UNROLL
    for (int p = 0; p < count; p++) {
      x[2 * p] = vld1q_f32(input);
      x[2 * p + 1] = vld1q_f32(input + 4);
      input += channels;
      BNNMK_COMPUTE_HERE("r", input);
    }
    finish_tile(block, row, pixel, x, count);
    pixel += (size_t)count;
  }
}

BNNMK_TUNED("cortex-a72")
void bnnmk_finish_floats_neon(const bnnmk_plain_steps *block, const float *input, size_t row, size_t pixel,
                              uint32_t pixel_count) {
  const uint32_t in_tiles = pixel_count / TILE * TILE;
  finish_floats(block, input, row, pixel, in_tiles, TILE);
  finish_floats(block, input + in_tiles * (size_t)block->channels, row, pixel + in_tiles, pixel_count - in_tiles, 1);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

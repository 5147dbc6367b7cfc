// Counts of binary convolution into bits, by comparing them in 16-bit lanes, and into everything else by the transform
// that all levels share; finish_values_neon.c has values.
#if defined(__ARM_NEON)

#include "finish_counts_neon.h"

#include "neon_decisions.h"
#include "neon_tile_widths.h"

uint32_t bnnmk_decide_neon(const int32_t accumulators[BNNMK_CHANNEL_BLOCK], const int32_t *points,
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

void bnnmk_finish_by_tiles_neon(const bnnmk_binary_conv2d *conv, bnnmk_block_finish *finish,
                                const bnnmk_counted_run *run) {
  (void)finish;
  int32_t accumulators[BNNMK_MAX_PIXEL_BLOCK][BNNMK_CHANNEL_BLOCK];
  for (uint32_t first = 0; first < run->pixel_count; first += BNNMK_MAX_PIXEL_BLOCK) {
    const uint32_t left = run->pixel_count - first;
    const uint32_t pixel_count = left < BNNMK_MAX_PIXEL_BLOCK ? left : BNNMK_MAX_PIXEL_BLOCK;
    for (uint32_t p = 0; p < pixel_count; p++) {
      for (int m = 0; m < BNNMK_CHANNEL_BLOCK; m++) {
        accumulators[p][m] = run->all - 2 * run->counts[first + p][m];
      }
    }
    const bnnmk_tile tile = {run->row, run->pixel + first, pixel_count, run->block,
                             (const int32_t(*)[BNNMK_CHANNEL_BLOCK])accumulators};
    bnnmk_store_tile(conv, conv->output_kind, &tile, bnnmk_decide_neon, bnnmk_finish_values_generic);
  }
}

// The largest counts of four channels whose accumulator is not below the point, within int16:
// point <= all - 2 * count  <=>  count <= (all - point) >> 1.
BNNMK_INLINE int16x4_t limits_of(int32x4_t all, const int32_t *points) {
  return vqmovn_s32(vshrq_n_s32(vqsubq_s32(all, vld1q_s32(points)), 1));
}

BNNMK_INLINE uint8x8_t decide_eight(const uint16_t counts[8][BNNMK_CHANNEL_BLOCK], int16x8_t limits) {
  uint16x8_t plus[8];
  BNNMK_UNROLL
  for (int p = 0; p < 8; p += 4) {
#if defined(__aarch64__)
    const uint16x8x4_t four = vld1q_u16_x4(counts[p]);
#else
    const uint16x8x4_t four = {
        {vld1q_u16(counts[p]), vld1q_u16(counts[p + 1]), vld1q_u16(counts[p + 2]), vld1q_u16(counts[p + 3])}};
#endif
    BNNMK_UNROLL
    for (int i = 0; i < 4; i++) {
      plus[p + i] = vcleq_s16(vreinterpretq_s16_u16(four.val[i]), limits);
    }
  }
  return bnnmk_join_decisions(plus);
}

// Bits of a whole block, a byte of its own in every pixel's words, with one switch point a channel.
static void finish_single_points(const bnnmk_binary_conv2d *conv, bnnmk_block_finish *finish,
                                 const bnnmk_counted_run *run) {
  (void)finish;
  const uint32_t channel = run->block * BNNMK_CHANNEL_BLOCK;
  const int32_t *points = conv->switch_points + channel;
  const int32x4_t all = vdupq_n_s32(run->all);
  const int16x8_t limits = vcombine_s16(limits_of(all, points), limits_of(all, points + 4));
  const size_t stride = (conv->output_channels / 64 + (conv->output_channels % 64 > 0)) * sizeof(uint64_t);
  uint8_t *output = (uint8_t *)conv->output + run->pixel * stride + (conv->channel_offset + channel) / 8;
  const uint16_t(*counts)[BNNMK_CHANNEL_BLOCK] = run->counts;
  uint32_t left = run->pixel_count;
  for (; left >= 8; left -= 8, counts += 8) {
    output = bnnmk_store_next_bytes(decide_eight(counts, limits), output, stride, 8);
  }
  if (left > 0) {
    bnnmk_store_bytes(decide_eight(counts, limits), output, stride, left);
  }
}

#if defined(BNNMK_HAS_A64_ASSEMBLY)
static void finish_tiles_by_assembly(bnnmk_block_finish *finish, const bnnmk_counted_run *run, bnnmk_tile_row tiles) {
  bnnmk_finish_counts_a64(&finish->by_assembly, tiles.width, (uint16_t)(run->all / 2), run->pixel, tiles.count,
                          run->counts);
}

// The tiles, and by C what is left behind them.
static __attribute__((noinline)) void finish_tiles_and_rest(const bnnmk_binary_conv2d *conv, bnnmk_block_finish *finish,
                                                            const bnnmk_counted_run *run, bnnmk_tile_row tiles) {
  finish_tiles_by_assembly(finish, run, tiles);
  const uint32_t done = tiles.width * tiles.count;
  bnnmk_counted_run rest = *run;
  rest.pixel += done;
  rest.pixel_count -= done;
  rest.counts += done;
  bnnmk_finish_plain_values_neon(conv, finish, &rest);
}

// Assembly has tiles of seven and of eight pixels.
static void finish_by_assembly(const bnnmk_binary_conv2d *conv, bnnmk_block_finish *finish,
                               const bnnmk_counted_run *run) {
  const bnnmk_tile_row tiles = bnnmk_next_tiles(run->pixel_count, BNNMK_FINISHED_PIXELS);
  if (run->all % 2 != 0 || tiles.width + 1 < BNNMK_FINISHED_PIXELS) {
    bnnmk_finish_plain_values_neon(conv, finish, run);
  } else if (tiles.width * tiles.count < run->pixel_count) {
    finish_tiles_and_rest(conv, finish, run, tiles);
  } else {
    finish_tiles_by_assembly(finish, run, tiles);
  }
}
#endif

void bnnmk_prepare_finish_neon(const bnnmk_binary_conv2d *conv, bnnmk_block_finish *finish) {
  finish->has_values = bnnmk_make_plain_values(conv, &finish->values);
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  const bnnmk_plain_values *values = &finish->values;
  finish->may_use_assembly =
      finish->may_use_assembly && finish->has_values &&
      bnnmk_begin_finish_a64(&values->all, values->half_scale, values->bias, &finish->by_assembly);
#endif
}

void bnnmk_choose_finish_neon(const bnnmk_binary_conv2d *conv, uint32_t block, bnnmk_block_finish *finish) {
  finish->finish = bnnmk_finish_by_tiles_neon;
  if (bnnmk_block_channels(conv, block) < BNNMK_CHANNEL_BLOCK) {
    return;
  }
  if (conv->output_kind == BNNMK_OUTPUT_BITS) {
    if (conv->switch_count == 1 && conv->channel_offset % 8 == 0) {
      finish->finish = finish_single_points;
    }
  } else if (finish->has_values && bnnmk_choose_plain_values(conv, block, &finish->values)) {
    finish->finish = bnnmk_finish_plain_values_neon;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
    if (finish->may_use_assembly &&
        bnnmk_choose_finish_a64(finish->values.channel, &finish->values.parts, &finish->by_assembly)) {
      finish->finish = finish_by_assembly;
    }
#endif
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

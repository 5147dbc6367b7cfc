// Float convolution for NEON, on 64-bit and 32-bit ARM (VFPv4): the tile of some pixels times vectors of four output
// channels.
//
//   sums [pixel][vector]: 5 x 4 to 3 x 4, 2 x 4 or 1 x 8 registers on 64-bit ARM, 4 x 2 to 2 x 2 or 1 x 4 on 32-bit
//   ARM, which has half as many. 64-bit ARM loads four floats of each pixel at once and multiplies by lanes of them.
//
// Every output is the same chain of fused multiply-adds in whichever tile it falls. Channels that fill no vector are
// computed one by one, by the same vector instructions: on 32-bit ARM others would treat denormal numbers otherwise.
#if defined(__ARM_NEON)

#include "conv2d.h"
#include "kernel_declarations.h"
#include "neon_pairs.h"

#if defined(__aarch64__)
enum { PIXEL_BLOCK = 5, TILE_VECTORS = 4, WIDE_VECTORS = 8 };
#else
enum { PIXEL_BLOCK = 4, TILE_VECTORS = 2, WIDE_VECTORS = 4 };
#endif
enum { LANES = 4 };

// Single: there is one channel only; it is in every lane.
BNNMK_INLINE float32x4_t load_lanes(const float *from, const int single) {
  return single ? vld1q_dup_f32(from) : vld1q_f32(from);
}

// min(max(x, minimum), maximum); NaN stays NaN.
BNNMK_INLINE float32x4_t clamp_lanes(float32x4_t x, float32x4_t minimum, float32x4_t maximum) {
  x = vbslq_f32(vcltq_f32(x, minimum), minimum, x);
  return vbslq_f32(vcgtq_f32(x, maximum), maximum, x);
}

// Where the weights of output channel `m` of the tile are, from those of channel 0.
BNNMK_INLINE size_t channel_place(const bnnmk_conv2d *conv, uint32_t m) {
  return m / BNNMK_FLOAT_BLOCK * conv->block_step + m % BNNMK_FLOAT_BLOCK;
}

// One input channel: sums[p][v] += x[p] * weights[v].
BNNMK_INLINE void add_products(float32x4_t sums[][WIDE_VECTORS], const float *const weights[], size_t offset,
                               const float32x4_t values[], const int pixel_count, const int vector_count,
                               const int single) {
  BNNMK_UNROLL
  for (int v = 0; v < vector_count; v++) {
    const float32x4_t w = load_lanes(weights[v] + offset, single);
    BNNMK_UNROLL
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = vfmaq_f32(sums[p][v], values[p], w);
    }
  }
}

#if defined(__aarch64__)
// Lane `lane`, a constant, of the values.
#define ADD_LANE(lane)                                                            \
  do {                                                                            \
    BNNMK_UNROLL                                                                  \
    for (int v = 0; v < vector_count; v++) {                                      \
      const float32x4_t w = load_lanes(weights[v] + (i + (lane)) * step, single); \
      BNNMK_UNROLL                                                                \
      for (int p = 0; p < pixel_count; p++) {                                     \
        sums[p][v] = vfmaq_laneq_f32(sums[p][v], w, values[p], (lane));           \
      }                                                                           \
    }                                                                             \
  } while (0)
#endif

// `vector_count` vectors from output channel `channel` of the tile on; a constant, as are pixel_count and single.
BNNMK_INLINE void convolve_vectors(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, uint32_t channel,
                                   const int pixel_count, const int vector_count, const int single) {
  const bnnmk_tap_box *box = tile->box;
  const size_t step = conv->weight_step;
  float32x4_t sums[PIXEL_BLOCK][WIDE_VECTORS];
  BNNMK_UNROLL
  for (int v = 0; v < vector_count; v++) {
    const float *bias = tile->bias + channel + v * LANES;
    const float32x4_t start = tile->bias ? load_lanes(bias, single) : vdupq_n_f32(0);
    BNNMK_UNROLL
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = start;
    }
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = tile->input + row * box->input_row_step + run * box->input_run_step;
      const float *weights[WIDE_VECTORS];
      BNNMK_UNROLL
      for (int v = 0; v < vector_count; v++) {
        weights[v] = tile->weights + channel_place(conv, channel + (uint32_t)v * LANES) +
                     (row * box->weights_row_step + run * box->weights_run_step) * step;
      }
      size_t i = 0;
      float32x4_t values[PIXEL_BLOCK];
#if defined(__aarch64__)
      for (; i + 4 <= box->run_length; i += 4) {
        BNNMK_UNROLL
        for (int p = 0; p < pixel_count; p++) {
          values[p] = vld1q_f32(x + p * tile->pixel_step + i);
        }
        ADD_LANE(0);
        ADD_LANE(1);
        ADD_LANE(2);
        ADD_LANE(3);
      }
#endif
      for (; i < box->run_length; i++) {
        BNNMK_UNROLL
        for (int p = 0; p < pixel_count; p++) {
          values[p] = vld1q_dup_f32(x + p * tile->pixel_step + i);
        }
        add_products(sums, weights, i * step, values, pixel_count, vector_count, single);
      }
    }
  }
  const float32x4_t minimum = vdupq_n_f32(conv->minimum), maximum = vdupq_n_f32(conv->maximum);
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_UNROLL
    for (int v = 0; v < vector_count; v++) {
      float *to = tile->output + (size_t)p * tile->output_step + channel + v * LANES;
      const float32x4_t y = clamp_lanes(sums[p][v], minimum, maximum);
      if (single) {
        vst1q_lane_f32(to, y, 0);
      } else {
        vst1q_f32(to, y);
      }
    }
  }
}

// All channels of the tile: as many vectors at a time as `vector_count`, then single ones, then single channels.
BNNMK_INLINE void convolve_pixels(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, const int pixel_count,
                                  const int vector_count) {
  const uint32_t count = tile->channel_count, width = (uint32_t)vector_count * LANES;
  uint32_t m = 0;
  for (; count - m >= width; m += width) {
    convolve_vectors(conv, tile, m, pixel_count, vector_count, 0);
  }
  for (; count - m >= LANES; m += LANES) {
    convolve_vectors(conv, tile, m, pixel_count, 1, 0);
  }
  for (; m < count; m++) {
    convolve_vectors(conv, tile, m, pixel_count, 1, 1);
  }
}

static void convolve_tile(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile) {
  switch (tile->pixel_count) {
    case 1:
      convolve_pixels(conv, tile, 1, WIDE_VECTORS);
      break;
    case 2:
      convolve_pixels(conv, tile, 2, TILE_VECTORS);
      break;
    case 3:
      convolve_pixels(conv, tile, 3, TILE_VECTORS);
      break;
#if defined(__aarch64__)
    case 4:
      convolve_pixels(conv, tile, 4, TILE_VECTORS);
      break;
#endif
    default:
      convolve_pixels(conv, tile, PIXEL_BLOCK, TILE_VECTORS);
  }
}

static const bnnmk_conv2d_tiles tiles = {UINT32_MAX, PIXEL_BLOCK, BNNMK_FLOAT_BLOCK, 2 * BNNMK_FLOAT_BLOCK,
                                         convolve_tile};

void bnnmk_conv2d_f32_neon(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_conv2d_rows(arguments, begin, end, &tiles);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

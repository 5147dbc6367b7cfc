// Float convolution for NEON, on 64-bit and 32-bit ARM (VFPv4): the inner loop on a tile of pixels times vectors of
// four output channels.
//
//   accumulators [pixel][vector]: 6 x 3, 5 x 3, 4 x 4, 3 x 4, 2 x 4 or 1 x 8 registers on 64-bit ARM, half as many on
//   32-bit ARM, which has half as many. Each step loads the vectors of weights once and one float a pixel.
//
// Every output is the same chain of fused multiply-adds in whichever tile it falls. Channels that fill no vector are
// computed one by one, by the same vector instructions: on 32-bit ARM others would treat denormal numbers otherwise.
#if defined(__ARM_NEON)

#include "conv2d.h"
#include "kernel_declarations.h"
#include "neon_pairs.h"

enum { LANES = 4, MAX_VECTORS = 8 };

// What a tile's inner loop reads, beside the box: everything stands on the tile's first pixel and channel.
typedef struct tile_operands {
  const float *input, *weights, *bias;
  float *output;
  size_t pixel_step;
} tile_operands;

// Single: there is one channel only; it is in every lane.
BNNMK_INLINE float32x4_t load_lanes(const float *from, const int single) {
  return single ? vld1q_dup_f32(from) : vld1q_f32(from);
}

// min(max(x, minimum), maximum); NaN stays NaN.
BNNMK_INLINE float32x4_t clamp_lanes(float32x4_t x, float32x4_t minimum, float32x4_t maximum) {
  x = vbslq_f32(vcltq_f32(x, minimum), minimum, x);
  return vbslq_f32(vcgtq_f32(x, maximum), maximum, x);
}

// `pixel_count`, `vector_count` and `single` are constants in every call.
BNNMK_INLINE void convolve_tile(const bnnmk_conv2d *conv, tile_operands tile, const bnnmk_tap_box *box,
                                const int pixel_count, const int vector_count, const int single) {
  const size_t step = conv->out_channels;
  float32x4_t sums[BNNMK_CONV2D_PIXEL_BLOCK][MAX_VECTORS];
  BNNMK_UNROLL
  for (int v = 0; v < vector_count; v++) {
    const float32x4_t start = tile.bias ? load_lanes(tile.bias + v * LANES, single) : vdupq_n_f32(0);
    BNNMK_UNROLL
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = start;
    }
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = tile.input + row * box->input_row_step + run * box->input_run_step;
      const float *w = tile.weights + (row * box->weights_row_step + run * box->weights_run_step) * step;
      for (const float *end = x + box->run_length; x < end; x++, w += step) {
        float32x4_t weights[MAX_VECTORS];
        BNNMK_UNROLL
        for (int v = 0; v < vector_count; v++) {
          weights[v] = load_lanes(w + v * LANES, single);
        }
        BNNMK_UNROLL
        for (int p = 0; p < pixel_count; p++) {
          const float32x4_t value = vld1q_dup_f32(x + p * tile.pixel_step);
          BNNMK_UNROLL
          for (int v = 0; v < vector_count; v++) {
            sums[p][v] = vfmaq_f32(sums[p][v], value, weights[v]);
          }
        }
      }
    }
  }
  const float32x4_t minimum = vdupq_n_f32(conv->minimum), maximum = vdupq_n_f32(conv->maximum);
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_UNROLL
    for (int v = 0; v < vector_count; v++) {
      float *to = tile.output + (size_t)p * conv->output_stride + v * LANES;
      const float32x4_t y = clamp_lanes(sums[p][v], minimum, maximum);
      if (single) {
        vst1q_lane_f32(to, y, 0);
      } else {
        vst1q_f32(to, y);
      }
    }
  }
}

BNNMK_INLINE tile_operands tile_at(const tile_operands *first, uint32_t channel) {
  return (tile_operands){
      .input = first->input,
      .weights = first->weights + channel,
      .bias = first->bias ? first->bias + channel : 0,
      .output = first->output + channel,
      .pixel_step = first->pixel_step,
  };
}

// All channels: wide tiles, then single vectors, then single channels.
BNNMK_INLINE void convolve_channels(const bnnmk_conv2d *conv, const tile_operands *first, const bnnmk_tap_box *box,
                                    const int pixel_count, const int vector_count) {
  const uint32_t count = conv->out_channels, width = (uint32_t)vector_count * LANES;
  uint32_t m = 0;
  for (; count - m >= width; m += width) {
    convolve_tile(conv, tile_at(first, m), box, pixel_count, vector_count, 0);
  }
  for (; count - m >= LANES; m += LANES) {
    convolve_tile(conv, tile_at(first, m), box, pixel_count, 1, 0);
  }
  for (; m < count; m++) {
    convolve_tile(conv, tile_at(first, m), box, pixel_count, 1, 1);
  }
}

// Vectors of a tile: `wide` on 64-bit ARM, `narrow` on 32-bit ARM.
#if defined(__aarch64__)
#define VECTORS(wide, narrow) (wide)
#else
#define VECTORS(wide, narrow) (narrow)
#endif

static void convolve_pixels(const bnnmk_conv2d *conv, const float *input, size_t pixel_step, uint32_t pixel_count,
                            const float *weights, const bnnmk_tap_box *box, float *output) {
  const tile_operands first = {
      .input = input, .weights = weights, .bias = conv->bias, .output = output, .pixel_step = pixel_step};
  switch (pixel_count) {
    case 1:
      convolve_channels(conv, &first, box, 1, VECTORS(8, 4));
      break;
    case 2:
      convolve_channels(conv, &first, box, 2, VECTORS(4, 2));
      break;
    case 3:
      convolve_channels(conv, &first, box, 3, VECTORS(4, 2));
      break;
    case 4:
      convolve_channels(conv, &first, box, 4, VECTORS(4, 2));
      break;
    case 5:
      convolve_channels(conv, &first, box, 5, VECTORS(3, 1));
      break;
    default:
      convolve_channels(conv, &first, box, 6, VECTORS(3, 1));
  }
}

void bnnmk_conv2d_f32_neon(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_conv2d *conv = arguments;
  bnnmk_conv2d_rows(conv, begin, end, convolve_pixels);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

// Float convolution for AVX2 + FMA: the inner loop on a tile of pixels times vectors of eight output channels.
//
//   accumulators [pixel][vector]: 6 x 2, 5 x 2, 4 x 2, 3 x 4, 2 x 4 or 1 x 8 registers, at least eight to hide the
//   latency of a fused multiply-add. Each step loads the vectors of weights once and broadcasts one float a pixel.
//
// Every output is the same chain of fused multiply-adds in whichever tile it falls.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "conv2d.h"
#include "kernel_declarations.h"

#define AVX2 __attribute__((target("avx2,fma,popcnt")))
#define AVX2_INLINE static inline AVX2 __attribute__((always_inline))

enum { LANES = 8, MAX_VECTORS = 8 };

// What a tile's inner loop reads, beside the box: everything stands on the tile's first pixel and channel.
typedef struct tile_operands {
  const float *input, *weights, *bias;
  float *output;
  size_t pixel_step;
} tile_operands;

AVX2_INLINE __m256 load_lanes(const float *from, const int masked, __m256i mask) {
  return masked ? _mm256_maskload_ps(from, mask) : _mm256_loadu_ps(from);
}

// `pixel_count`, `vector_count` and `masked` are constants in every call. Masked: only the lanes of `mask` exist.
AVX2_INLINE void convolve_tile(const bnnmk_conv2d *conv, tile_operands tile, const bnnmk_tap_box *box,
                               const int pixel_count, const int vector_count, const int masked, __m256i mask) {
  const size_t step = conv->out_channels;
  __m256 sums[BNNMK_CONV2D_PIXEL_BLOCK][MAX_VECTORS];
  for (int v = 0; v < vector_count; v++) {
    __m256 start = tile.bias ? load_lanes(tile.bias + v * LANES, masked, mask) : _mm256_setzero_ps();
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = start;
    }
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = tile.input + row * box->input_row_step + run * box->input_run_step;
      const float *w = tile.weights + (row * box->weights_row_step + run * box->weights_run_step) * step;
      for (const float *end = x + box->run_length; x < end; x++, w += step) {
        __m256 weights[MAX_VECTORS];
        for (int v = 0; v < vector_count; v++) {
          weights[v] = load_lanes(w + v * LANES, masked, mask);
        }
        for (int p = 0; p < pixel_count; p++) {
          const __m256 value = _mm256_broadcast_ss(x + p * tile.pixel_step);
          for (int v = 0; v < vector_count; v++) {
            sums[p][v] = _mm256_fmadd_ps(value, weights[v], sums[p][v]);
          }
        }
      }
    }
  }
  const __m256 minimum = _mm256_set1_ps(conv->minimum), maximum = _mm256_set1_ps(conv->maximum);
  for (int p = 0; p < pixel_count; p++) {
    for (int v = 0; v < vector_count; v++) {
      float *to = tile.output + (size_t)p * conv->output_stride + v * LANES;
      // The second operand is the result where one is NaN: NaN stays.
      __m256 y = _mm256_min_ps(maximum, _mm256_max_ps(minimum, sums[p][v]));
      if (masked) {
        _mm256_maskstore_ps(to, mask, y);
      } else {
        _mm256_storeu_ps(to, y);
      }
    }
  }
}

AVX2_INLINE tile_operands tile_at(const tile_operands *first, uint32_t channel) {
  return (tile_operands){
      .input = first->input,
      .weights = first->weights + channel,
      .bias = first->bias ? first->bias + channel : 0,
      .output = first->output + channel,
      .pixel_step = first->pixel_step,
  };
}

// All channels: wide tiles, then single vectors, then what is left of one.
AVX2_INLINE void convolve_channels(const bnnmk_conv2d *conv, const tile_operands *first, const bnnmk_tap_box *box,
                                   const int pixel_count, const int vector_count) {
  static const int32_t masks[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
  const uint32_t count = conv->out_channels, width = (uint32_t)vector_count * LANES;
  __m256i mask = _mm256_setzero_si256();
  uint32_t m = 0;
  for (; count - m >= width; m += width) {
    convolve_tile(conv, tile_at(first, m), box, pixel_count, vector_count, 0, mask);
  }
  for (; count - m >= LANES; m += LANES) {
    convolve_tile(conv, tile_at(first, m), box, pixel_count, 1, 0, mask);
  }
  if (m < count) {
    mask = _mm256_loadu_si256((const __m256i *)(masks + LANES - (count - m)));
    convolve_tile(conv, tile_at(first, m), box, pixel_count, 1, 1, mask);
  }
}

static AVX2 void convolve_pixels(const bnnmk_conv2d *conv, const float *input, size_t pixel_step, uint32_t pixel_count,
                                 const float *weights, const bnnmk_tap_box *box, float *output) {
  const tile_operands first = {
      .input = input, .weights = weights, .bias = conv->bias, .output = output, .pixel_step = pixel_step};
  switch (pixel_count) {
    case 1:
      convolve_channels(conv, &first, box, 1, 8);
      break;
    case 2:
      convolve_channels(conv, &first, box, 2, 4);
      break;
    case 3:
      convolve_channels(conv, &first, box, 3, 4);
      break;
    case 4:
      convolve_channels(conv, &first, box, 4, 2);
      break;
    case 5:
      convolve_channels(conv, &first, box, 5, 2);
      break;
    default:
      convolve_channels(conv, &first, box, 6, 2);
  }
}

AVX2 void bnnmk_conv2d_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_conv2d *conv = arguments;
  bnnmk_conv2d_rows(conv, begin, end, convolve_pixels);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Float convolution for AVX-512: the inner loop on a tile of pixels times vectors of sixteen output channels.
//
//   accumulators [pixel][vector]: 6 x 4, 4 x 4, 3 x 4 or 1 x 8 registers, at least eight to hide the
//   latency of a fused multiply-add, and half of them for channels that do not fill four vectors. Each step loads the
//   vectors of weights once and broadcasts one float a pixel.
//
// Every output is the same chain of fused multiply-adds in whichever tile it falls, and as AVX2 has it.
#if defined(__x86_64__) || defined(__i386__)

#include "avx512_features.h"
#include "conv2d.h"
#include "kernel_declarations.h"
#include "lanes.h"

#define AVX512 BNNMK_TARGET_AVX512
#define AVX512_INLINE static inline AVX512 __attribute__((always_inline))

enum { LANES = 16, MAX_VECTORS = 8 };

// What a tile's inner loop reads, beside the box: everything stands on the tile's first pixel and channel.
typedef struct tile_operands {
  const float *input, *weights, *bias;
  float *output;
  size_t pixel_step;
  __mmask16 last;  // the lanes that the last vector has
} tile_operands;

// `pixel_count` and `vector_count` are constants in every call.
AVX512_INLINE void convolve_tile(const bnnmk_conv2d *conv, const tile_operands *tile, const bnnmk_tap_box *box,
                                 const int pixel_count, const int vector_count) {
  const size_t step = conv->out_channels;
  const __mmask16 all = (__mmask16)0xffff, last = tile->last;
  __m512 sums[BNNMK_CONV2D_PIXEL_BLOCK][MAX_VECTORS];
  BNNMK_REGISTERS
  for (int v = 0; v < vector_count; v++) {
    const __mmask16 lanes = v + 1 < vector_count ? all : last;
    const __m512 start = tile->bias ? _mm512_maskz_loadu_ps(lanes, tile->bias + v * LANES) : _mm512_setzero_ps();
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = start;
    }
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = tile->input + row * box->input_row_step + run * box->input_run_step;
      const float *w = tile->weights + (row * box->weights_row_step + run * box->weights_run_step) * step;
      for (const float *end = x + box->run_length; x < end; x++, w += step) {
        __m512 weights[MAX_VECTORS];
        BNNMK_REGISTERS
        for (int v = 0; v < vector_count; v++) {
          weights[v] = _mm512_maskz_loadu_ps(v + 1 < vector_count ? all : last, w + v * LANES);
        }
        BNNMK_REGISTERS
        for (int p = 0; p < pixel_count; p++) {
          const __m512 value = _mm512_set1_ps(x[p * tile->pixel_step]);
          BNNMK_REGISTERS
          for (int v = 0; v < vector_count; v++) {
            sums[p][v] = _mm512_fmadd_ps(value, weights[v], sums[p][v]);
          }
        }
      }
    }
  }
  const __m512 minimum = _mm512_set1_ps(conv->minimum), maximum = _mm512_set1_ps(conv->maximum);
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < vector_count; v++) {
      float *to = tile->output + (size_t)p * conv->output_stride + v * LANES;
      // The second operand is the result where one is NaN: NaN stays.
      const __m512 y = _mm512_min_ps(maximum, _mm512_max_ps(minimum, sums[p][v]));
      _mm512_mask_storeu_ps(to, v + 1 < vector_count ? all : last, y);
    }
  }
}

// All channels: wide tiles, then those of half as many vectors, then single vectors, the last of which may lack lanes.
AVX512_INLINE void convolve_channels(const bnnmk_conv2d *conv, const tile_operands *first, const bnnmk_tap_box *box,
                                     const int pixel_count, const int vector_count) {
  tile_operands tile = *first;
  for (uint32_t left = conv->out_channels, done = 0; left > 0; left -= done) {
    tile.last = (__mmask16)0xffff;
    if (left >= (uint32_t)vector_count * LANES) {
      done = (uint32_t)vector_count * LANES;
      convolve_tile(conv, &tile, box, pixel_count, vector_count);
    } else if (left >= (uint32_t)vector_count * LANES / 2) {
      done = (uint32_t)vector_count * LANES / 2;
      convolve_tile(conv, &tile, box, pixel_count, vector_count / 2);
    } else {
      done = left < LANES ? left : LANES;
      tile.last = bnnmk_first_lanes(left);
      convolve_tile(conv, &tile, box, pixel_count, 1);
    }
    tile.weights += done;
    tile.bias = tile.bias ? tile.bias + done : 0;
    tile.output += done;
  }
}

static AVX512 void convolve_pixels(const bnnmk_conv2d *conv, const float *input, size_t pixel_step,
                                   uint32_t pixel_count, const float *weights, const bnnmk_tap_box *box,
                                   float *output) {
  const tile_operands first = {
      .input = input, .weights = weights, .bias = conv->bias, .output = output, .pixel_step = pixel_step};
  switch (pixel_count) {
    case 1:
      convolve_channels(conv, &first, box, 1, 8);
      break;
    case 3:
      convolve_channels(conv, &first, box, 3, 4);
      break;
    case 4:
      convolve_channels(conv, &first, box, 4, 4);
      break;
    case BNNMK_CONV2D_PIXEL_BLOCK:
      convolve_channels(conv, &first, box, BNNMK_CONV2D_PIXEL_BLOCK, 4);
      break;
    default:  // 2 and 5, in two parts
      convolve_pixels(conv, input, pixel_step, pixel_count - 1, weights, box, output);
      convolve_pixels(conv, input + (pixel_count - 1) * pixel_step, pixel_step, 1, weights, box,
                      output + (pixel_count - 1) * (size_t)conv->output_stride);
  }
}

AVX512 void bnnmk_conv2d_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_conv2d *conv = arguments;
  bnnmk_conv2d_rows(conv, begin, end, convolve_pixels);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

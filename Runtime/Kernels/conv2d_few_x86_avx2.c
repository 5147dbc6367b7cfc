// Float convolution to up to three output channels (images of a super-resolution network, masks, depth) for AVX2: a
// register holds eight input channels, since eight output channels would be mostly none. Sums of a pixel are the sums
// of eight lanes, in the same order whichever tile it falls in.
//
//   sums [pixel][output]: 4 x 3 registers, or fewer
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "conv2d.h"
#include "kernel_declarations.h"
#include "lanes.h"

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE static inline AVX2 __attribute__((always_inline))

enum { LANES = 8, PIXELS = 4, MAX_OUTPUTS = 3, MAX_WEIGHTS = 4096 };

// The first `outputs` of four numbers, a constant in every call.
AVX2_INLINE __m128 load_outputs(const float *from, const int outputs) {
  return _mm_maskload_ps(from, _mm_cmpgt_epi32(_mm_set1_epi32(outputs), _mm_setr_epi32(0, 1, 2, 3)));
}

// Without a store by mask, which is slow on some CPUs.
AVX2_INLINE void store_outputs(float *to, __m128 y, const int outputs) {
  if (outputs >= 2) {
    _mm_storel_pi((__m64 *)to, y);
  }
  if (outputs != 2) {
    _mm_store_ss(to + outputs - 1, outputs == 3 ? _mm_movehl_ps(y, y) : y);
  }
}

// The sums of the lanes of each register, bias and steps.
AVX2_INLINE void store_pixel(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, const __m256 sums[MAX_OUTPUTS],
                             const int outputs, float *to) {
  const __m256 zero = _mm256_setzero_ps();
  const __m256 first = _mm256_hadd_ps(sums[0], outputs > 1 ? sums[1] : zero);
  const __m256 fours = _mm256_hadd_ps(first, _mm256_hadd_ps(outputs > 2 ? sums[2] : zero, zero));
  __m128 y = _mm_add_ps(_mm256_castps256_ps128(fours), _mm256_extractf128_ps(fours, 1));
  if (tile->bias) {
    y = _mm_add_ps(y, load_outputs(tile->bias, outputs));
  }
  if (tile->steps.scale) {
    y = _mm_mul_ps(y, load_outputs(tile->steps.scale, outputs));
  }
  if (tile->steps.shift) {
    y = _mm_add_ps(y, load_outputs(tile->steps.shift, outputs));
  }
  if (tile->steps.slopes) {
    const __m128 below = _mm_mul_ps(y, load_outputs(tile->steps.slopes, outputs));
    y = _mm_blendv_ps(y, below, _mm_cmp_ps(y, _mm_setzero_ps(), _CMP_LT_OQ));
  }
  // The second operand is the result where one is NaN: NaN stays.
  y = _mm_min_ps(_mm_set1_ps(conv->maximum), _mm_max_ps(_mm_set1_ps(conv->minimum), y));
  store_outputs(to, y, outputs);
}

// Constants in every call: pixel_count and outputs. Weights are [k / 8][output][k % 8].
AVX2_INLINE void convolve_pixels(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, const int pixel_count,
                                 const int outputs) {
  const bnnmk_tap_box *box = tile->box;
  __m256 sums[PIXELS][MAX_OUTPUTS];
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int o = 0; o < outputs; o++) {
      sums[p][o] = _mm256_setzero_ps();
    }
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = tile->input + row * box->input_row_step + run * box->input_run_step;
      const float *w = tile->weights + (row * box->weights_row_step + run * box->weights_run_step) * (size_t)outputs;
      for (const float *end = x + box->run_length; x < end; x += LANES, w += LANES * outputs) {
        __m256 weights[MAX_OUTPUTS];
        BNNMK_REGISTERS
        for (int o = 0; o < outputs; o++) {
          weights[o] = _mm256_loadu_ps(w + o * LANES);
        }
        BNNMK_REGISTERS
        for (int p = 0; p < pixel_count; p++) {
          const __m256 values = _mm256_loadu_ps(x + (size_t)p * tile->pixel_step);
          BNNMK_REGISTERS
          for (int o = 0; o < outputs; o++) {
            sums[p][o] = _mm256_fmadd_ps(values, weights[o], sums[p][o]);
          }
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    store_pixel(conv, tile, sums[p], outputs, tile->output + (size_t)p * tile->output_step);
  }
}

AVX2_INLINE void convolve_outputs(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, const int outputs) {
  if (tile->pixel_count == PIXELS) {
    convolve_pixels(conv, tile, PIXELS, outputs);
    return;
  }
  bnnmk_conv2d_tile pixel = *tile;
  for (uint32_t p = 0; p < tile->pixel_count; p++, pixel.input += tile->pixel_step, pixel.output += tile->output_step) {
    convolve_pixels(conv, &pixel, 1, outputs);
  }
}

// A bnnmk_convolve_tile.
static AVX2 void convolve_tile(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile) {
  switch (conv->out_channels) {
    case 1:
      convolve_outputs(conv, tile, 1);
      break;
    case 2:
      convolve_outputs(conv, tile, 2);
      break;
    default:
      convolve_outputs(conv, tile, MAX_OUTPUTS);
      break;
  }
}

// [k / 8][k % 8][output] to [k / 8][output][k % 8]: eight input channels of an output side by side.
static void turn_weights(const bnnmk_conv2d *conv, size_t count, float *turned) {
  const size_t outputs = conv->out_channels;
  for (size_t k = 0; k < count; k++) {
    for (size_t o = 0; o < outputs; o++) {
      turned[(k - k % LANES) * outputs + o * LANES + k % LANES] = conv->weights[k * conv->weight_step + o];
    }
  }
}

int bnnmk_convolve_few_x86_avx2(const bnnmk_conv2d *conv, uint32_t begin, uint32_t end) {
  static const bnnmk_conv2d_tiles tiles = {PIXELS, BNNMK_WHOLE_LINES, BNNMK_FLOAT_BLOCK,
                                           0,      BNNMK_FLOAT_BLOCK, convolve_tile};
  const size_t count = (size_t)conv->window.kernel_h * conv->window.kernel_w * conv->channels;
  if (conv->out_channels > MAX_OUTPUTS || conv->channels % LANES > 0 || count * conv->out_channels > MAX_WEIGHTS) {
    return 0;
  }
  float turned[MAX_WEIGHTS];
  turn_weights(conv, count, turned);
  bnnmk_conv2d few = *conv;
  few.weights = turned;
  few.weight_step = conv->out_channels;
  bnnmk_conv2d_rows(&few, begin, end, &tiles);
  return 1;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

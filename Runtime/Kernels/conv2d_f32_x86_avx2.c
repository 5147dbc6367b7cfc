// Float convolution for AVX2 + FMA: the tile of some pixels times blocks of sixteen output channels, two registers
// each.
//
//   sums [pixel][vector]: 6 x 2, 5 x 2 or 4 x 2 registers; 3 x 4, 2 x 4 or 1 x 8 where there are as many channels, so
//   that at least eight hide the latency of a fused multiply-add; 12 x 1 of up to eight channels in all, which AVX-512
//   has no better way for. Each step loads the vectors of weights once and broadcasts one float a pixel.
//
// Every output is the same chain of fused multiply-adds in whichever tile it falls.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "conv2d.h"
#include "kernel_declarations.h"
#include "lanes.h"

#define AVX2 __attribute__((target("avx2,fma,popcnt")))
#define AVX2_INLINE static inline AVX2 __attribute__((always_inline))

enum { LANES = 8, BLOCK_VECTORS = BNNMK_FLOAT_BLOCK / LANES, PIXEL_BLOCK = 6, FEW_PIXELS = 3, WIDE_BLOCKS = 4 };
enum { NARROW_PIXELS = 12, NARROW_REST = 4 };  // of one register each

// Lanes of the last block that exist, by vector; only a tile whose last block is partial needs them.
typedef struct lane_masks {
  __m256i vectors[BLOCK_VECTORS];
} lane_masks;

AVX2_INLINE __m256 load_lanes(const float *from, const int is_masked, __m256i mask) {
  return is_masked ? _mm256_maskload_ps(from, mask) : _mm256_loadu_ps(from);
}

// Sums through their steps, of the first vector's channels.
AVX2_INLINE void take_steps(bnnmk_sum_steps steps, const int pixel_count, const int vector_count, const int is_masked,
                            lane_masks masks, __m256 sums[][WIDE_BLOCKS * BLOCK_VECTORS]) {
  BNNMK_REGISTERS
  for (int v = 0; v < vector_count && steps.scale; v++) {
    const __m256 by = load_lanes(steps.scale + v * LANES, is_masked, masks.vectors[v % BLOCK_VECTORS]);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = _mm256_mul_ps(sums[p][v], by);
    }
  }
  BNNMK_REGISTERS
  for (int v = 0; v < vector_count && steps.shift; v++) {
    const __m256 by = load_lanes(steps.shift + v * LANES, is_masked, masks.vectors[v % BLOCK_VECTORS]);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = _mm256_add_ps(sums[p][v], by);
    }
  }
  BNNMK_REGISTERS
  for (int v = 0; v < vector_count && steps.slopes; v++) {
    const __m256 by = load_lanes(steps.slopes + v * LANES, is_masked, masks.vectors[v % BLOCK_VECTORS]);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      const __m256 is_negative = _mm256_cmp_ps(sums[p][v], _mm256_setzero_ps(), _CMP_LT_OQ);
      sums[p][v] = _mm256_blendv_ps(sums[p][v], _mm256_mul_ps(sums[p][v], by), is_negative);
    }
  }
}

// The first `pixel_count` pixels and `vector_count` vectors from `tile`'s first channel, `block` blocks behind it.
// Constants in every call: pixel_count, vector_count and is_masked (of one block, whose lanes are those of the masks).
AVX2_INLINE void convolve_vectors(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, uint32_t block,
                                  const int pixel_count, const int vector_count, const int is_masked,
                                  lane_masks masks) {
  const bnnmk_tap_box *box = tile->box;
  const uint32_t channel = block * BNNMK_FLOAT_BLOCK;
  const size_t step = conv->weight_step;
  __m256 sums[NARROW_PIXELS][WIDE_BLOCKS * BLOCK_VECTORS];
  BNNMK_REGISTERS
  for (int v = 0; v < vector_count; v++) {
    const __m256i mask = masks.vectors[v % BLOCK_VECTORS];
    const __m256 start =
        tile->bias ? load_lanes(tile->bias + channel + v * LANES, is_masked, mask) : _mm256_setzero_ps();
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = start;
    }
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = tile->input + row * box->input_row_step + run * box->input_run_step;
      const float *w =
          tile->weights + block * conv->block_step + (row * box->weights_row_step + run * box->weights_run_step) * step;
      for (const float *end = x + box->run_length; x < end; x++, w += step) {
        __m256 weights[WIDE_BLOCKS * BLOCK_VECTORS];
        BNNMK_REGISTERS
        for (int v = 0; v < vector_count; v++) {
          const float *from = w + (size_t)(v / BLOCK_VECTORS) * conv->block_step + v % BLOCK_VECTORS * LANES;
          weights[v] = load_lanes(from, is_masked, masks.vectors[v % BLOCK_VECTORS]);
        }
        BNNMK_REGISTERS
        for (int p = 0; p < pixel_count; p++) {
          const __m256 value = _mm256_broadcast_ss(x + (size_t)p * tile->pixel_step);
          BNNMK_REGISTERS
          for (int v = 0; v < vector_count; v++) {
            sums[p][v] = _mm256_fmadd_ps(value, weights[v], sums[p][v]);
          }
        }
      }
    }
  }
  if (bnnmk_has_steps(tile->steps)) {
    take_steps(bnnmk_steps_from(tile->steps, channel), pixel_count, vector_count, is_masked, masks, sums);
  }
  const __m256 minimum = _mm256_set1_ps(conv->minimum), maximum = _mm256_set1_ps(conv->maximum);
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < vector_count; v++) {
      float *to = tile->output + (size_t)p * tile->output_step + channel + v * LANES;
      // The second operand is the result where one is NaN: NaN stays.
      const __m256 y = _mm256_min_ps(maximum, _mm256_max_ps(minimum, sums[p][v]));
      if (is_masked) {
        _mm256_maskstore_ps(to, masks.vectors[v % BLOCK_VECTORS], y);
      } else {
        _mm256_storeu_ps(to, y);
      }
    }
  }
}

AVX2_INLINE lane_masks masks_of(uint32_t channel_count) {
  static const int32_t lanes[2 * BNNMK_FLOAT_BLOCK] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  lane_masks masks;
  BNNMK_REGISTERS
  for (int v = 0; v < BLOCK_VECTORS; v++) {
    const int32_t *from = lanes + BNNMK_FLOAT_BLOCK - channel_count + v * LANES;
    masks.vectors[v] = _mm256_loadu_si256((const __m256i *)from);
  }
  return masks;
}

// All channels of the tile: `blocks` blocks at a time, then fewer, then what is left of one.
AVX2_INLINE void convolve_pixels(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, const int pixel_count,
                                 const int blocks) {
  const uint32_t whole = tile->channel_count / BNNMK_FLOAT_BLOCK, rest = tile->channel_count % BNNMK_FLOAT_BLOCK;
  const lane_masks none = {{_mm256_setzero_si256(), _mm256_setzero_si256()}};
  uint32_t block = 0;
  for (; whole - block >= (uint32_t)blocks; block += (uint32_t)blocks) {
    convolve_vectors(conv, tile, block, pixel_count, blocks * BLOCK_VECTORS, 0, none);
  }
  if (blocks > 2 && whole - block >= 2) {
    convolve_vectors(conv, tile, block, pixel_count, 2 * BLOCK_VECTORS, 0, none);
    block += 2;
  }
  if (blocks > 1) {
    for (; block < whole; block++) {
      convolve_vectors(conv, tile, block, pixel_count, BLOCK_VECTORS, 0, none);
    }
  }
  if (rest > 0) {
    convolve_vectors(conv, tile, block, pixel_count, BLOCK_VECTORS, 1, masks_of(rest));
  }
}

static AVX2 void convolve_tile(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile) {
  switch (tile->pixel_count) {
    case 1:
      convolve_pixels(conv, tile, 1, WIDE_BLOCKS);
      break;
    case 2:
      convolve_pixels(conv, tile, 2, 2);
      break;
    case 3:
      convolve_pixels(conv, tile, 3, 2);
      break;
    case 4:
      convolve_pixels(conv, tile, 4, 1);
      break;
    case 5:
      convolve_pixels(conv, tile, 5, 1);
      break;
    default:
      convolve_pixels(conv, tile, PIXEL_BLOCK, 1);
  }
}

// Of one vector of channels. pixel_count is a constant in every call.
AVX2_INLINE void convolve_narrow(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, const int pixel_count) {
  const lane_masks masks = masks_of(tile->channel_count);
  if (tile->channel_count == LANES) {
    convolve_vectors(conv, tile, 0, pixel_count, 1, 0, masks);
  } else {
    convolve_vectors(conv, tile, 0, pixel_count, 1, 1, masks);
  }
}

static AVX2 void convolve_narrow_tile(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile) {
  bnnmk_conv2d_tile rest = *tile;
  uint32_t count;
  for (uint32_t left = tile->pixel_count; left > 0; left -= count) {
    if (left >= NARROW_PIXELS) {
      count = NARROW_PIXELS;
      convolve_narrow(conv, &rest, NARROW_PIXELS);
    } else if (left >= NARROW_REST) {
      count = NARROW_REST;
      convolve_narrow(conv, &rest, NARROW_REST);
    } else {
      count = 1;
      convolve_narrow(conv, &rest, 1);
    }
    rest.input += count * rest.pixel_step;
    rest.output += count * rest.output_step;
  }
}

static const bnnmk_conv2d_tiles narrow_tiles = {NARROW_PIXELS,     BNNMK_WHOLE_LINES,   BNNMK_FLOAT_BLOCK, 0,
                                                BNNMK_FLOAT_BLOCK, convolve_narrow_tile};

static const bnnmk_conv2d_tiles tiles = {
    UINT32_MAX, PIXEL_BLOCK, 2 * BNNMK_FLOAT_BLOCK, FEW_PIXELS, WIDE_BLOCKS *BNNMK_FLOAT_BLOCK, convolve_tile};

void bnnmk_conv2d_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_conv2d *conv = arguments;
  if (!bnnmk_convolve_few_x86_avx2(conv, begin, end)) {
    bnnmk_conv2d_rows(conv, begin, end, conv->out_channels <= LANES ? &narrow_tiles : &tiles);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

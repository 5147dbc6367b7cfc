// Float convolution for AVX-512: the tile of some pixels times blocks of sixteen output channels, a register each.
//
//   sums [pixel][block]: 14 x 2, 7 x 2 to 4 x 2, 3 x 4, 2 x 4 or 1 x 8 registers, at least eight to hide the latency of
//   a fused multiply-add, where there are as many channels. Each step loads the blocks' weights once and broadcasts one
//   float a pixel.
//
// Every output is the same chain of fused multiply-adds in whichever tile it falls, as with AVX2.
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "avx512_features.h"
#include "conv2d.h"
#include "kernel_declarations.h"
#include "lanes.h"

enum { WIDE_PIXELS = 14, FEW_PIXELS = 3, MAX_BLOCKS = 8 };

// Sums through their steps, of the blocks' first channel.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) void take_steps(bnnmk_sum_steps steps,
                                                                                 const int pixel_count,
                                                                                 const int blocks, __mmask16 lanes,
                                                                                 __m512 sums[][MAX_BLOCKS]) {
  BNNMK_REGISTERS
  for (int b = 0; b < blocks && steps.scale; b++) {
    const __m512 by = _mm512_maskz_loadu_ps(b == blocks - 1 ? lanes : 0xffff, steps.scale + b * BNNMK_FLOAT_BLOCK);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      sums[p][b] = _mm512_mul_ps(sums[p][b], by);
    }
  }
  BNNMK_REGISTERS
  for (int b = 0; b < blocks && steps.shift; b++) {
    const __m512 by = _mm512_maskz_loadu_ps(b == blocks - 1 ? lanes : 0xffff, steps.shift + b * BNNMK_FLOAT_BLOCK);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      sums[p][b] = _mm512_add_ps(sums[p][b], by);
    }
  }
  BNNMK_REGISTERS
  for (int b = 0; b < blocks && steps.slopes; b++) {
    const __m512 by = _mm512_maskz_loadu_ps(b == blocks - 1 ? lanes : 0xffff, steps.slopes + b * BNNMK_FLOAT_BLOCK);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      const __mmask16 is_negative = _mm512_cmp_ps_mask(sums[p][b], _mm512_setzero_ps(), _CMP_LT_OQ);
      sums[p][b] = _mm512_mask_mul_ps(sums[p][b], is_negative, sums[p][b], by);
    }
  }
}

// `pixel_count` pixels and `blocks` blocks, from the block `block` steps behind the tile's first channel; `lanes` of
// the last one exist. Constants in every call: pixel_count and blocks.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) void convolve_blocks(
    const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, uint32_t block, const int pixel_count, const int blocks,
    __mmask16 lanes) {
  const bnnmk_tap_box *box = tile->box;
  const uint32_t channel = block * BNNMK_FLOAT_BLOCK;
  const size_t step = conv->weight_step;
  __m512 sums[WIDE_PIXELS][MAX_BLOCKS];
  BNNMK_REGISTERS
  for (int b = 0; b < blocks; b++) {
    const __mmask16 present = b == blocks - 1 ? lanes : 0xffff;
    const __m512 start =
        tile->bias ? _mm512_maskz_loadu_ps(present, tile->bias + channel + b * BNNMK_FLOAT_BLOCK) : _mm512_setzero_ps();
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      sums[p][b] = start;
    }
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const float *x = tile->input + row * box->input_row_step + run * box->input_run_step;
      const float *w =
          tile->weights + block * conv->block_step + (row * box->weights_row_step + run * box->weights_run_step) * step;
      for (const float *end = x + box->run_length; x < end; x++, w += step) {
        __m512 weights[MAX_BLOCKS];
        BNNMK_REGISTERS
        for (int b = 0; b < blocks; b++) {
          const __mmask16 present = b == blocks - 1 ? lanes : 0xffff;
          weights[b] = _mm512_maskz_loadu_ps(present, w + (size_t)b * conv->block_step);
        }
        BNNMK_REGISTERS
        for (int p = 0; p < pixel_count; p++) {
          const __m512 value = _mm512_set1_ps(x[(size_t)p * tile->pixel_step]);
          BNNMK_REGISTERS
          for (int b = 0; b < blocks; b++) {
            sums[p][b] = _mm512_fmadd_ps(value, weights[b], sums[p][b]);
          }
        }
      }
    }
  }
  if (bnnmk_has_steps(tile->steps)) {
    take_steps(bnnmk_steps_from(tile->steps, channel), pixel_count, blocks, lanes, sums);
  }
  const __m512 minimum = _mm512_set1_ps(conv->minimum), maximum = _mm512_set1_ps(conv->maximum);
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int b = 0; b < blocks; b++) {
      float *to = tile->output + (size_t)p * tile->output_step + channel + b * BNNMK_FLOAT_BLOCK;
      // The second operand is the result where one is NaN: NaN stays.
      const __m512 y = _mm512_min_ps(maximum, _mm512_max_ps(minimum, sums[p][b]));
      _mm512_mask_storeu_ps(to, b == blocks - 1 ? lanes : 0xffff, y);
    }
  }
}

// The tile's blocks from `block` on, as many times `blocks` of them as are left, the last of which may be partial;
// gives the next one.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) uint32_t convolve_groups(
    const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile, uint32_t block, const int pixel_count, const int blocks) {
  const uint32_t others = (uint32_t)blocks - 1;
  for (; (block + others) * BNNMK_FLOAT_BLOCK < tile->channel_count; block += (uint32_t)blocks) {
    const uint32_t left = tile->channel_count - (block + others) * BNNMK_FLOAT_BLOCK;
    convolve_blocks(conv, tile, block, pixel_count, blocks, bnnmk_first_lanes(left));
  }
  return block;
}

// All channels of the tile, `blocks` blocks at a time, then fewer.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) void convolve_pixels(const bnnmk_conv2d *conv,
                                                                                      const bnnmk_conv2d_tile *tile,
                                                                                      const int pixel_count,
                                                                                      const int blocks) {
  uint32_t block = convolve_groups(conv, tile, 0, pixel_count, blocks);
  if (blocks > 4) {
    block = convolve_groups(conv, tile, block, pixel_count, 4);
  }
  if (blocks > 2) {
    block = convolve_groups(conv, tile, block, pixel_count, 2);
  }
  convolve_groups(conv, tile, block, pixel_count, 1);
}

static BNNMK_TARGET_AVX512 void convolve_tile(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *tile) {
  switch (tile->pixel_count) {
    case 1:
      convolve_pixels(conv, tile, 1, 8);
      break;
    case 2:
      convolve_pixels(conv, tile, 2, 4);
      break;
    case 3:
      convolve_pixels(conv, tile, 3, 4);
      break;
    case 4:
      convolve_pixels(conv, tile, 4, 2);
      break;
    case 5:
      convolve_pixels(conv, tile, 5, 2);
      break;
    case 6:
      convolve_pixels(conv, tile, 6, 2);
      break;
    case 7:
      convolve_pixels(conv, tile, 7, 2);
      break;
    default:
      convolve_pixels(conv, tile, WIDE_PIXELS, 2);
  }
}

static const bnnmk_conv2d_tiles tiles = {
    WIDE_PIXELS, WIDE_PIXELS / 2, 2 * BNNMK_FLOAT_BLOCK, FEW_PIXELS, MAX_BLOCKS *BNNMK_FLOAT_BLOCK, convolve_tile};

void bnnmk_conv2d_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_conv2d *conv = arguments;
  if (conv->out_channels <= BNNMK_FLOAT_BLOCK / 2) {
    bnnmk_conv2d_f32_x86_avx2(conv, begin, end);  // half of each register would be empty
  } else {
    bnnmk_conv2d_rows(conv, begin, end, &tiles);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

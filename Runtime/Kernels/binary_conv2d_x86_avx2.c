// Binary convolution for AVX2 of weights in words: the inner loop on four pixels times eight channels.
//
// Two registers hold one word of eight channels' weights, as stored. Bits that differ from a broadcast input word are
// counted per byte by looking up both nibbles:
//
//   weights  | m0 m1 m2 m3 | m4 m5 m6 m7 |   64-bit lanes, loaded once for all pixels of the block
//   bytes[p] | 8x8 bits each ...         |   at most 8 a step: 31 steps fit
//   counts[p]| m0 m1 m2 m3   m4 m5 m6 m7 |   in memory, 32-bit lanes: bytes added up by VPSADBW
#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#include "binary_conv2d.h"
#include "binary_conv2d_nibbles.h"
#include "kernel_declarations.h"

#define AVX2 __attribute__((target("avx2,fma,popcnt")))

// Steps after which a byte could exceed 255: each adds at most 8.
enum { STEPS_PER_BYTE = 31 };

// Pixels of a tile, and of the inner loop.
enum { PIXEL_BLOCK = 8, LOOP_PIXELS = 4 };

static inline AVX2 __attribute__((always_inline)) __m256i byte_popcount(__m256i bits) {
  const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                          0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(bits, nibble));
  __m256i high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(bits, 4), nibble));
  return _mm256_add_epi8(low, high);
}

// Adds the bytes of a pixel's eight channels to its counts and clears them.
static inline AVX2 __attribute__((always_inline)) void empty_bytes(__m256i bytes[2], uint32_t *counts) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256 low = _mm256_castsi256_ps(_mm256_sad_epu8(bytes[0], zero));
  const __m256 high = _mm256_castsi256_ps(_mm256_sad_epu8(bytes[1], zero));
  // The even 32-bit lanes: m0 m1 m4 m5 | m2 m3 m6 m7, then in channel order.
  const __m256i mixed = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0x88));
  const __m256i sums = _mm256_permute4x64_epi64(mixed, 0xd8);
  __m256i *to = (__m256i *)counts;
  _mm256_storeu_si256(to, _mm256_add_epi32(_mm256_loadu_si256(to), sums));
  bytes[0] = bytes[1] = zero;
}

// `pixel_count` and `masked` are constants in every call, so that the bytes live in registers.
static inline AVX2 __attribute__((always_inline)) void count_pixels(
    const uint64_t *input, const uint64_t *mask, size_t pixel_step, const int pixel_count, const int masked,
    const uint64_t *weights, const bnnmk_tap_box *box, uint32_t counts[][BNNMK_CHANNEL_BLOCK], uint32_t *ones) {
  __m256i bytes[LOOP_PIXELS][2];
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    bytes[p][0] = bytes[p][1] = _mm256_setzero_si256();
  }
  size_t room = STEPS_PER_BYTE;
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const size_t first = row * box->input_row_step + run * box->input_run_step;
      const uint64_t *x = input + first, *counted = masked ? mask + first : 0;
      const uint64_t *w = weights + (row * box->weights_row_step + run * box->weights_run_step) * BNNMK_CHANNEL_BLOCK;
      for (size_t left = box->run_length; left > 0;) {
        if (room == 0) {
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            empty_bytes(bytes[p], counts[p]);
          }
          room = STEPS_PER_BYTE;
        }
        const size_t steps = left < room ? left : room;
        left -= steps;
        room -= steps;
        for (const uint64_t *end = x + steps; x < end; x++, w += BNNMK_CHANNEL_BLOCK) {
          const __m256i w0 = _mm256_loadu_si256((const __m256i *)w);
          const __m256i w1 = _mm256_loadu_si256((const __m256i *)(w + 4));
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            const __m256i word = _mm256_set1_epi64x((long long)x[(size_t)p * pixel_step]);
            __m256i low = _mm256_xor_si256(word, w0), high = _mm256_xor_si256(word, w1);
            if (masked) {
              const uint64_t bits = counted[(size_t)p * pixel_step];
              const __m256i kept = _mm256_set1_epi64x((long long)bits);
              ones[p] += (uint32_t)__builtin_popcountll(bits);
              low = _mm256_and_si256(low, kept);
              high = _mm256_and_si256(high, kept);
            }
            bytes[p][0] = _mm256_add_epi8(bytes[p][0], byte_popcount(low));
            bytes[p][1] = _mm256_add_epi8(bytes[p][1], byte_popcount(high));
          }
          if (masked) {
            counted++;
          }
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    empty_bytes(bytes[p], counts[p]);
  }
}

__attribute__((noinline)) AVX2 void bnnmk_count_differences_x86_avx2(const uint64_t *input, size_t pixel_step,
                                                                     uint32_t pixel_count, const uint64_t *weights,
                                                                     const bnnmk_tap_box *box,
                                                                     uint32_t counts[][BNNMK_CHANNEL_BLOCK]) {
  for (; pixel_count >= LOOP_PIXELS;
       pixel_count -= LOOP_PIXELS, input += LOOP_PIXELS * pixel_step, counts += LOOP_PIXELS) {
    count_pixels(input, 0, pixel_step, LOOP_PIXELS, 0, weights, box, counts, 0);
  }
  switch (pixel_count) {
    case 1:
      count_pixels(input, 0, pixel_step, 1, 0, weights, box, counts, 0);
      break;
    case 2:
      count_pixels(input, 0, pixel_step, 2, 0, weights, box, counts, 0);
      break;
    case 3:
      count_pixels(input, 0, pixel_step, 3, 0, weights, box, counts, 0);
      break;
  }
}

// Two pixels at a time: what four need besides does not fit in the registers.
static AVX2 __attribute__((noinline)) void count_masked_differences(const uint64_t *input, const uint64_t *mask,
                                                                    size_t pixel_step, uint32_t pixel_count,
                                                                    const uint64_t *weights, const bnnmk_tap_box *box,
                                                                    uint32_t counts[][BNNMK_CHANNEL_BLOCK],
                                                                    uint32_t ones[]) {
  uint32_t p = 0;
  for (; p + 2 <= pixel_count; p += 2) {
    const size_t first = p * pixel_step;
    count_pixels(input + first, mask + first, pixel_step, 2, 1, weights, box, counts + p, ones + p);
  }
  if (p < pixel_count) {
    const size_t first = p * pixel_step;
    count_pixels(input + first, mask + first, pixel_step, 1, 1, weights, box, counts + p, ones + p);
  }
}

static inline AVX2 uint32_t decide(const int32_t accumulators[BNNMK_CHANNEL_BLOCK], const int32_t *points,
                                   uint32_t switch_count, size_t point_stride) {
  const __m256i values = _mm256_loadu_si256((const __m256i *)accumulators);
  // All ones where the number of points behind is even; every point that is not above the value flips it.
  __m256i even = _mm256_set1_epi32(-1);
  for (uint32_t s = 0; s < switch_count; s++) {
    __m256i above = _mm256_cmpgt_epi32(_mm256_loadu_si256((const __m256i *)(points + s * point_stride)), values);
    even = _mm256_xor_si256(even, _mm256_xor_si256(above, _mm256_set1_epi32(-1)));
  }
  return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(even));
}

static inline AVX2 __attribute__((always_inline)) void convolve(const bnnmk_binary_conv2d *conv, bnnmk_output kind,
                                                                const bnnmk_tile_taps *taps) {
  const bnnmk_binary_conv2d_parts parts = {bnnmk_count_differences_x86_avx2, count_masked_differences, decide,
                                           bnnmk_finish_values_x86_avx2};
  bnnmk_convolve_by_parts(conv, kind, taps, parts);
}

AVX2 void bnnmk_binary_conv2d_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_conv2d *conv = arguments;
  if (conv->layout == BNNMK_LAYOUT_NIBBLES) {
    bnnmk_binary_conv2d_nibbles_x86_avx2(conv, begin, end);
  } else {
    bnnmk_binary_conv2d_by_tiles(conv, begin, end, PIXEL_BLOCK, convolve);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Binary convolution for AVX-512 on CPUs that cannot count the bits of registers: as for AVX2, bits are counted per
// byte by looking up both nibbles, on up to fourteen pixels that share a register of weights, eight channels' words as
// stored.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"

#include "binary_conv2d_nibbles.h"
#include "kernel_declarations.h"

// Steps after which a byte could exceed 255: each adds at most 8.
enum { STEPS_PER_BYTE = 31 };

// `pixel_count` is a constant in every call, so that the bytes live in registers.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) void count_pixels(
    const uint64_t *input, size_t pixel_step, const uint32_t pixel_count, const uint64_t *weights,
    const bnnmk_tap_box *box, uint64_t counts[][BNNMK_CHANNEL_BLOCK]) {
  const __m512i table = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m512i nibble = _mm512_set1_epi8(15), zero = _mm512_setzero_si512();
  __m512i bytes[BNNMK_WIDE_PIXEL_BLOCK];
  BNNMK_REGISTERS
  for (uint32_t p = 0; p < pixel_count; p++) {
    bytes[p] = zero;
  }
  size_t room = STEPS_PER_BYTE;
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const uint64_t *x = input + row * box->input_row_step + run * box->input_run_step;
      const uint64_t *w = weights + (row * box->weights_row_step + run * box->weights_run_step) * BNNMK_CHANNEL_BLOCK;
      for (size_t left = box->run_length; left > 0;) {
        if (room == 0) {
          BNNMK_REGISTERS
          for (uint32_t p = 0; p < pixel_count; p++) {
            const __m512i sums = _mm512_sad_epu8(bytes[p], zero);
            _mm512_store_si512(counts[p], _mm512_add_epi64(_mm512_load_si512(counts[p]), sums));
            bytes[p] = zero;
          }
          room = STEPS_PER_BYTE;
        }
        const size_t steps = left < room ? left : room;
        left -= steps;
        room -= steps;
        for (const uint64_t *end = x + steps; x < end; x++, w += BNNMK_CHANNEL_BLOCK) {
          const __m512i words = _mm512_loadu_si512(w), shifted = _mm512_srli_epi64(words, 4);
          BNNMK_REGISTERS
          for (uint32_t p = 0; p < pixel_count; p++) {
            const __m512i word = _mm512_set1_epi64((long long)x[p * pixel_step]);
            // 0x28: (a ^ b) & c.
            const __m512i low = _mm512_ternarylogic_epi64(word, words, nibble, 0x28);
            const __m512i high = _mm512_ternarylogic_epi64(_mm512_srli_epi64(word, 4), shifted, nibble, 0x28);
            bytes[p] = _mm512_add_epi8(bytes[p], _mm512_shuffle_epi8(table, low));
            bytes[p] = _mm512_add_epi8(bytes[p], _mm512_shuffle_epi8(table, high));
          }
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (uint32_t p = 0; p < pixel_count; p++) {
    const __m512i sums = _mm512_sad_epu8(bytes[p], zero);
    _mm512_store_si512(counts[p], _mm512_add_epi64(_mm512_load_si512(counts[p]), sums));
  }
}

static BNNMK_TARGET_AVX512 __attribute__((noinline)) void count_wide(const uint64_t *input, size_t pixel_step,
                                                                     uint32_t pixel_count, const uint64_t *weights,
                                                                     const bnnmk_tap_box *box,
                                                                     uint64_t counts[][BNNMK_CHANNEL_BLOCK]) {
  // Whole tiles of the usual layers, whose pixels stand at constant distances.
  if (pixel_count == BNNMK_WIDE_PIXEL_BLOCK && pixel_step == 1) {
    count_pixels(input, 1, BNNMK_WIDE_PIXEL_BLOCK, weights, box, counts);
    return;
  }
  if (pixel_count == BNNMK_WIDE_PIXEL_BLOCK && pixel_step == 2) {
    count_pixels(input, 2, BNNMK_WIDE_PIXEL_BLOCK, weights, box, counts);
    return;
  }
  for (; pixel_count >= 7; pixel_count -= 7, input += 7 * pixel_step, counts += 7) {
    count_pixels(input, pixel_step, 7, weights, box, counts);
  }
  if (pixel_count & 4) {
    count_pixels(input, pixel_step, 4, weights, box, counts);
    input += 4 * pixel_step;
    counts += 4;
  }
  if (pixel_count & 2) {
    count_pixels(input, pixel_step, 2, weights, box, counts);
    input += 2 * pixel_step;
    counts += 2;
  }
  if (pixel_count & 1) {
    count_pixels(input, pixel_step, 1, weights, box, counts);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_binary_conv2d_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_conv2d *conv = arguments;
  if (conv->layout == BNNMK_LAYOUT_NIBBLES) {
    bnnmk_binary_conv2d_nibbles_x86_avx512(conv, begin, end);
  } else {
    bnnmk_binary_conv2d_wide(conv, begin, end, count_wide);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

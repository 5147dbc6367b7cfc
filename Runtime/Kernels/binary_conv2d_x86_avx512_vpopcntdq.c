// Binary convolution for AVX-512 with VPOPCNTDQ: XOR with a broadcast input word, count, and add, on up to fourteen
// pixels that share a register of weights, eight channels' words as stored.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"
#include "kernel_declarations.h"

#define VPOPCNTDQ __attribute__((target(BNNMK_AVX512_FEATURES ",avx512vpopcntdq")))

// `pixel_count` is a constant in every call, so that the counts live in registers.
static inline VPOPCNTDQ __attribute__((always_inline)) void count_pixels(const uint64_t *input, size_t pixel_step,
                                                                         const uint32_t pixel_count,
                                                                         const uint64_t *weights,
                                                                         const bnnmk_tap_box *box,
                                                                         uint64_t counts[][BNNMK_CHANNEL_BLOCK]) {
  __m512i sums[BNNMK_WIDE_PIXEL_BLOCK];
  BNNMK_REGISTERS
  for (uint32_t p = 0; p < pixel_count; p++) {
    sums[p] = _mm512_load_si512(counts[p]);
  }
  for (uint32_t row = 0; row < box->row_count; row++) {
    for (uint32_t run = 0; run < box->run_count; run++) {
      const uint64_t *x = input + row * box->input_row_step + run * box->input_run_step;
      const uint64_t *w = weights + (row * box->weights_row_step + run * box->weights_run_step) * BNNMK_CHANNEL_BLOCK;
      for (const uint64_t *end = x + box->run_length; x < end; x++, w += BNNMK_CHANNEL_BLOCK) {
        const __m512i words = _mm512_loadu_si512(w);
        BNNMK_REGISTERS
        for (uint32_t p = 0; p < pixel_count; p++) {
          const __m512i differences = _mm512_xor_si512(words, _mm512_set1_epi64((long long)x[p * pixel_step]));
          sums[p] = _mm512_add_epi64(sums[p], _mm512_popcnt_epi64(differences));
        }
      }
    }
  }
  BNNMK_REGISTERS
  for (uint32_t p = 0; p < pixel_count; p++) {
    _mm512_store_si512(counts[p], sums[p]);
  }
}

static VPOPCNTDQ __attribute__((noinline)) void count_wide(const uint64_t *input, size_t pixel_step,
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

VPOPCNTDQ void bnnmk_binary_conv2d_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binary_conv2d_wide(arguments, begin, end, count_wide);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

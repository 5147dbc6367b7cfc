// Products of binary matrices for AVX-512 with VPOPCNTDQ: counts of a row of a and eight rows of b are a register.
#if defined(__x86_64__) || defined(__i386__)

#include "avx512_features.h"
#include "binary_matmul.h"
#include "kernel_declarations.h"
#include "lanes.h"

#define TARGET __attribute__((target(BNNMK_AVX512_FEATURES ",avx512vpopcntdq")))

enum { ROWS = 4 };

// The box of a product: one run. `row_count` is a constant in every call.
static inline TARGET __attribute__((always_inline)) void count_rows(const uint64_t *a, size_t row_step,
                                                                    const int row_count, const uint64_t *packed,
                                                                    size_t words,
                                                                    uint32_t counts[][BNNMK_CHANNEL_BLOCK]) {
  __m512i sums[ROWS];
  BNNMK_REGISTERS
  for (int r = 0; r < row_count; r++) {
    sums[r] = _mm512_setzero_si512();
  }
  for (size_t i = 0; i < words; i++) {
    const __m512i b = _mm512_loadu_si512(packed + i * BNNMK_CHANNEL_BLOCK);
    BNNMK_REGISTERS
    for (int r = 0; r < row_count; r++) {
      const __m512i x = _mm512_xor_si512(_mm512_set1_epi64((long long)a[(size_t)r * row_step + i]), b);
      sums[r] = _mm512_add_epi64(sums[r], _mm512_popcnt_epi64(x));
    }
  }
  BNNMK_REGISTERS
  for (int r = 0; r < row_count; r++) {
    __m256i *to = (__m256i *)counts[r];
    _mm256_storeu_si256(to, _mm256_add_epi32(_mm256_loadu_si256(to), _mm512_cvtepi64_epi32(sums[r])));
  }
}

// A bnnmk_count_differences, of boxes that are one run.
static TARGET void count_differences(const uint64_t *input, size_t pixel_step, uint32_t pixel_count,
                                     const uint64_t *weights, const bnnmk_tap_box *box,
                                     uint32_t counts[][BNNMK_CHANNEL_BLOCK]) {
  if (pixel_count == ROWS) {
    count_rows(input, pixel_step, ROWS, weights, box->run_length, counts);
    return;
  }
  for (uint32_t p = 0; p < pixel_count; p++) {
    count_rows(input + p * pixel_step, pixel_step, 1, weights, box->run_length, counts + p);
  }
}

void bnnmk_binary_matmul_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binary_matmul_by_differences(arguments, begin, end, count_differences);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

// Products of binary matrices for AVX-512 with VPOPCNTDQ: sixteen rows of b at a time, whose words stand side by side,
// so that a row of a has a register of sums with them. The forms of the sums: binary_matmul_rows.c.
#if defined(__x86_64__) || defined(__i386__)

#include <string.h>

#include "avx512_features.h"
#include "kernel_declarations.h"

#define TARGET __attribute__((target(BNNMK_AVX512_FEATURES ",avx512vpopcntdq")))
#define INLINE static inline TARGET __attribute__((always_inline))

// Columns of the output, rows of it that stay near until their line of the cache is whole, and words of b at a time.
enum { COLUMNS = 16, ROWS = 32, WORDS = 32 };

typedef struct product_block {
  uint32_t rows, columns;
  uint64_t words[WORDS][COLUMNS];  // of b; rows that are missing are 0
  uint32_t differences[ROWS][COLUMNS];
  uint32_t ones[COLUMNS];  // of b's rows; 0 where the sum has none
} product_block;

INLINE uint32_t count_ones(const uint64_t *row, size_t words) {
  uint32_t count = 0;
  for (size_t i = 0; i < words; i++) {
    count += (uint32_t)__builtin_popcountll(row[i]);
  }
  return count;
}

// Adds the differences of words first..<first + count.
INLINE void count_differences(product_block *block, const uint64_t *a, const uint64_t *b, size_t row_words,
                              size_t first, size_t count) {
  for (uint32_t column = 0; column < COLUMNS; column++) {
    for (size_t i = 0; i < count; i++) {
      block->words[i][column] = column < block->columns ? b[column * row_words + first + i] : 0;
    }
  }
  for (uint32_t row = 0; row < block->rows; row++, a += row_words) {
    __m512i low = _mm512_setzero_si512(), high = low;
    for (size_t i = 0; i < count; i++) {
      const __m512i word = _mm512_set1_epi64((long long)a[first + i]);
      const __m512i b_low = _mm512_loadu_si512(block->words[i]), b_high = _mm512_loadu_si512(block->words[i] + 8);
      low = _mm512_add_epi64(low, _mm512_popcnt_epi64(_mm512_xor_si512(word, b_low)));
      high = _mm512_add_epi64(high, _mm512_popcnt_epi64(_mm512_xor_si512(word, b_high)));
    }
    const __m512i counts =
        _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(low)), _mm512_cvtepi64_epi32(high), 1);
    uint32_t *to = block->differences[row];
    _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_loadu_si512(to), counts));
  }
}

INLINE void store_sums(const bnnmk_binary_matmul *matmul, const product_block *block, const uint64_t *a,
                       size_t row_words, void *output) {
  const __m128i doubled = _mm_cvtsi32_si128(!matmul->a_form && !matmul->b_form);
  const __m128i halved = _mm_cvtsi32_si128(matmul->a_form && matmul->b_form);
  const __m512i k = _mm512_set1_epi32((int)matmul->k), ones = _mm512_loadu_si512(block->ones);
  const __mmask16 columns = bnnmk_first_lanes(block->columns);
  int32_t *to = output;
  for (uint32_t row = 0; row < block->rows; row++, a += row_words, to += matmul->n) {
    const uint32_t p = matmul->b_form ? count_ones(a, row_words) : 0;
    __m512i x = _mm512_sll_epi32(_mm512_loadu_si512(block->differences[row]), doubled);
    x = _mm512_add_epi32(_mm512_add_epi32(x, ones), _mm512_set1_epi32((int)p));
    x = _mm512_sub_epi32(k, _mm512_srl_epi32(x, halved));
    if (matmul->output_type == BNNMK_FLOAT32) {
      x = _mm512_castps_si512(_mm512_cvtepi32_ps(x));
    }
    _mm512_mask_storeu_epi32(to, columns, x);
  }
}

// Rows of the output from m on, columns from n on.
INLINE void multiply(const bnnmk_binary_matmul *matmul, product_block *block, size_t m, size_t n) {
  const size_t words = matmul->k / 64 + (matmul->k % 64 > 0);
  const uint64_t *a = matmul->a + m * words, *b = matmul->b + n * words;
  memset(block->differences, 0, sizeof block->differences);
  for (size_t first = 0; first < words; first += WORDS) {
    count_differences(block, a, b, words, first, words - first < WORDS ? words - first : WORDS);
  }
  for (uint32_t column = 0; column < COLUMNS; column++) {
    block->ones[column] = matmul->a_form && column < block->columns ? count_ones(b + column * words, words) : 0;
  }
  store_sums(matmul, block, a, words, (int32_t *)matmul->output + m * matmul->n + n);
}

TARGET void bnnmk_binary_matmul_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binary_matmul *matmul = arguments;
  product_block block;
  for (uint32_t m = begin; m < end; m += block.rows) {
    block.rows = end - m < ROWS ? end - m : ROWS;
    for (uint32_t n = 0; n < matmul->n; n += block.columns) {
      block.columns = matmul->n - n < COLUMNS ? matmul->n - n : COLUMNS;
      multiply(matmul, &block, m, n);
    }
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

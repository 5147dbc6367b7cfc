// Products of binary matrices: the outer loops, once for all instruction sets. Eight rows of b at a time are
// interleaved as a binary convolution's weights are, and meet four rows of a in its inner loop.
//
// All forms follow from x = popcount(a ^ b) and the popcounts of the rows, p and q. With signs +1 - 2a and +1 - 2b, and
// with 1 - a and 1 - b in the form that counts bit 1 as 0 and bit 0 as 1; popcount(a & b) = (p + q - x) / 2:
//
//   sum (1 - 2a)(1 - 2b) = K - 2x              sum (1 - a)(1 - b)  = K - (p + q + x) / 2
//   sum (1 - 2a)(1 - b)  = K - x - p           sum (1 - a)(1 - 2b) = K - x - q
#include "binary_matmul.h"
#include "popcount.h"

enum {
  ROW_BLOCK = 4,    // rows of a
  WORD_BLOCK = 32,  // words of eight rows of b that are interleaved at a time
};

static uint32_t popcount_row(const uint64_t *row, size_t words) {
  uint32_t count = 0;
  for (size_t i = 0; i < words; i++) {
    count += bnnmk_popcount(row[i]);
  }
  return count;
}

// Words first...<first + words of up to eight rows of b, the rows innermost; rows that are missing are 0.
static void interleave(const uint64_t *b, size_t row_words, size_t first, size_t words, uint32_t row_count,
                       uint64_t *packed) {
  for (uint32_t row = 0; row < BNNMK_CHANNEL_BLOCK; row++) {
    for (size_t i = 0; i < words; i++) {
      packed[i * BNNMK_CHANNEL_BLOCK + row] = row < row_count ? b[row * row_words + first + i] : 0;
    }
  }
}

// One row of a against a block of rows of b. p and q are 0 where no form of the sum above has them.
static void store_row(const bnnmk_binary_matmul *matmul, size_t m, size_t n, uint32_t column_count, uint32_t p,
                      const uint32_t q[BNNMK_CHANNEL_BLOCK], const uint32_t x[BNNMK_CHANNEL_BLOCK]) {
  const uint32_t doubled = !matmul->a_form && !matmul->b_form, halved = matmul->a_form && matmul->b_form;
  int32_t sums[BNNMK_CHANNEL_BLOCK];
  for (uint32_t c = 0; c < BNNMK_CHANNEL_BLOCK; c++) {
    sums[c] = (int32_t)(matmul->k - (((x[c] << doubled) + p + q[c]) >> halved));
  }
  const size_t first = m * matmul->n + n;
  if (matmul->output_type == BNNMK_INT32) {
    int32_t *output = (int32_t *)matmul->output + first;
    for (uint32_t c = 0; c < column_count; c++) {
      output[c] = sums[c];
    }
  } else {
    float *output = (float *)matmul->output + first;
    for (uint32_t c = 0; c < column_count; c++) {
      output[c] = (float)sums[c];
    }
  }
}

void bnnmk_binary_matmul_by_differences(const bnnmk_binary_matmul *matmul, uint32_t begin, uint32_t end,
                                        bnnmk_count_differences *count_differences) {
  const size_t words = matmul->k / 64 + (matmul->k % 64 > 0);
  uint64_t packed[WORD_BLOCK * BNNMK_CHANNEL_BLOCK];
  for (size_t n = 0; n < matmul->n; n += BNNMK_CHANNEL_BLOCK) {
    const uint64_t *b = matmul->b + n * words;
    const size_t columns_left = matmul->n - n;
    const uint32_t column_count = columns_left < BNNMK_CHANNEL_BLOCK ? (uint32_t)columns_left : BNNMK_CHANNEL_BLOCK;
    uint32_t q[BNNMK_CHANNEL_BLOCK] = {0};
    for (uint32_t c = 0; c < column_count && matmul->a_form; c++) {
      q[c] = popcount_row(b + c * words, words);
    }
    for (size_t m = begin; m < end; m += ROW_BLOCK) {
      const uint64_t *a = matmul->a + m * words;
      const uint32_t row_count = end - m < ROW_BLOCK ? (uint32_t)(end - m) : ROW_BLOCK;
      uint32_t x[ROW_BLOCK][BNNMK_CHANNEL_BLOCK] = {{0}};
      for (size_t first = 0; first < words; first += WORD_BLOCK) {
        const size_t left = words - first, run = left < WORD_BLOCK ? left : WORD_BLOCK;
        // Rows that fit as a whole stay interleaved for all of a.
        if (m == begin || words > WORD_BLOCK) {
          interleave(b, words, first, run, column_count, packed);
        }
        const bnnmk_tap_box box = {.row_count = 1, .run_count = 1, .run_length = run};
        count_differences(a + first, words, row_count, packed, &box, x);
      }
      for (uint32_t row = 0; row < row_count; row++) {
        const uint32_t p = matmul->b_form ? popcount_row(a + row * words, words) : 0;
        store_row(matmul, m + row, n, column_count, p, q, x[row]);
      }
    }
  }
}

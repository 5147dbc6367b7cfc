// Products of binary matrices: the outer loops, once for all instruction sets. Eight rows of b at a time are
// interleaved as a binary convolution's weights are, and meet some rows of a in its inner loop.
//
// All forms follow from x = popcount(a ^ b) and the popcounts of the rows, p and q. With signs +1 - 2a and +1 - 2b, and
// with 1 - a and 1 - b in the form that counts bit 1 as 0 and bit 0 as 1; popcount(a & b) = (p + q - x) / 2:
//
//   sum (1 - 2a)(1 - 2b) = K - 2x              sum (1 - a)(1 - b)  = K - (p + q + x) / 2
//   sum (1 - 2a)(1 - b)  = K - x - p           sum (1 - a)(1 - 2b) = K - x - q
#include "binary_matmul.h"
#include "copy_rows.h"
#include "popcount.h"

enum {
  ROW_BLOCK = 32,    // rows of a that meet the same rows of b: few enough that the output's stay near
  COUNTED_ROWS = 4,  // and of these, what an inner loop takes
  WORD_BLOCK = 32,   // words of eight rows of b that are interleaved at a time
};

// What a row of a has with eight rows of b.
typedef uint32_t numbers __attribute__((vector_size(sizeof(uint32_t) * BNNMK_CHANNEL_BLOCK)));
typedef int32_t signed_numbers __attribute__((vector_size(sizeof(numbers))));
typedef float floats __attribute__((vector_size(sizeof(numbers))));

// Eight rows of b, of which `count` exist.
typedef struct b_block {
  const uint64_t *rows;
  size_t first;  // column of the output
  uint32_t count;
  uint32_t ones[BNNMK_CHANNEL_BLOCK];  // q; 0 where the sum has none
  uint64_t packed[WORD_BLOCK * BNNMK_CHANNEL_BLOCK];
} b_block;

static uint32_t popcount_row(const uint64_t *row, size_t words) {
  uint32_t count = 0;
  for (size_t i = 0; i < words; i++) {
    count += bnnmk_popcount(row[i]);
  }
  return count;
}

// Words first..<first + count of the block's rows, the rows innermost; rows that are missing are 0.
static void interleave(b_block *b, size_t row_words, size_t first, size_t count) {
  for (uint32_t row = 0; row < BNNMK_CHANNEL_BLOCK; row++) {
    for (size_t i = 0; i < count; i++) {
      b->packed[i * BNNMK_CHANNEL_BLOCK + row] = row < b->count ? b->rows[row * row_words + first + i] : 0;
    }
  }
}

// Differences of `row_count` rows of a and those of b.
static void count_rows(const uint64_t *a, uint32_t row_count, size_t words, b_block *b,
                       bnnmk_count_differences *count_differences, uint32_t x[][BNNMK_CHANNEL_BLOCK]) {
  for (size_t first = 0; first < words; first += WORD_BLOCK) {
    const size_t left = words - first, run = left < WORD_BLOCK ? left : WORD_BLOCK;
    const bnnmk_tap_box box = {.row_count = 1, .run_count = 1, .run_length = run};
    interleave(b, words, first, run);
    for (uint32_t row = 0; row < row_count; row += COUNTED_ROWS) {
      const uint32_t rows_left = row_count - row, count = rows_left < COUNTED_ROWS ? rows_left : COUNTED_ROWS;
      count_differences(a + row * words + first, words, count, b->packed, &box, x + row);
    }
  }
}

// One row of a against the block. p is 0 where no form of the sum above has it; `to` has room for eight numbers.
static inline __attribute__((always_inline)) void store_row(const bnnmk_binary_matmul *matmul, const b_block *b,
                                                            uint32_t p, const uint32_t x[BNNMK_CHANNEL_BLOCK],
                                                            void *to) {
  const uint32_t doubled = !matmul->a_form && !matmul->b_form, halved = matmul->a_form && matmul->b_form;
  numbers counts, ones;
  memcpy(&counts, x, sizeof counts);
  memcpy(&ones, b->ones, sizeof ones);
  counts = matmul->k - (((counts << doubled) + p + ones) >> halved);
  if (matmul->output_type == BNNMK_FLOAT32) {
    counts = (numbers) __builtin_convertvector((signed_numbers)counts, floats);
  }
  memcpy(to, &counts, sizeof counts);
}

// Rows of a from row m on, against all of b.
static void multiply_rows(const bnnmk_binary_matmul *matmul, size_t m, uint32_t row_count,
                          bnnmk_count_differences *count_differences) {
  const size_t words = matmul->k / 64 + (matmul->k % 64 > 0);
  const uint64_t *a = matmul->a + m * words;
  uint32_t p[ROW_BLOCK] = {0};
  for (uint32_t row = 0; row < row_count && matmul->b_form; row++) {
    p[row] = popcount_row(a + row * words, words);
  }
  b_block b = {.rows = matmul->b};
  for (; b.first < matmul->n; b.first += b.count, b.rows += b.count * words) {
    const size_t left = matmul->n - b.first;
    b.count = left < BNNMK_CHANNEL_BLOCK ? (uint32_t)left : BNNMK_CHANNEL_BLOCK;
    for (uint32_t c = 0; c < BNNMK_CHANNEL_BLOCK && matmul->a_form; c++) {
      b.ones[c] = c < b.count ? popcount_row(b.rows + c * words, words) : 0;
    }
    uint32_t x[ROW_BLOCK][BNNMK_CHANNEL_BLOCK] = {{0}};
    count_rows(a, row_count, words, &b, count_differences, x);
    char *to = (char *)matmul->output + (m * matmul->n + b.first) * sizeof(float);
    for (uint32_t row = 0; row < row_count; row++, to += matmul->n * sizeof(float)) {
      if (b.count == BNNMK_CHANNEL_BLOCK) {
        store_row(matmul, &b, p[row], x[row], to);
      } else {
        uint32_t some[BNNMK_CHANNEL_BLOCK];
        store_row(matmul, &b, p[row], x[row], some);
        bnnmk_copy_short_row(to, (const char *)some, b.count * sizeof(float));
      }
    }
  }
}

void bnnmk_binary_matmul_by_differences(const bnnmk_binary_matmul *matmul, uint32_t begin, uint32_t end,
                                        bnnmk_count_differences *count_differences) {
  for (size_t m = begin; m < end; m += ROW_BLOCK) {
    multiply_rows(matmul, m, end - m < ROW_BLOCK ? (uint32_t)(end - m) : ROW_BLOCK, count_differences);
  }
}

// Products of float and of binary matrices at every level against plain sums: floats bit for bit where all sums are
// small integers, else within the bound of their roundings; bits exactly; all rows against a split of them.
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_numbers.h"

static int is_right(const bnnmk_matmul *product, uint32_t m, uint32_t n, int is_integer, float result) {
  double sum = 0, magnitude = 0;
  for (uint32_t k = 0; k < product->k; k++) {
    const double term = (double)product->a[(size_t)m * product->k + k] * product->b[(size_t)k * product->n + n];
    sum += term;
    magnitude += fabs(term);
  }
  return fabs(result - sum) <= (is_integer ? 0 : 1.01 * FLT_EPSILON * product->k * magnitude);
}

int compare_matmul(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed ^ 0x3a;
  bnnmk_matmul product = {
      .m = random_between(&random, 1, 20), .k = random_between(&random, 1, 70), .n = random_between(&random, 1, 70)};
  const int is_integer = (int)random_between(&random, 0, 1);
  const uint32_t cut = random_between(&random, 0, product.m);
  guarded_memory a = guarded_allocate((size_t)product.m * product.k * sizeof(float));
  guarded_memory b = guarded_allocate((size_t)product.k * product.n * sizeof(float));
  guarded_memory *operands[] = {&a, &b};
  for (int o = 0; o < 2; o++) {
    for (size_t i = 0; i < operands[o]->byte_count / sizeof(float); i++) {
      ((float *)operands[o]->data)[i] = is_integer ? (float)random_between(&random, 0, 16) - 8 : random_unit(&random);
    }
  }
  product.a = a.data;
  product.b = b.data;
  const size_t byte_count = (size_t)product.m * product.n * sizeof(float);
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    guarded_memory whole = guarded_allocate(byte_count), split = guarded_allocate(byte_count);
    product.output = whole.data;
    levels[i].table.matmul(&product, 0, product.m);
    product.output = split.data;
    levels[i].table.matmul(&product, 0, cut);
    levels[i].table.matmul(&product, cut, product.m);
    int is_good =
        memcmp(whole.data, split.data, byte_count) == 0 && guarded_is_intact(&whole) && guarded_is_intact(&split);
    for (size_t e = 0; e < (size_t)product.m * product.n; e++) {
      const float result = ((const float *)whole.data)[e];
      is_good &= is_right(&product, (uint32_t)(e / product.n), (uint32_t)(e % product.n), is_integer, result);
    }
    if (!is_good) {
      printf("matmul, seed %llu, %s, cut %u: %ux%ux%u, integers %d\n", (unsigned long long)seed, levels[i].name, cut,
             product.m, product.k, product.n, is_integer);
      is_equal = 0;
    }
    guarded_free(&whole);
    guarded_free(&split);
  }
  guarded_free(&a);
  guarded_free(&b);
  return is_equal;
}

// Rows of bits: random, all 0 or all 1, with 0 behind the last one.
static guarded_memory random_rows(uint32_t rows, uint32_t bits, uint64_t *random) {
  const size_t words = (bits + 63) / 64;
  const uint32_t pattern = random_between(random, 0, 5);
  guarded_memory memory = guarded_allocate(rows * words * sizeof(uint64_t));
  for (size_t i = 0; i < rows * words; i++) {
    const uint64_t word = pattern == 0 ? 0 : pattern == 1 ? ~(uint64_t)0 : next_random(random);
    const size_t left = bits - i % words * 64;
    ((uint64_t *)memory.data)[i] = left < 64 ? word & (((uint64_t)1 << left) - 1) : word;
  }
  return memory;
}

// What bit k of a row counts as.
static int number(const uint64_t *row, uint32_t k, uint32_t form) {
  const int bit = (int)(row[k / 64] >> k % 64 & 1);
  return form ? 1 - bit : 1 - 2 * bit;
}

int compare_binary_matmul(uint64_t seed, const kernel_level *levels, int level_count) {
  static const uint32_t lengths[] = {1, 63, 64, 65, 127, 128, 129, 500, 2047, 2048, 2049, 5000, 70000};
  uint64_t random = seed ^ 0xb3a;
  // Long rows are rare: plain sums take their time.
  const uint32_t last = random_between(&random, 0, 7) ? 7 : 12;
  bnnmk_binary_matmul product = {.k = lengths[random_between(&random, 0, last)],
                                 .a_form = random_between(&random, 0, 1),
                                 .b_form = random_between(&random, 0, 1)};
  product.m = random_between(&random, 1, product.k > 1000 ? 5 : 13);
  product.n = random_between(&random, 1, product.k > 1000 ? 9 : 30);
  const uint32_t cut = random_between(&random, 0, product.m);
  const int is_float = (int)random_between(&random, 0, 1);
  product.output_type = is_float ? BNNMK_FLOAT32 : BNNMK_INT32;
  guarded_memory a = random_rows(product.m, product.k, &random), b = random_rows(product.n, product.k, &random);
  product.a = a.data;
  product.b = b.data;
  const size_t words = (product.k + 63) / 64;
  guarded_memory expected = guarded_allocate((size_t)product.m * product.n * 4);
  for (uint32_t m = 0; m < product.m; m++) {
    for (uint32_t n = 0; n < product.n; n++) {
      int32_t sum = 0;
      for (uint32_t k = 0; k < product.k; k++) {
        sum += number(product.a + m * words, k, product.a_form) * number(product.b + n * words, k, product.b_form);
      }
      const size_t element = (size_t)m * product.n + n;
      if (is_float) {
        ((float *)expected.data)[element] = (float)sum;
      } else {
        ((int32_t *)expected.data)[element] = sum;
      }
    }
  }
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    guarded_memory output = guarded_allocate(expected.byte_count);
    product.output = output.data;
    levels[i].table.binary_matmul(&product, 0, cut);
    levels[i].table.binary_matmul(&product, cut, product.m);
    if (memcmp(output.data, expected.data, output.byte_count) != 0 || !guarded_is_intact(&output)) {
      printf("binary_matmul, seed %llu, %s, cut %u: %ux%ux%u, forms %u %u, float %d\n", (unsigned long long)seed,
             levels[i].name, cut, product.m, product.k, product.n, product.a_form, product.b_form, is_float);
      is_equal = 0;
    }
    guarded_free(&output);
  }
  guarded_free(&expected);
  guarded_free(&a);
  guarded_free(&b);
  return is_equal;
}

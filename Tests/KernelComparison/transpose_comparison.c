// Transpositions at every level against plain loops, for all of the outermost dimension and for a split of it: random
// ones, and those of an image's planes into pixels.
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_numbers.h"

enum { RANK = 3 };

typedef struct transpose_case {
  uint32_t dims[RANK], strides[RANK];
  guarded_memory input, expected;
} transpose_case;

static transpose_case make_case(uint64_t *random) {
  const uint32_t inner = random_between(random, 1, 70), outer = random_between(random, 1, 9);
  const uint32_t planes = random_between(random, 0, 2) ? random_between(random, 2, 4) : random_between(random, 1, 40);
  transpose_case test = {.dims = {outer, inner, planes}, .strides = {inner, 1, outer * inner}};
  if (random_between(random, 0, 2) == 0) {  // pixels into planes
    test = (transpose_case){.dims = {planes, outer, inner}, .strides = {1, inner * planes, planes}};
  }
  const size_t count = (size_t)inner * outer * planes;
  test.input = guarded_allocate(count * sizeof(uint32_t));
  test.expected = guarded_allocate(count * sizeof(uint32_t));
  for (size_t i = 0; i < count; i++) {
    ((uint32_t *)test.input.data)[i] = (uint32_t)next_random(random);
  }
  uint32_t *expected = test.expected.data;
  for (size_t a = 0; a < test.dims[0]; a++) {
    for (size_t b = 0; b < test.dims[1]; b++) {
      for (size_t c = 0; c < test.dims[2]; c++) {
        const size_t from = a * test.strides[0] + b * test.strides[1] + c * test.strides[2];
        *expected++ = ((const uint32_t *)test.input.data)[from];
      }
    }
  }
  return test;
}

int compare_transpose(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed * 11 + 6;
  transpose_case test = make_case(&random);
  const uint32_t cut = random_between(&random, 0, test.dims[0]);
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    guarded_memory output = guarded_allocate(test.expected.byte_count);
    bnnmk_transpose transpose = {.input = test.input.data, .output = output.data, .rank = RANK};
    memcpy(transpose.dims, test.dims, sizeof test.dims);
    memcpy(transpose.strides, test.strides, sizeof test.strides);
    levels[i].table.transpose(&transpose, 0, cut);
    levels[i].table.transpose(&transpose, cut, test.dims[0]);
    if (memcmp(output.data, test.expected.data, output.byte_count) != 0 || !guarded_is_intact(&output)) {
      printf("transpose, seed %llu, %s, cut %u: to %ux%ux%u by %u, %u, %u\n", (unsigned long long)seed, levels[i].name,
             cut, test.dims[0], test.dims[1], test.dims[2], test.strides[0], test.strides[1], test.strides[2]);
      is_equal = 0;
    }
    guarded_free(&output);
  }
  guarded_free(&test.input);
  guarded_free(&test.expected);
  return is_equal;
}

// Reductions of float32 at every level against plain C, extremes against plain arithmetic, for all of the outer
// dimension and for a split of it: to the bit.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_numbers.h"

// Numbered as bnnmf_reduction.
enum { SUM = 1, MAXIMUM = 3, MINIMUM = 4, ARGMIN = 7 };

// Numbers of any magnitude, many of them the negated one before, so that sums depend on their order; or few different
// ones, so that equal ones, zeros of both signs and NaN decide.
static guarded_memory random_input(size_t count, size_t inner, uint64_t *random) {
  static const float special[] = {0.0f, -0.0f, 0.0f, -0.0f, -0.0f, -1.0f, INFINITY, NAN};
  const uint32_t last = random_between(random, 0, 7);
  const int is_special = (int)random_between(random, 0, 1);
  guarded_memory memory = guarded_allocate(count * sizeof(float));
  float *x = memory.data;
  for (size_t i = 0; i < count; i++) {
    const float wide = ldexpf(random_unit(random), (int)random_between(random, 0, 80) - 40);
    const int is_negated = i >= inner && random_between(random, 0, 1);
    x[i] = is_special ? special[random_between(random, 0, last)] : is_negated ? -x[i - inner] : wide;
  }
  return memory;
}

static int is_equal(const guarded_memory *a, const guarded_memory *b) {
  const float *x = a->data, *y = b->data;
  for (size_t i = 0; i < a->byte_count / sizeof(float); i++) {
    if (memcmp(x + i, y + i, sizeof *x) != 0 && !(isnan(x[i]) && isnan(y[i]))) {
      return 0;
    }
  }
  return guarded_is_intact(b);
}

// The extremes of all columns, element by element: NaN is never left again, and of zeros the first one stays.
static void find_extremes(const bnnmk_reduce *reduce, uint32_t outer) {
  const size_t inner = reduce->inner;
  const float *x = reduce->input;
  float *y = reduce->output;
  for (size_t o = 0; o < outer; o++) {
    for (size_t c = 0; c < inner; c++) {
      float most = reduce->function == MAXIMUM ? -INFINITY : INFINITY;
      for (size_t i = 0; i < reduce->extent; i++) {
        const float value = x[(o * reduce->extent + i) * inner + c];
        const int is_beyond = reduce->function == MAXIMUM ? value > most : value < most;
        most = is_beyond || isnan(value) ? value : most;
      }
      y[o * inner + c] = most;
    }
  }
}

int compare_reduce(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed * 17 + 9;
  const uint32_t kind = random_between(&random, 0, 2);
  const uint32_t inner = kind == 0 ? 1 : kind == 1 ? 8 * random_between(&random, 1, 3) : random_between(&random, 1, 40);
  const uint32_t outer = random_between(&random, 1, inner == 1 ? 40 : 4),
                 extent = random_between(&random, 1, random_between(&random, 0, 1) ? 50 : 150);
  guarded_memory input = random_input((size_t)outer * extent * inner, inner, &random);
  bnnmk_reduce reduce = {.input = input.data,
                         .function = random_between(&random, SUM, ARGMIN),
                         .type = BNNMK_FLOAT32,
                         .extent = extent,
                         .inner = inner};
  const size_t result_byte_count = (size_t)outer * inner * (reduce.function >= ARGMIN - 1 ? 8 : 4);
  guarded_memory expected = guarded_allocate(result_byte_count);
  reduce.output = expected.data;
  if (reduce.function == MAXIMUM || reduce.function == MINIMUM) {
    find_extremes(&reduce, outer);
  } else {
    levels[0].table.reduce(&reduce, 0, outer);
  }
  const uint32_t cut = random_between(&random, 0, outer);
  int all_equal = 1;
  for (int i = 0; i < level_count; i++) {
    guarded_memory output = guarded_allocate(result_byte_count);
    reduce.output = output.data;
    levels[i].table.reduce(&reduce, 0, cut);
    levels[i].table.reduce(&reduce, cut, outer);
    if (!is_equal(&expected, &output)) {
      printf("reduce, seed %llu, %s, cut %u: function %u of %ux%ux%u\n", (unsigned long long)seed, levels[i].name, cut,
             reduce.function, outer, extent, inner);
      all_equal = 0;
    }
    guarded_free(&output);
  }
  guarded_free(&expected);
  guarded_free(&input);
  return all_equal;
}

// Bits from numbers, by switch points and by thresholds, at every level against plain comparisons, for all rows and for
// a split of them.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_numbers.h"

typedef struct binarize_case {
  uint32_t rows, channels, switch_count, period, below, strict;
  guarded_memory input, points, thresholds, expected;
} binarize_case;

// NEON on 32-bit ARM takes denormal numbers as 0, but not those that stand as switch points.
#define LEAST_POINT 1.0e-45f
#if defined(__arm__)
#define LEAST_NUMBER 1.17549435e-38f
#else
#define LEAST_NUMBER LEAST_POINT
#endif

// Few values, so that equal ones meet, and those that comparisons treat specially; `least` is one of them.
static guarded_memory random_floats(size_t count, float least, uint64_t *random) {
  const float special[] = {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, INFINITY, -INFINITY, NAN, least, -2.5f};
  guarded_memory memory = guarded_allocate(count * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    ((float *)memory.data)[i] = special[random_between(random, 0, 9)];
  }
  return memory;
}

static binarize_case make_case(uint64_t *random) {
  static const uint32_t special[] = {1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 192, 200};
  binarize_case test = {.rows = random_between(random, 1, 7), .switch_count = random_between(random, 0, 4)};
  test.channels =
      random_between(random, 0, 1) ? special[random_between(random, 0, 11)] : random_between(random, 1, 300);
  const uint32_t periods[] = {test.channels, test.channels * test.rows, 1, 3, random_between(random, 1, 400)};
  test.period = periods[random_between(random, 0, 4)];
  test.below = random_between(random, 0, 1);
  test.strict = random_between(random, 0, 1);
  test.input = random_floats((size_t)test.rows * test.channels, LEAST_NUMBER, random);
  test.points = random_floats((size_t)test.switch_count * test.period, LEAST_POINT, random);
  test.thresholds = random_floats(test.channels, LEAST_NUMBER, random);
  test.expected = guarded_allocate((size_t)test.rows * ((test.channels + 63) / 64) * sizeof(uint64_t));
  return test;
}

// One by one, which volatile asks for: vectors of 32-bit ARM would take denormal points as 0.
static int is_plus_by_points(const binarize_case *test, size_t element) {
  const volatile float x = ((const float *)test->input.data)[element];
  uint32_t passed = 0;
  for (uint32_t s = 0; s < test->switch_count; s++) {
    passed += ((const float *)test->points.data)[(size_t)s * test->period + element % test->period] <= x;
  }
  return passed % 2 == 1;
}

static int is_plus_by_threshold(const binarize_case *test, size_t element) {
  const float x = ((const float *)test->input.data)[element];
  const float t = ((const float *)test->thresholds.data)[element % test->channels];
  if (test->below) {
    return test->strict ? x < t : x <= t;
  }
  return test->strict ? x > t : x >= t;
}

static void expect(binarize_case *test, int (*is_plus)(const binarize_case *, size_t)) {
  const size_t words = (test->channels + 63) / 64;
  uint64_t *bits = test->expected.data;
  memset(bits, 0, test->expected.byte_count);
  for (size_t row = 0; row < test->rows; row++) {
    for (size_t c = 0; c < test->channels; c++) {
      bits[row * words + c / 64] |= (uint64_t)!is_plus(test, row * test->channels + c) << c % 64;
    }
  }
}

// Runs a kernel whole or in two parts, and compares what it writes.
static int is_equal(const binarize_case *test, const guarded_memory *output, bnnmk_kernel kernel, const void *arguments,
                    uint32_t cut) {
  memset(output->data, 0xa5, output->byte_count);
  kernel(arguments, 0, cut);
  kernel(arguments, cut, test->rows);
  return memcmp(output->data, test->expected.data, output->byte_count) == 0 && guarded_is_intact(output);
}

int compare_binarize(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed;
  binarize_case test = make_case(&random);
  const uint32_t cut = random_between(&random, 0, test.rows);
  guarded_memory output = guarded_allocate(test.expected.byte_count);
  const bnnmk_binarize by_points = {test.input.data,  output.data,       test.channels,
                                    test.points.data, test.switch_count, test.period};
  const bnnmk_binarize_by by_threshold = {test.input.data, test.thresholds.data, output.data,
                                          test.channels,   test.below,           test.strict};
  int all_equal = 1;
  for (int i = 0; i < level_count; i++) {
    expect(&test, is_plus_by_points);
    const int points_equal = is_equal(&test, &output, levels[i].table.binarize_f32, &by_points, cut);
    expect(&test, is_plus_by_threshold);
    const int thresholds_equal = is_equal(&test, &output, levels[i].table.binarize_by_f32, &by_threshold, cut);
    if (!points_equal || !thresholds_equal) {
      printf("%s, seed %llu, %s, cut %u: %ux%u, %u switch points, period %u, below %u, strict %u\n",
             points_equal ? "binarize_by" : "binarize", (unsigned long long)seed, levels[i].name, cut, test.rows,
             test.channels, test.switch_count, test.period, test.below, test.strict);
      all_equal = 0;
    }
  }
  guarded_memory *all[] = {&test.input, &test.points, &test.thresholds, &test.expected, &output};
  for (int i = 0; i < 5; i++) {
    guarded_free(all[i]);
  }
  return all_equal;
}

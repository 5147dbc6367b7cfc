// Arithmetic of two float32 operands at every level against plain C: dense operands, rows and single numbers that are
// repeated, and results over an operand.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_numbers.h"

enum { FORM_COUNT = 4 };

typedef struct elementwise_case {
  uint32_t rows, columns, function;
  uint32_t strides[2][2];  // of each operand, by rows and by columns
  guarded_memory operands[2];
} elementwise_case;

static elementwise_case make_case(uint64_t *random) {
  static const float special[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 3e38f, 1e-30f, 1.0f};
  elementwise_case test = {.rows = random_between(random, 1, 5), .columns = random_between(random, 1, 150)};
  test.function = random_between(random, BNNMK_ADD, BNNMK_MAXIMUM);
  const uint32_t forms[FORM_COUNT][2] = {{test.columns, 1}, {0, 1}, {1, 0}, {1, test.rows}};
  for (int i = 0; i < 2; i++) {
    memcpy(test.strides[i], forms[random_between(random, 0, FORM_COUNT - 1)], sizeof *forms);
    const uint32_t *strides = test.strides[i];
    const size_t count = (size_t)(test.rows - 1) * strides[0] + (size_t)(test.columns - 1) * strides[1] + 1;
    test.operands[i] = guarded_allocate(count * sizeof(float));
    for (size_t k = 0; k < count; k++) {
      const int is_special = random_between(random, 0, 3) == 0;
      ((float *)test.operands[i].data)[k] = is_special ? special[random_between(random, 0, 7)] : random_unit(random);
    }
  }
  return test;
}

// Rows 0..<cut, and the others; over a copy of operand `place`, or, for -1, elsewhere.
static guarded_memory run(const elementwise_case *test, const bnnmk_table *table, uint32_t cut, int place) {
  guarded_memory output = guarded_allocate((size_t)test->rows * test->columns * sizeof(float));
  bnnmk_elementwise call = {.a = test->operands[0].data,
                            .b = test->operands[1].data,
                            .output = output.data,
                            .function = (bnnmk_function)test->function,
                            .rank = 2,
                            .dims = {test->rows, test->columns}};
  memcpy(call.a_strides, test->strides[0], sizeof *test->strides);
  memcpy(call.b_strides, test->strides[1], sizeof *test->strides);
  if (place >= 0) {
    memcpy(output.data, test->operands[place].data, output.byte_count);
    *(place == 0 ? &call.a : &call.b) = output.data;
  }
  table->elementwise(&call, 0, cut);
  table->elementwise(&call, cut, test->rows);
  return output;
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

int compare_elementwise(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed * 13 + 8;
  elementwise_case test = make_case(&random);
  const uint32_t cut = random_between(&random, 0, test.rows);
  guarded_memory expected = run(&test, &levels[0].table, test.rows, -1);
  int all_equal = 1;
  for (int i = 0; i < level_count; i++) {
    for (int place = -1; place < 2; place++) {
      // Only a dense operand can be written over.
      if (place >= 0 && (test.strides[place][0] != test.columns || test.strides[place][1] != 1)) {
        continue;
      }
      guarded_memory output = run(&test, &levels[i].table, cut, place);
      if (!is_equal(&expected, &output)) {
        printf("elementwise, seed %llu, %s, cut %u, over operand %d: function %u of %ux%u by %u, %u and %u, %u\n",
               (unsigned long long)seed, levels[i].name, cut, place, test.function, test.rows, test.columns,
               test.strides[0][0], test.strides[0][1], test.strides[1][0], test.strides[1][1]);
        all_equal = 0;
      }
      guarded_free(&output);
    }
  }
  guarded_free(&expected);
  guarded_free(&test.operands[0]);
  guarded_free(&test.operands[1]);
  return all_equal;
}

// Functions of numbers at every level against plain arithmetic on single elements, bit for bit: float32, int32 and
// int64 with a broadcast operand, and casts between all types.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_numbers.h"

enum { CAST = 15 };

static const bnnmk_element_type types[] = {BNNMK_FLOAT32, BNNMK_INT32, BNNMK_INT64, BNNMK_BOOL};

static size_t byte_count(bnnmk_element_type type) { return type == BNNMK_INT64 ? 8 : type == BNNMK_BOOL ? 1 : 4; }

// Ordinary numbers, and those at the ends of the types.
static guarded_memory random_elements(bnnmk_element_type type, size_t count, uint64_t *random) {
  static const float reals[] = {0.0f, -0.0f, 1.5f, -2.5f, 3e9f, -1e19f, 1e-40f, INFINITY, -INFINITY, NAN};
  static const int64_t integers[] = {0, -1, INT32_MIN, INT32_MAX, INT64_MIN, INT64_MAX, ((int64_t)1 << 60) + 1};
  guarded_memory memory = guarded_allocate(count * byte_count(type));
  for (size_t i = 0; i < count; i++) {
    const int is_edge = random_between(random, 0, 2) == 0;
    const int64_t integer =
        is_edge ? integers[random_between(random, 0, 6)] : (int64_t)random_between(random, 0, 40) - 20;
    if (type == BNNMK_FLOAT32) {
      ((float *)memory.data)[i] = is_edge ? reals[random_between(random, 0, 9)] : 8 * random_unit(random);
    } else if (type == BNNMK_INT32) {
      ((int32_t *)memory.data)[i] = (int32_t)(uint32_t)(uint64_t)integer;
    } else if (type == BNNMK_INT64) {
      ((int64_t *)memory.data)[i] = integer;
    } else {
      ((uint8_t *)memory.data)[i] = (uint8_t)(integer & 1);
    }
  }
  return memory;
}

static float plain_real(bnnmk_function function, float a, float b) {
  switch (function) {
    case BNNMK_ADD:
      return a + b;
    case BNNMK_SUBTRACT:
      return a - b;
    case BNNMK_MULTIPLY:
      return a * b;
    case BNNMK_DIVIDE:
      return a / b;
    case BNNMK_MINIMUM:
      return a != a || b != b ? NAN : a < b ? a : b;
    case BNNMK_MAXIMUM:
      return a != a || b != b ? NAN : a > b ? a : b;
  }
  return 0;
}

static int64_t plain_integer(bnnmk_function function, int64_t a, int64_t b) {
  switch (function) {
    case BNNMK_ADD:
      return (int64_t)((uint64_t)a + (uint64_t)b);
    case BNNMK_SUBTRACT:
      return (int64_t)((uint64_t)a - (uint64_t)b);
    case BNNMK_MULTIPLY:
      return (int64_t)((uint64_t)a * (uint64_t)b);
    case BNNMK_DIVIDE:
      return b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
    case BNNMK_MINIMUM:
      return a < b ? a : b;
    case BNNMK_MAXIMUM:
      return a > b ? a : b;
  }
  return 0;
}

static int64_t integer_at(const void *elements, bnnmk_element_type type, size_t i) {
  return type == BNNMK_INT32   ? ((const int32_t *)elements)[i]
         : type == BNNMK_INT64 ? ((const int64_t *)elements)[i]
                               : ((const uint8_t *)elements)[i];
}

// Writes element i of a cast.
static void plain_cast(const void *input, bnnmk_element_type from, void *output, bnnmk_element_type to, size_t i) {
  const double real = from == BNNMK_FLOAT32 ? ((const float *)input)[i] : 0;
  int64_t integer = from == BNNMK_FLOAT32 ? 0 : integer_at(input, from, i);
  if (to == BNNMK_FLOAT32) {
    ((float *)output)[i] = from == BNNMK_FLOAT32 ? ((const float *)input)[i] : (float)integer;
    return;
  }
  if (to == BNNMK_BOOL) {
    ((uint8_t *)output)[i] = from == BNNMK_FLOAT32 ? real != 0 : integer != 0;
    return;
  }
  if (from == BNNMK_FLOAT32 && real == real) {
    const double low = to == BNNMK_INT32 ? INT32_MIN : -9223372036854775808.0;
    const int64_t greatest = to == BNNMK_INT32 ? INT32_MAX : INT64_MAX;
    integer = real <= low ? -greatest - 1 : real >= -low ? greatest : (int64_t)real;
  }
  if (to == BNNMK_INT32) {
    ((int32_t *)output)[i] = (int32_t)(uint32_t)(uint64_t)integer;
  } else {
    ((int64_t *)output)[i] = integer;
  }
}

// Equal bytes, or two NaNs.
static int equal_elements(const void *a, const void *b, bnnmk_element_type type, size_t count) {
  const char *x = a, *y = b;
  const size_t size = byte_count(type);
  for (size_t i = 0; i < count; i++) {
    if (memcmp(x + i * size, y + i * size, size) != 0 &&
        !(type == BNNMK_FLOAT32 && isnan(((const float *)a)[i]) && isnan(((const float *)b)[i]))) {
      return 0;
    }
  }
  return 1;
}

int compare_compute(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed ^ 0xc0;
  const uint32_t rows = random_between(&random, 1, 5), columns = random_between(&random, 1, 300);
  const size_t count = (size_t)rows * columns;
  const int is_cast = (int)random_between(&random, 0, 1);
  const bnnmk_element_type type = types[random_between(&random, 0, is_cast ? 3 : 2)];
  const bnnmk_element_type output_type = is_cast ? types[random_between(&random, 0, 3)] : type;
  const uint32_t function = is_cast ? CAST : random_between(&random, BNNMK_ADD, BNNMK_MAXIMUM);
  // The second operand is one row, or one number for each.
  const int is_row = (int)random_between(&random, 0, 1);
  guarded_memory a = random_elements(type, count, &random);
  guarded_memory b = random_elements(type, is_row ? columns : rows, &random);
  guarded_memory expected = guarded_allocate(count * byte_count(output_type));
  for (size_t i = 0; i < count; i++) {
    const size_t other = is_row ? i % columns : i / columns;
    if (is_cast) {
      plain_cast(a.data, type, expected.data, output_type, i);
    } else if (type == BNNMK_FLOAT32) {
      ((float *)expected.data)[i] =
          plain_real((bnnmk_function)function, ((const float *)a.data)[i], ((const float *)b.data)[other]);
    } else {
      const int64_t value =
          plain_integer((bnnmk_function)function, integer_at(a.data, type, i), integer_at(b.data, type, other));
      if (type == BNNMK_INT32) {
        ((int32_t *)expected.data)[i] = (int32_t)(uint32_t)(uint64_t)value;
      } else {
        ((int64_t *)expected.data)[i] = value;
      }
    }
  }
  const uint32_t cut = random_between(&random, 0, rows);
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    guarded_memory output = guarded_allocate(expected.byte_count);
    const bnnmk_compute call = {.function = function,
                                .operand_count = is_cast ? 1 : 2,
                                .operands = {a.data, b.data},
                                .types = {type, type},
                                .output = output.data,
                                .output_type = output_type,
                                .rank = 2,
                                .dims = {rows, columns},
                                .strides = {{columns, 1}, {is_row ? 0 : 1, is_row ? 1 : 0}}};
    levels[i].table.compute(&call, 0, cut);
    levels[i].table.compute(&call, cut, rows);
    if (!equal_elements(output.data, expected.data, output_type, count) || !guarded_is_intact(&output)) {
      printf("compute, seed %llu, %s, cut %u: function %u of %ux%u, type %d to %d\n", (unsigned long long)seed,
             levels[i].name, cut, function, rows, columns, (int)type, (int)output_type);
      is_equal = 0;
    }
    guarded_free(&output);
  }
  guarded_free(&expected);
  guarded_free(&a);
  guarded_free(&b);
  return is_equal;
}

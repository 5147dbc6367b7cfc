// Steps that take whole rows in maps, at every level against plain C, to the bit: rows of any length, with steps in
// front of them and behind. Tests/KernelTests checks plain C against arithmetic.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_numbers.h"

enum { MOST_NUMBERS = 20000, KIND_COUNT = 6, VECTORS = 3 };

// What is taken as 0: vectors of 32-bit ARM take denormal numbers so, and steps multiply what becomes of that.
#if defined(__arm__)
#define NEGLIGIBLE 1e-30
#else
#define NEGLIGIBLE 0.0
#endif

// Lengths at which loops end, and others.
static uint32_t random_extent(uint64_t *random) {
  static const uint32_t lengths[] = {1, 2, 3, 8, 16, 32, 64, 256, 1000, BNNMK_MAX_ROW};
  const uint32_t length = lengths[random_between(random, 0, sizeof lengths / sizeof *lengths - 1)];
  return random_between(random, 0, 1) ? length : random_between(random, 1, 2 * length < 700 ? 2 * length : 700);
}

// Numbers of one magnitude, with some that are rare: of either sign, large, infinite, no numbers.
static void fill(float *x, size_t count, int has_rare, uint64_t *random) {
  static const float rare[] = {0.0f, -0.0f, 1e30f, -1e30f, 1e-42f, INFINITY, -INFINITY, NAN};
  for (size_t i = 0; i < count; i++) {
    x[i] = 6 * random_unit(random);
    if (has_rare && random_between(random, 0, 99) == 0) {
      x[i] = rare[random_between(random, 0, sizeof rare / sizeof *rare - 1)];
    }
  }
}

// What steps read: vectors of a number for each place in a row, of which they take one at random, and values.
typedef struct operands {
  const float *vectors;
  const float *values;
} operands;

static const float *vector_of(const bnnmk_epilogue *epilogue, operands from, uint64_t *random) {
  return from.vectors + random_between(random, 0, VECTORS - 1) * epilogue->channels;
}

static void make_steps(bnnmk_epilogue *epilogue, operands from, uint64_t *random) {
  static const bnnmk_step_kind kinds[KIND_COUNT] = {BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_ADD,      BNNMK_STEP_DIVIDE,
                                                    BNNMK_STEP_MULTIPLY,    BNNMK_STEP_FUNCTION, BNNMK_STEP_CLAMP};
  static const bnnmk_real_function functions[] = {BNNMK_ERF, BNNMK_EXP, BNNMK_TANH, BNNMK_SQRT};
  epilogue->step_count = random_between(random, 1, 4);
  const uint32_t of_rows = random_between(random, 0, epilogue->step_count - 1);
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    const int is_vector = (int)random_between(random, 0, 1);
    const uint32_t affine = random_between(random, 0, 3);
    epilogue->steps[s] = (bnnmk_step){
        .kind = kinds[random_between(random, 0, KIND_COUNT - 1)],
        .function = functions[random_between(random, 0, 3)],
        .a = affine > 0 ? vector_of(epilogue, from, random) : NULL,
        .b = affine < 2 ? vector_of(epilogue, from, random) : NULL,
        .operand = is_vector ? vector_of(epilogue, from, random) : from.values,
        .operand_stride = is_vector ? 0 : epilogue->channels,
        .minimum = -1,
        .maximum = 2,
        .epsilon = 1e-5f,
    };
    if (s == of_rows) {
      epilogue->steps[s].kind = random_between(random, 0, 1) ? BNNMK_STEP_SOFTMAX : BNNMK_STEP_STANDARDIZE;
    }
  }
}

// A GELU in the terms of ONNX, which registers take as one loop, and maybe a step in front of it or behind.
static void make_gate(bnnmk_epilogue *epilogue, operands from, uint64_t *random) {
  const bnnmk_step clamp = {.kind = BNNMK_STEP_CLAMP, .minimum = -2, .maximum = 2};
  uint32_t s = 0;
  if (random_between(random, 0, 3) == 0) {
    epilogue->steps[s++] = clamp;
  }
  epilogue->steps[s++] = (bnnmk_step){.kind = BNNMK_STEP_DIVIDE, .operand = vector_of(epilogue, from, random)};
  epilogue->steps[s++] = (bnnmk_step){.kind = BNNMK_STEP_FUNCTION, .function = BNNMK_ERF};
  epilogue->steps[s++] = (bnnmk_step){.kind = BNNMK_STEP_SCALE_SHIFT, .b = vector_of(epilogue, from, random)};
  epilogue->steps[s++] =
      (bnnmk_step){.kind = BNNMK_STEP_MULTIPLY, .operand = from.values, .operand_stride = epilogue->channels};
  epilogue->steps[s++] = (bnnmk_step){.kind = BNNMK_STEP_SCALE_SHIFT, .a = vector_of(epilogue, from, random)};
  if (random_between(random, 0, 3) == 0) {
    epilogue->steps[s++] = clamp;
  }
  epilogue->step_count = s;
}

// What a map stores; the memory of what it does not is empty.
typedef struct stored {
  guarded_memory values, decisions, sums;
} stored;

static stored run(const bnnmk_map *map, const float *input, uint32_t rows, uint32_t cut, int stores, int is_in_place,
                  const bnnmk_table *table) {
  bnnmk_map running = *map;
  bnnmk_epilogue *epilogue = &running.epilogue;
  const size_t pixels = (size_t)rows * map->row_pixels, channels = epilogue->channels;
  stored result = {guarded_allocate(pixels * channels * sizeof(float)),
                   guarded_allocate(pixels * ((channels + 63) / 64) * sizeof(uint64_t)),
                   guarded_allocate(rows * channels * sizeof(double))};
  memset(result.sums.data, 0, result.sums.byte_count);
  memset(result.decisions.data, 0, result.decisions.byte_count);
  memset(result.values.data, 0, result.values.byte_count);
  running.input = input;
  if (is_in_place) {
    memcpy(result.values.data, input, result.values.byte_count);
    running.input = result.values.data;
    for (uint32_t s = 0; s < epilogue->step_count; s++) {
      bnnmk_step *step = &epilogue->steps[s];
      step->operand = step->operand == input ? running.input : step->operand;
    }
  }
  epilogue->values = stores & 1 || is_in_place ? result.values.data : NULL;
  epilogue->decisions = stores & 2 ? result.decisions.data : NULL;
  epilogue->row_sums = stores & 4 ? result.sums.data : NULL;
  table->map(&running, 0, cut);
  table->map(&running, cut, rows);
  return result;
}

// Numbers are the same, or both are none.
static int is_same(double a, double b) { return fabs(a - b) <= NEGLIGIBLE || a == b || (a != a && b != b); }

static int is_equal_to(const stored *a, const stored *b) {
  const float *x = a->values.data, *y = b->values.data;
  for (size_t i = 0; i < a->values.byte_count / sizeof(float); i++) {
    if (!is_same((double)x[i], (double)y[i]) || (x[i] == 0 && y[i] == 0 && !signbit(x[i]) != !signbit(y[i]))) {
      return 0;
    }
  }
  const double *u = a->sums.data, *v = b->sums.data;
  for (size_t i = 0; i < a->sums.byte_count / sizeof(double); i++) {
    if (!is_same(u[i], v[i])) {
      return 0;
    }
  }
  return memcmp(a->decisions.data, b->decisions.data, a->decisions.byte_count) == 0 && guarded_is_intact(&a->values) &&
         guarded_is_intact(&a->decisions) && guarded_is_intact(&a->sums);
}

static void free_stored(stored *result) {
  guarded_free(&result->values);
  guarded_free(&result->decisions);
  guarded_free(&result->sums);
}

int compare_row_steps(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed * 29 + 11;
  const uint32_t channels = random_extent(&random), most = MOST_NUMBERS / channels;
  const uint32_t rows = random_between(&random, 1, 4);
  const uint32_t row_pixels = random_between(&random, 1, most / rows < 2 ? 1 : most / rows < 60 ? most / rows : 60);
  const size_t count = (size_t)rows * row_pixels * channels;
  guarded_memory input = guarded_allocate(count * sizeof(float)), operand = guarded_allocate(count * sizeof(float));
  guarded_memory vectors = guarded_allocate(VECTORS * channels * sizeof(float));
  guarded_memory points = guarded_allocate(channels * sizeof(float));
  fill(input.data, count, random_between(&random, 0, 3) == 0, &random);
  fill(operand.data, count, 0, &random);
  fill(vectors.data, VECTORS * channels, 0, &random);
  for (uint32_t i = 0; i < channels; i++) {
    ((float *)points.data)[i] = random_unit(&random) / (float)channels;
  }
  bnnmk_map map = {.row_pixels = row_pixels, .epilogue = {.channels = channels}};
  map.epilogue.switch_points = points.data;
  map.epilogue.switch_count = 1;
  const int is_own = random_between(&random, 0, 3) == 0;
  const operands from = {vectors.data, is_own ? input.data : operand.data};
  if (random_between(&random, 0, 3) == 0) {
    make_gate(&map.epilogue, from, &random);
  } else {
    make_steps(&map.epilogue, from, &random);
  }
  const int stores = (int)random_between(&random, 1, 7), is_in_place = (int)random_between(&random, 0, 1);
  const uint32_t cut = random_between(&random, 0, rows);
  stored expected = run(&map, input.data, rows, rows, stores, is_in_place, &levels[0].table);
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    stored found = run(&map, input.data, rows, cut, stores, is_in_place, &levels[i].table);
    if (!is_equal_to(&found, &expected)) {
      printf("rows, seed %llu, %s: %u rows of %u pixels of %u, %u steps, stores %d, in place %d\n",
             (unsigned long long)seed, levels[i].name, rows, row_pixels, channels, map.epilogue.step_count, stores,
             is_in_place);
      is_equal = 0;
    }
    free_stored(&found);
  }
  free_stored(&expected);
  guarded_free(&input);
  guarded_free(&operand);
  guarded_free(&vectors);
  guarded_free(&points);
  return is_equal;
}

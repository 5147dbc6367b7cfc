// What binary convolution does beyond its plain outputs - epilogues, row sums, masks - and epilogues over memory, at
// every level against plain C, to the bit. Tests/KernelTests checks plain C against arithmetic.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_window.h"
#include "target_layout.h"

enum { OPERAND_COUNT = 4, MAX_MEMORY = 16 };

// One random case: a convolution, and an epilogue over its result. Memory in use is listed, to be freed.
typedef struct epilogue_case {
  bnnmk_binary_conv2d conv;
  bnnmk_epilogue epilogue;
  guarded_memory memory[MAX_MEMORY];
  int memory_count;
  int has_row_sums;
  int is_residual;  // like a block of a residual network, for which kernels have loops of their own
} epilogue_case;

static void *take(epilogue_case *test, size_t byte_count) {
  test->memory[test->memory_count] = guarded_allocate(byte_count);
  return test->memory[test->memory_count++].data;
}

static float *random_floats(epilogue_case *test, size_t count, uint64_t *random) {
  float *values = take(test, count * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    values[i] = 4 * random_unit(random);
  }
  return values;
}

static void fill_bits(uint64_t *words, uint32_t channels, uint64_t *random) {
  for (uint32_t i = 0; i < channels; i += 64) {
    const uint64_t bits = next_random(random);
    words[i / 64] = channels - i < 64 ? bits & (((uint64_t)1 << (channels - i)) - 1) : bits;
  }
}

static void make_convolution(epilogue_case *test, uint64_t *random) {
  bnnmk_binary_conv2d *conv = &test->conv;
  conv->window = random_layer_window(random);
  const bnnmk_window *w = &conv->window;
  conv->channels = random_between(random, 1, 200);
  conv->out_channels = random_between(random, 1, random_between(random, 0, 1) ? 40 : 140);
  conv->input_words = conv->input_stride = (conv->channels + 63) / 64;
  conv->channel_offset =
      random_between(random, 0, 1) ? 8 * random_between(random, 0, 9) : random_between(random, 1, 70);
  test->is_residual = random_between(random, 0, 2) == 0;
  if (test->is_residual) {
    const int is_narrow = random_between(random, 0, 1) == 0;
    // Many weights that meet many pixels, of which kernels take a part at a time.
    if (!is_narrow && random_between(random, 0, 3) == 0) {
      conv->window = (bnnmk_window){3, 120, 3, 118 + random_between(random, 0, 2), 3, 3, 1, 1, 1, 1, 1, 1};
      conv->channels = random_between(random, 129, 200);
      conv->out_channels = 128;
    }
    const uint32_t multiple = is_narrow ? 32 : 16;
    conv->channels = is_narrow ? random_between(random, 1, 16) : conv->channels;
    conv->channels += is_narrow && random_between(random, 0, 3) ? 32 - conv->channels : conv->channels % 2;
    conv->input_words = conv->input_stride = (conv->channels + 63) / 64;
    conv->out_channels = (conv->out_channels + multiple - 1) / multiple * multiple;
    conv->channel_offset = conv->channel_offset / 8 * 8;
  }
  conv->output_channels = conv->channel_offset + conv->out_channels + random_between(random, 0, 1) * 9;
  if (random_between(random, 0, 2) == 0) {
    conv->output_channels = (conv->output_channels + 63) / 64 * 64;  // whole words of decisions
  }
  const size_t pixels = (size_t)w->in_h * w->in_w, words = conv->input_words;
  uint64_t *input = take(test, pixels * words * 8), *mask = take(test, pixels * words * 8);
  for (size_t i = 0; i < pixels; i++) {
    fill_bits(input + i * words, conv->channels, random);
    fill_bits(mask + i * words, conv->channels, random);
  }
  conv->input = input;
  conv->mask = random_between(random, 0, 2) ? NULL : mask;
  const size_t taps = (size_t)w->kernel_h * w->kernel_w, blocks = (conv->out_channels + 7) / 8;
  uint64_t *weights = take(test, blocks * taps * words * 64), row[4];
  memset(weights, 0, blocks * taps * words * 64);
  for (uint32_t m = 0; m < conv->out_channels; m++) {
    for (size_t tap = 0; tap < taps; tap++) {
      fill_bits(row, conv->channels, random);
      for (size_t i = 0; i < words; i++) {
        weights[((m / 8 * taps + tap) * words + i) * 8 + m % 8] = row[i];
      }
    }
  }
  conv->weights = weights;
  conv->scale = random_floats(test, conv->out_channels, random);
  float *bias = random_floats(test, conv->out_channels, random);
  if (random_between(random, 0, 1)) {
    for (uint32_t m = 0; m < conv->out_channels; m++) {
      bias[m] = random_magnitude(random, 4);
    }
  }
  conv->bias = random_between(random, 0, 2) ? bias : NULL;
  const uint32_t range = random_between(random, 0, 3);
  conv->minimum = range == 0 ? -20.0f : range == 1 ? 0.0f : -INFINITY;
  conv->maximum = random_between(random, 0, 2) ? INFINITY : 30;
}

// The number, or sometimes a zero of either sign.
static float random_zero(float number, uint64_t *random) {
  return random_between(random, 0, 3) ? number : random_between(random, 0, 1) ? 0.0f : -0.0f;
}

// What layers of binary networks mostly end in, with one switch point: a normalization, that and ReLU, a residual sum,
// that and RPReLU, normalizations in front of a sum, and thresholds of each image.
static void make_frequent_steps(epilogue_case *test, float *const vectors[], const float *map, uint64_t *random) {
  enum { MOST = 5 };
  static const bnnmk_step_kind sequences[][MOST] = {
      {BNNMK_STEP_SCALE_SHIFT},
      {BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_CLAMP},
      {BNNMK_STEP_ADD},
      {BNNMK_STEP_ADD, BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_RECTIFY, BNNMK_STEP_SCALE_SHIFT},
      {BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_ADD},
      {BNNMK_STEP_CLAMP, BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_ADD},
      {BNNMK_STEP_CLAMP, BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_ADD, BNNMK_STEP_CLAMP},
      {BNNMK_STEP_ADD},
      {BNNMK_STEP_SUBTRACT},
      {BNNMK_STEP_SUBTRACT_FROM},
  };
  static const uint32_t counts[] = {1, 2, 1, 4, 2, 3, 4, 1, 1, 1}, first_of_vectors = 7;
  bnnmk_epilogue *epilogue = &test->epilogue;
  const uint32_t sequence = random_between(random, 0, sizeof counts / sizeof *counts - 1);
  const int only_shifts = sequence == 3, is_vector = sequence >= first_of_vectors;
  epilogue->step_count = counts[sequence];
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    const bnnmk_step_kind kind = sequences[sequence][s];
    const int is_plain = kind == BNNMK_STEP_RECTIFY;
    epilogue->steps[s] = (bnnmk_step){
        .kind = kind,
        .a = kind == BNNMK_STEP_SCALE_SHIFT && only_shifts ? NULL : vectors[is_plain ? 0 : 2],
        .b = is_plain ? NULL : vectors[3],
        .operand = is_vector ? vectors[1] : map,
        .operand_stride = is_vector ? 0 : epilogue->channels,
        .minimum = 0,
        .maximum = INFINITY,
    };
  }
  test->has_row_sums = 0;
  epilogue->switch_count = 1;
}

// Steps of any kind over [pixels][channels]; what is stored is set later.
static void make_steps(epilogue_case *test, uint32_t channels, size_t pixels, uint64_t *random) {
  bnnmk_epilogue *epilogue = &test->epilogue;
  epilogue->channels = channels;
  epilogue->step_count = random_between(random, 0, BNNMK_MAX_STEPS);
  float *vectors[OPERAND_COUNT];
  for (int i = 0; i < OPERAND_COUNT; i++) {
    vectors[i] = random_floats(test, channels, random);
  }
  for (uint32_t i = 0; i < channels; i++) {
    vectors[0][i] = random_between(random, 0, 15) ? (vectors[0][i] + 4) / 8 : 0;  // slopes up to 1, and 0
    vectors[1][i] = random_zero(vectors[1][i], random);
  }
  // Every other epilogue has but what layers mostly end in.
  static const bnnmk_step_kind usual[] = {BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_RECTIFY, BNNMK_STEP_ADD, BNNMK_STEP_CLAMP,
                                          BNNMK_STEP_MULTIPLY};
  const int is_usual = test->is_residual || random_between(random, 0, 1);
  const uint32_t last_usual = test->is_residual && random_between(random, 0, 2) ? 2 : 4;
  test->has_row_sums = !is_usual || random_between(random, 0, 3) == 0;
  float *map = random_floats(test, pixels * channels, random);
  for (size_t i = 0; i < pixels; i++) {
    if (random_between(random, 0, 1)) {
      map[i * channels + random_between(random, 0, channels - 1)] = random_between(random, 0, 1) ? INFINITY : -INFINITY;
    }
    float *zero = &map[i * channels + random_between(random, 0, channels - 1)];
    *zero = random_zero(*zero, random);
  }
  // Clamps to a usual range, ReLU, and ranges that end in a zero of either sign.
  static const struct {
    float minimum, maximum;
  } ranges[] = {{-1.5f, 2.0f}, {0.0f, INFINITY}, {-0.0f, INFINITY}, {0.0f, 6.0f}, {-1.5f, 0.0f}, {-1.5f, -0.0f}};
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    const uint32_t range = random_between(random, 0, 5);
    const bnnmk_step_kind any = (bnnmk_step_kind)random_between(random, BNNMK_STEP_SCALE_SHIFT, BNNMK_STEP_DIVIDE);
    const bnnmk_step_kind kind = is_usual ? usual[random_between(random, 0, last_usual)] : any;
    const int is_vector = is_usual && kind == BNNMK_STEP_MULTIPLY ? 1 : (int)random_between(random, 0, 1);
    const int is_plain = is_usual && kind == BNNMK_STEP_RECTIFY;
    epilogue->steps[s] = (bnnmk_step){
        .kind = kind,
        .function = (bnnmk_real_function)random_between(random, BNNMK_SIGMOID, BNNMK_ROUND),
        .a = vectors[is_plain && random_between(random, 0, 3) ? 0 : random_between(random, 0, OPERAND_COUNT - 1)],
        .b = !is_plain && random_between(random, 0, 1) ? vectors[random_between(random, 0, OPERAND_COUNT - 1)] : NULL,
        .operand = is_vector ? vectors[random_between(random, 0, OPERAND_COUNT - 1)] : map,
        .operand_stride = is_vector ? 0 : channels,
        .minimum = ranges[range].minimum,
        .maximum = ranges[range].maximum,
    };
  }
  epilogue->switch_count = test->is_residual && random_between(random, 0, 3) ? 1 : random_between(random, 0, 3);
  if (is_usual && random_between(random, 0, 1)) {
    make_frequent_steps(test, vectors, map, random);
  }
  float *points = random_floats(test, (size_t)epilogue->switch_count * channels, random);
  for (size_t i = 0; i < (size_t)epilogue->switch_count * channels; i++) {
    // Numbers on which values lie exactly: what steps clamp to, and 0; and absent ones.
    const float choices[] = {-1.5f, 2.0f, 0.0f, NAN};
    points[i] = random_between(random, 0, 1) ? choices[random_between(random, 0, 3)] : points[i];
  }
  epilogue->switch_points = points;
}

// Everything that one call stores.
typedef struct stored {
  guarded_memory values, decisions, mapped_decisions, only_decisions, sums, accumulators;
} stored;

enum { STORED_COUNT = sizeof(stored) / sizeof(guarded_memory) };

static stored make_stored(const epilogue_case *test, size_t rows, size_t pixels) {
  const size_t channels = test->epilogue.channels;
  stored result = {
      guarded_allocate(pixels * channels * sizeof(float)),
      guarded_allocate(pixels * ((channels + 63) / 64) * sizeof(uint64_t)),
      guarded_allocate(pixels * ((channels + 63) / 64) * sizeof(uint64_t)),
      guarded_allocate(pixels * ((channels + 63) / 64) * sizeof(uint64_t)),
      guarded_allocate(rows * channels * sizeof(double)),
      guarded_allocate(pixels * channels * sizeof(int32_t)),
  };
  guarded_memory *all[STORED_COUNT] = {&result.values,         &result.decisions, &result.mapped_decisions,
                                       &result.only_decisions, &result.sums,      &result.accumulators};
  for (int i = 0; i < STORED_COUNT; i++) {
    memset(all[i]->data, 0, all[i]->byte_count);
  }
  return result;
}

static void free_stored(stored *result) {
  guarded_memory *all[STORED_COUNT] = {&result->values,         &result->decisions, &result->mapped_decisions,
                                       &result->only_decisions, &result->sums,      &result->accumulators};
  for (int i = 0; i < STORED_COUNT; i++) {
    guarded_free(all[i]);
  }
}

// NaNs may have any sign and payload; everything else must be the same to the bit.
static int equal_floats(const guarded_memory *a, const guarded_memory *b) {
  const float *x = a->data, *y = b->data;
  for (size_t i = 0; i < a->byte_count / sizeof(float); i++) {
    if (memcmp(&x[i], &y[i], sizeof(float)) != 0 && !(x[i] != x[i] && y[i] != y[i])) {
      return 0;
    }
  }
  return 1;
}

static int equal_doubles(const guarded_memory *a, const guarded_memory *b) {
  const double *x = a->data, *y = b->data;
  for (size_t i = 0; i < a->byte_count / sizeof(double); i++) {
    if (!(x[i] == y[i] || (x[i] != x[i] && y[i] != y[i]))) {
      return 0;
    }
  }
  return 1;
}

static const char *difference(const stored *a, const stored *b) {
  if (!guarded_is_intact(&a->values) || !guarded_is_intact(&a->decisions) || !guarded_is_intact(&a->mapped_decisions) ||
      !guarded_is_intact(&a->only_decisions) || !guarded_is_intact(&a->sums) || !guarded_is_intact(&a->accumulators)) {
    return "memory before a result";
  }
  if (!equal_floats(&a->values, &b->values)) {
    return "values";
  }
  if (!equal_doubles(&a->sums, &b->sums)) {
    return "row sums";
  }
  if (memcmp(a->decisions.data, b->decisions.data, a->decisions.byte_count) != 0) {
    return "decisions";
  }
  if (memcmp(a->mapped_decisions.data, b->mapped_decisions.data, a->mapped_decisions.byte_count) != 0) {
    return "decisions over memory";
  }
  if (memcmp(a->only_decisions.data, b->only_decisions.data, a->only_decisions.byte_count) != 0) {
    return "decisions alone";
  }
  return memcmp(a->accumulators.data, b->accumulators.data, a->accumulators.byte_count) ? "accumulators" : NULL;
}

// The whole case at one level, of `conv`, which has the test's weights in some layout: accumulators with row sums, the
// epilogue behind them, then the same epilogue over the values that it stored, at last for decisions alone.
static stored run(const epilogue_case *test, bnnmk_binary_conv2d conv, const bnnmk_table *table, uint32_t cut) {
  const uint32_t rows = conv.window.out_h, columns = conv.window.out_w;
  stored result = make_stored(test, rows, (size_t)rows * columns);
  conv.output_kind = BNNMK_OUTPUT_INT32;
  conv.output = result.accumulators.data;
  conv.row_sums = result.sums.data;
  table->binary_conv2d(&conv, 0, cut);
  table->binary_conv2d(&conv, cut, rows);
  bnnmk_epilogue epilogue = test->epilogue;
  epilogue.values = result.values.data;
  epilogue.decisions = result.decisions.data;
  epilogue.row_sums = test->has_row_sums ? result.sums.data : NULL;
  conv.output_kind = BNNMK_OUTPUT_EPILOGUE;
  conv.output = NULL;
  conv.epilogue = &epilogue;
  table->binary_conv2d(&conv, 0, cut);
  table->binary_conv2d(&conv, cut, rows);
  epilogue.decisions = result.mapped_decisions.data;
  const bnnmk_map map = {.input = result.values.data, .row_pixels = columns, .epilogue = epilogue};
  table->map(&map, 0, cut);
  table->map(&map, cut, rows);
  bnnmk_map deciding = map;
  deciding.epilogue.values = NULL;
  deciding.epilogue.row_sums = NULL;
  deciding.epilogue.decisions = result.only_decisions.data;
  table->map(&deciding, 0, cut);
  table->map(&deciding, cut, rows);
  return result;
}

// 1 where the case at one level gives what is expected.
static int compare_level(const epilogue_case *test, const bnnmk_binary_conv2d *conv, const kernel_level *level,
                         uint32_t cut, const stored *expected, uint64_t seed) {
  stored found = run(test, *conv, &level->table, cut);
  const char *what = difference(&found, expected);
  if (what) {
    printf("seed %llu at %s: %s differ: %ux%u map, %u -> %u channels at %u of %u, %u steps, mask %d, layout %d\n",
           (unsigned long long)seed, level->name, what, conv->window.out_h, conv->window.out_w, conv->channels,
           conv->out_channels, conv->channel_offset, conv->output_channels, test->epilogue.step_count,
           conv->mask != NULL, (int)conv->layout);
  }
  free_stored(&found);
  return what == NULL;
}

int compare_epilogues(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed ^ 0xe1;
  epilogue_case test = {.memory_count = 0};
  make_convolution(&test, &random);
  const bnnmk_window *w = &test.conv.window;
  make_steps(&test, test.conv.output_channels, (size_t)w->out_h * w->out_w, &random);
  const uint32_t cut = random_between(&random, 0, w->out_h);
  stored expected = run(&test, test.conv, &levels[0].table, w->out_h);
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    is_equal &= compare_level(&test, &test.conv, &levels[i], cut, &expected, seed);
    bnnmk_binary_conv2d laid_out = test.conv;
    guarded_memory weights;
    if (lay_out_for_target(&levels[i].table, &laid_out, &weights)) {
      is_equal &= compare_level(&test, &laid_out, &levels[i], cut, &expected, seed);
      guarded_free(&weights);
    }
  }
  free_stored(&expected);
  for (int i = 0; i < test.memory_count; i++) {
    guarded_free(&test.memory[i]);
  }
  return is_equal;
}

// The assembly of 64-bit and 32-bit ARM, function by function, against plain C: every width of tiles and number of
// words, pixels with and without their outer columns, epilogues with and without what they may store.
#include "assembly_comparison.h"

#include "columns_arm.h"

#if defined(BNNMK_HAS_ASSEMBLY)

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convolve_floats_a64.h"
#include "count_shared_arm.h"
#include "count_words_arm.h"
#include "finish_values_a64.h"
#include "guarded_memory.h"
#include "random_numbers.h"
#include "value_steps_neon.h"

enum { CHANNELS = BNNMK_CHANNEL_BLOCK, TAPS = 3, COUNT_PROGRAMS = 5, PROGRAMS = 7 };

static guarded_memory random_bytes(size_t byte_count, uint64_t *random) {
  guarded_memory memory = guarded_allocate(byte_count);
  for (size_t i = 0; i < byte_count; i++) {
    ((uint8_t *)memory.data)[i] = (uint8_t)next_random(random);
  }
  return memory;
}

// `count` words, each twice.
static guarded_memory random_doubled(size_t count, uint64_t *random) {
  guarded_memory memory = guarded_allocate(count * 2 * sizeof(uint64_t));
  uint64_t *words = memory.data;
  for (size_t i = 0; i < count; i++) {
    words[2 * i] = words[2 * i + 1] = next_random(random);
  }
  return memory;
}

static int is_equal(const void *counted, const void *expected, size_t byte_count, const char *name,
                    uint32_t parameter) {
  if (memcmp(counted, expected, byte_count) == 0) {
    return 1;
  }
  printf("assembly: %s, %u, counts something else\n", name, parameter);
  return 0;
}

static int compare_shared(bnnmk_schedule schedule, uint32_t width, uint64_t *random) {
  const uint32_t tiles = random_between(random, 1, 3), lines = random_between(random, 1, 2);
  const uint32_t rows = random_between(random, 1, 3), words = random_between(random, 1, 5);
  const uint32_t pixels = tiles * width, columns = pixels + TAPS - 1,
                 lacks = random_between(random, 0, pixels > 1 ? 3 : 2);
  const size_t word_step = (size_t)columns * 16, row_step = words * word_step;
  guarded_memory input = random_doubled((size_t)columns * words * (rows + lines - 1), random);
  guarded_memory weights = random_bytes((size_t)rows * TAPS * words * CHANNELS * sizeof(uint64_t), random);
  guarded_memory counted = guarded_allocate((size_t)lines * pixels * CHANNELS * sizeof(uint16_t));
  guarded_memory expected = guarded_allocate(counted.byte_count);
  uint16_t starts[BNNMK_START_COUNT][CHANNELS];
  for (uint32_t m = 0; m < CHANNELS; m++) {
    starts[0][m] = starts[1][m] = starts[2][m] = starts[3][m] = (uint16_t)random_between(random, 0, 9999);
    starts[BNNMK_START_FIRST][m] = (uint16_t)random_between(random, 0, 9999);
    starts[BNNMK_START_LAST][m] = (uint16_t)random_between(random, 0, 9999);
  }
  for (uint32_t line = 0; line < lines; line++) {
    for (uint32_t p = 0; p < pixels; p++) {
      const int lacks_first = (lacks & 1) && p == 0, lacks_last = (lacks & 2) && p + 1 == pixels;
      const uint16_t *start = starts[lacks_first ? BNNMK_START_FIRST : lacks_last ? BNNMK_START_LAST : 0];
      for (uint32_t m = 0; m < CHANNELS; m++) {
        uint32_t sum = start[m];
        for (uint32_t i = 0; i < rows * words * TAPS; i++) {
          const uint32_t row = i / (words * TAPS), word = i / TAPS % words, tap = i % TAPS;
          if ((tap == 0 && lacks_first) || (tap == TAPS - 1 && lacks_last)) {
            continue;
          }
          const uint64_t *x = input.data, *w = weights.data;
          sum += (uint32_t)__builtin_popcountll(x[2 * (((size_t)(line + row) * words + word) * columns + p + tap)] ^
                                                w[(((size_t)row * TAPS + tap) * words + word) * CHANNELS + m]);
        }
        ((uint16_t *)expected.data)[((size_t)line * pixels + p) * CHANNELS + m] = (uint16_t)sum;
      }
    }
  }
  bnnmk_shared_tiles arguments = {
      .columns = input.data,
      .weights = weights.data,
      .counts = (uint16_t(*)[CHANNELS])counted.data,
      .starts = (const uint16_t(*)[CHANNELS])starts,
      .tap_step = (size_t)words * CHANNELS * sizeof(uint64_t),
      .row_step = row_step,
      .word_step = word_step,
      .line_step = row_step - (size_t)pixels * 16,
      .row_count = rows,
      .word_count = words,
      .lacks_first = lacks & 1,
      .lacks_last = lacks >> 1,
      .tile_count = tiles,
      .line_count = lines,
  };
  bnnmk_shared_counters[schedule][width](&arguments);
  const int is_same =
      is_equal(counted.data, expected.data, counted.byte_count, "count_shared", (uint32_t)schedule * 100 + width);
  guarded_memory *const all[] = {&input, &weights, &counted, &expected};
  for (int i = 0; i < 4; i++) {
    guarded_free(all[i]);
  }
  return is_same;
}

// Of so many words; on 64-bit ARM, with `adds`, those that add to counts.
static int compare_words(bnnmk_schedule schedule, uint32_t words, int adds, uint64_t *random) {
  const uint32_t turns = random_between(random, 1, 3), pixels = turns * BNNMK_COUNTED_PIXELS;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  const uint32_t step = words + random_between(random, 0, 2), pixels_behind = 1;
#else
  const uint32_t step = words, pixels_behind = 0;
#endif
  guarded_memory input = random_doubled((size_t)step * pixels + pixels_behind * words, random);
  guarded_memory weights = random_bytes((size_t)words * CHANNELS * sizeof(uint64_t), random);
  guarded_memory counted = random_bytes((size_t)pixels * CHANNELS * sizeof(uint16_t), random);
  guarded_memory expected = guarded_allocate(counted.byte_count);
  uint16_t(*counts)[CHANNELS] = (uint16_t(*)[CHANNELS])counted.data;
  for (uint32_t p = 0; p < pixels; p++) {
    for (uint32_t m = 0; m < CHANNELS; m++) {
      uint32_t sum = adds ? counts[p][m] : 0;
      for (uint32_t i = 0; i < words; i++) {
        const uint64_t *x = input.data, *w = weights.data;
        sum += (uint32_t)__builtin_popcountll(x[2 * ((size_t)p * step + i)] ^ w[i * CHANNELS + m]);
      }
      ((uint16_t *)expected.data)[p * CHANNELS + m] = (uint16_t)sum;
    }
  }
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  const bnnmk_words_counters *counters = &bnnmk_words_counters_of[schedule];
  (adds ? counters->add : counters->count[words])(input.data, weights.data, counts, turns, step * 2 * sizeof(uint64_t));
#else
  bnnmk_count_words_a32(input.data, weights.data, counts, turns, words);
#endif
  const int is_same = is_equal(counted.data, expected.data, counted.byte_count, adds ? "add_words" : "count_words",
                               (uint32_t)schedule * 100 + words);
  guarded_memory *const all[] = {&input, &weights, &counted, &expected};
  for (int i = 0; i < 4; i++) {
    guarded_free(all[i]);
  }
  return is_same;
}

#if defined(BNNMK_HAS_A64_ASSEMBLY)
// Of counts: sums (0), with RPReLU (1), after a normalization (2), after that of a ReLU (3), and with another ReLU
// behind (4). Of floats: a normalization (5), and with a ReLU behind (6).
static int compare_finish(int program, uint32_t width, uint64_t *random) {
  enum { MOST_PIXELS = 24, HALF = 2000 };
  const uint32_t tiles = random_between(random, 1, 3), pixels = tiles * width;
  float shift[CHANNELS], slopes[CHANNELS], second[CHANNELS], points[CHANNELS];
  float operand[MOST_PIXELS][CHANNELS], values[MOST_PIXELS][CHANNELS], expected[MOST_PIXELS][CHANNELS];
  uint64_t decisions[MOST_PIXELS] = {0}, expected_decisions[MOST_PIXELS] = {0};
  uint16_t counts[MOST_PIXELS][CHANNELS];
  float floats[MOST_PIXELS][CHANNELS];
  const int is_of_counts = program < COUNT_PROGRAMS, has_second_round = program >= 2 && program != 5;
  bnnmk_plain_values plan;
  memset(&plan, 0, sizeof plan);
  memset(values, 0, sizeof values);
  memset(expected, 0, sizeof expected);
  const int has_values = random_between(random, 0, 3) > 0, has_decisions = random_between(random, 0, 3) > 0;
  for (uint32_t m = 0; m < CHANNELS; m++) {
    plan.half_scale[m] = 0.01f * random_unit(random);
    plan.bias[m] = random_unit(random);
    shift[m] = random_unit(random);
    slopes[m] = 0.51f + 0.49f * random_unit(random);
    second[m] = random_unit(random);
    points[m] = random_unit(random);
  }
  const bnnmk_value_round sum = {
      .parts = (program == 1   ? SUM_RPRELU
                : is_of_counts ? SUM
                               : 0) |
               (program == 4 || program == 6) << BNNMK_CLAMP_NUMBERS,
      .minimum = 0.25f,
      .maximum = INFINITY,
      .shift = shift,
      .slopes = slopes,
      .second_shift = second,
      .operand = operand[0],
      .operand_stride = CHANNELS,
  };
  bnnmk_plain_steps *steps = &plan.all;
  steps->rounds[0] = sum;
  steps->round_count = has_second_round ? 2 : 1;
  if (program >= 2) {
    const uint32_t normalized = 1 << BNNMK_SCALE_VALUES | 1 << BNNMK_ADD_SECOND_SHIFT;
    steps->rounds[0] = (bnnmk_value_round){.parts = program == 2 || !is_of_counts ? normalized : RELU_NORMALIZED,
                                           .minimum = -0.125f,
                                           .maximum = INFINITY,
                                           .factors = slopes,
                                           .second_shift = second};
    steps->rounds[1] = sum;
  }
  steps->channels = CHANNELS;
  steps->values = has_values ? values[0] : NULL;
  steps->decisions = has_decisions ? decisions : NULL;
  steps->decision_words = 1;
  steps->points = points;
  steps->switch_count = 1;
  for (uint32_t p = 0; p < pixels; p++) {
    for (uint32_t m = 0; m < CHANNELS; m++) {
      counts[p][m] = (uint16_t)random_between(random, 0, 2 * HALF);
      operand[p][m] = random_unit(random);
      floats[p][m] = random_unit(random);
      float x = is_of_counts ? fmaf(plan.half_scale[m], (float)(HALF - counts[p][m]), plan.bias[m]) : floats[p][m];
      if (program == 3 || program == 4) {
        x = x < -0.125f ? -0.125f : x;
      }
      if (program >= 2) {
        x = x * slopes[m];
        x = x + second[m];
      }
      x = is_of_counts ? x + operand[p][m] : x;
      if (program == 1) {
        x = x + shift[m];
        x = x < 0 ? x * slopes[m] : x;
        x = x + second[m];
      }
      if (program == 4 || program == 6) {
        x = x < 0.25f ? 0.25f : x;
      }
      expected[p][m] = has_values ? x : 0;
      expected_decisions[p] |= (uint64_t)(has_decisions && x < points[m]) << m;
    }
  }
  bnnmk_finish_a64 finish;
  const bnnmk_block_parts parts = {{steps->rounds[0].parts, steps->rounds[1].parts}};
  if (!bnnmk_begin_finish_a64(steps, is_of_counts ? plan.half_scale : NULL, is_of_counts ? plan.bias : NULL, &finish) ||
      !bnnmk_choose_finish_a64(0, &parts, &finish)) {
    printf("assembly: epilogue %d of %u pixels is not taken\n", program, width);
    return 0;
  }
  if (is_of_counts) {
    bnnmk_finish_counts_a64(&finish, width, HALF, 0, tiles, (const uint16_t(*)[CHANNELS])counts);
  } else {
    bnnmk_finish_floats_a64(&finish, 0, tiles, floats[0], CHANNELS);
  }
  return is_equal(values, expected, sizeof values, "values of an epilogue", (uint32_t)program * 10 + width) &
         is_equal(decisions, expected_decisions, sizeof decisions, "decisions of an epilogue",
                  (uint32_t)program * 10 + width);
}

// Small integers, whose sums are exact.
static guarded_memory random_integers(size_t count, uint64_t *random) {
  guarded_memory memory = guarded_allocate(count * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    ((float *)memory.data)[i] = (float)random_between(random, 0, 40) - 20;
  }
  return memory;
}

static int compare_convolution(uint64_t *random) {
  enum { PIXELS = BNNMK_CONVOLVED_PIXELS, OUTPUTS = BNNMK_CONVOLVED_CHANNELS };
  const uint32_t tiles = random_between(random, 1, 3), pixels = tiles * PIXELS;
  const uint32_t rows = random_between(random, 1, 3), runs = random_between(random, 1, 3);
  const size_t length = random_between(random, 1, 14), output_step = OUTPUTS + random_between(random, 0, 3);
  const size_t run_step = length + random_between(random, 0, 2),
               row_step = runs * run_step + random_between(random, 0, 2);
  const size_t pixel_step = random_between(random, 1, 9), of_run = length + random_between(random, 0, 2);
  const size_t of_row = runs * of_run + random_between(random, 0, 2);
  const size_t behind = (rows - 1) * row_step + (runs - 1) * run_step + length;
  guarded_memory input = random_integers((pixels - 1) * pixel_step + behind, random);
  guarded_memory weights = random_integers(((rows - 1) * of_row + (runs - 1) * of_run + length) * OUTPUTS, random);
  guarded_memory bias = random_integers(OUTPUTS, random);
  guarded_memory output = random_integers((pixels - 1) * output_step + OUTPUTS, random);
  guarded_memory expected = guarded_allocate(output.byte_count);
  memcpy(expected.data, output.data, output.byte_count);
  for (uint32_t p = 0; p < pixels; p++) {
    for (uint32_t m = 0; m < OUTPUTS; m++) {
      float sum = ((const float *)bias.data)[m];
      for (size_t i = 0; i < rows * runs * length; i++) {
        const size_t row = i / (runs * length), run = i / length % runs, element = i % length;
        sum += ((const float *)input.data)[p * pixel_step + row * row_step + run * run_step + element] *
               ((const float *)weights.data)[(row * of_row + run * of_run + element) * OUTPUTS + m];
      }
      ((float *)expected.data)[p * output_step + m] = sum;
    }
  }
  const bnnmk_tap_box box = {.row_count = rows,
                             .run_count = runs,
                             .run_length = length,
                             .input_row_step = row_step,
                             .input_run_step = run_step,
                             .weights_row_step = of_row,
                             .weights_run_step = of_run};
  const bnnmk_convolved_tiles arguments = bnnmk_make_convolved_tiles(&box, input.data, pixel_step, weights.data,
                                                                     bias.data, output.data, output_step, tiles);
  bnnmk_convolve_floats_a64(&arguments);
  const int is_same = is_equal(output.data, expected.data, output.byte_count, "convolve_floats", (uint32_t)length);
  guarded_memory *const all[] = {&input, &weights, &bias, &output, &expected};
  for (int i = 0; i < 5; i++) {
    guarded_free(all[i]);
  }
  return is_same;
}

#endif

#if defined(BNNMK_HAS_A64_ASSEMBLY)
static uint32_t cortex_a53(void) { return 0x4100d030; }
static uint32_t cortex_a55(void) { return 0x4100d050; }
static uint32_t kryo_silver(void) { return 0x51008050; }

// Which results do not show.
static int are_schedules_chosen(void) {
  const int is_right = bnnmk_choose_schedule(NULL) == BNNMK_SCHEDULE_USUAL &&
                       bnnmk_choose_schedule(cortex_a53) == BNNMK_SCHEDULE_USUAL &&
                       bnnmk_choose_schedule(cortex_a55) == BNNMK_SCHEDULE_A55 &&
                       bnnmk_choose_schedule(kryo_silver) == BNNMK_SCHEDULE_A55;
  if (!is_right) {
    printf("assembly: a core gets the schedule of another\n");
  }
  return is_right;
}

#endif

int compare_assembly(uint64_t seed) {
  uint64_t random = seed;
  int is_same = 1;
  for (bnnmk_schedule schedule = BNNMK_SCHEDULE_USUAL; schedule < BNNMK_SCHEDULE_COUNT; schedule++) {
    for (uint32_t width = BNNMK_LEAST_SHARED_TILE; width <= BNNMK_MOST_SHARED_TILE; width++) {
      is_same &= compare_shared(schedule, width, &random);
    }
    for (uint32_t words = 1; words <= 4; words++) {
      is_same &= compare_words(schedule, words, 0, &random);
    }
#if defined(BNNMK_HAS_A64_ASSEMBLY)
    is_same &= compare_words(schedule, BNNMK_MOST_COUNTED_WORDS, 1, &random);
#endif
  }
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  is_same &= are_schedules_chosen();
  is_same &= compare_convolution(&random);
  for (int program = 0; program < PROGRAMS; program++) {
    if (program < COUNT_PROGRAMS) {
      is_same &= compare_finish(program, BNNMK_FINISHED_PIXELS - 1, &random);
    }
    is_same &= compare_finish(program, BNNMK_FINISHED_PIXELS, &random);
  }
#endif
  if (!is_same) {
    printf("assembly, seed %llu\n", (unsigned long long)seed);
  }
  return is_same;
}

#else

int compare_assembly(uint64_t seed) {
  (void)seed;
  return 1;
}

#endif

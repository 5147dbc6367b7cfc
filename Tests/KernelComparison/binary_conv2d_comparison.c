// Binary convolution at every level against bits compared one word after the other: exactly, in every output kind, for
// the whole map and for a split of its rows.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_window.h"
#include "target_layout.h"
#include "tile_emulation.h"

enum { MAX_CHANNELS = 70000, MAX_WORDS = (MAX_CHANNELS + 63) / 64 };

typedef struct binary_case {
  bnnmk_binary_conv2d conv;  // all but the output
  guarded_memory input, weights, padding_sums, switch_points, scale, bias;
  int32_t *accumulators;  // [out_h * out_w][out_channels]
} binary_case;

static uint32_t random_channels(uint64_t *random) {
  static const uint32_t special[] = {1, 63, 64, 65, 127, 128, 129, 191, 192, 256, 511, 512, 513};
  const uint32_t count = sizeof special / sizeof *special;
  return random_between(random, 0, 1) ? special[random_between(random, 0, count - 1)] : random_between(random, 1, 520);
}

// A row of bits: random, all 0 or all 1, with 0 behind the last channel.
static void fill_bits(uint64_t *words, uint32_t channels, int pattern, uint64_t *random) {
  for (uint32_t i = 0; i < channels; i += 64) {
    uint64_t bits = pattern == 0 ? 0 : pattern == 1 ? ~(uint64_t)0 : next_random(random);
    words[i / 64] = channels - i < 64 ? bits & (((uint64_t)1 << (channels - i)) - 1) : bits;
  }
}

static int32_t plain_accumulator(const bnnmk_binary_conv2d *conv, const uint64_t *pad_pixel, uint32_t y, uint32_t x,
                                 uint32_t m) {
  const bnnmk_window *w = &conv->window;
  int32_t sum = 0;
  for (uint32_t ky = 0; ky < w->kernel_h; ky++) {
    for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
      const int64_t at = tap_pixel(w, y, x, ky, kx);
      const uint64_t *pixel = at < 0 ? pad_pixel : conv->input + (size_t)at * conv->input_stride;
      if (!pixel) {
        continue;
      }
      sum += (int32_t)conv->channels;
      for (uint32_t i = 0; i < conv->input_words; i++) {
        const size_t tap = ((size_t)(m / 8) * w->kernel_h + ky) * w->kernel_w + kx;
        const uint64_t weights = conv->weights[(tap * conv->input_words + i) * 8 + m % 8];
        sum -= 2 * __builtin_popcountll(pixel[i] ^ weights);
      }
    }
  }
  return sum;
}

static void fill_outputs_parameters(binary_case *test, uint64_t *random) {
  bnnmk_binary_conv2d *conv = &test->conv;
  const uint32_t pixel_count = conv->window.out_h * conv->window.out_w;
  conv->switch_count = random_between(random, 0, 1) ? 1 : random_between(random, 0, 4);
  test->switch_points = guarded_allocate((size_t)conv->switch_count * conv->output_channels * sizeof(int32_t));
  test->scale = guarded_allocate(conv->out_channels * sizeof(float));
  test->bias = guarded_allocate(conv->out_channels * sizeof(float));
  int32_t *points = test->switch_points.data;
  for (size_t i = 0; i < (size_t)conv->switch_count * conv->output_channels; i++) {
    // At and beside values that occur, and absent ones. Their order does not matter to the count.
    const int32_t value = test->accumulators[next_random(random) % ((size_t)pixel_count * conv->out_channels)];
    const int32_t choices[] = {value, value, value + 1, value - 1, INT32_MAX, INT32_MIN};
    points[i] = choices[random_between(random, 0, 5)];
  }
  for (uint32_t m = 0; m < conv->out_channels; m++) {
    ((float *)test->scale.data)[m] = random_magnitude(random, 1);
    ((float *)test->bias.data)[m] = random_magnitude(random, 100);
  }
  // The group's first channel, of which nothing before is read.
  conv->switch_points = conv->switch_count ? points + conv->channel_offset : NULL;
  conv->scale = test->scale.data;
  conv->bias = random_between(random, 0, 3) ? test->bias.data : NULL;
  conv->minimum = random_between(random, 0, 1) ? -INFINITY : -20;
  conv->maximum = random_between(random, 0, 1) ? INFINITY : 30;
}

// In how many bits the weights of output channel m differ from what padding reads, in the taps above row y and left of
// column x.
static uint32_t padding_sum(const bnnmk_binary_conv2d *conv, const uint64_t *pad_pixel, uint32_t y, uint32_t x,
                            size_t m) {
  const bnnmk_window *w = &conv->window;
  uint32_t sum = 0;
  for (size_t ky = 0; ky < y; ky++) {
    for (size_t kx = 0; kx < x; kx++) {
      const size_t tap = (m / 8 * w->kernel_h + ky) * w->kernel_w + kx;
      for (uint32_t i = 0; i < conv->input_words; i++) {
        sum += (uint32_t)__builtin_popcountll(pad_pixel[i] ^ conv->weights[(tap * conv->input_words + i) * 8 + m % 8]);
      }
    }
  }
  return sum;
}

static guarded_memory sum_padding(const bnnmk_binary_conv2d *conv, const uint64_t *pad_pixel) {
  const bnnmk_window *w = &conv->window;
  const size_t channels = (conv->out_channels + 7) / 8 * 8, corners = ((size_t)w->kernel_h + 1) * (w->kernel_w + 1);
  guarded_memory memory = guarded_allocate(corners * channels * sizeof(uint32_t));
  uint32_t *sums = memory.data;
  for (uint32_t y = 0; y <= w->kernel_h; y++) {
    for (uint32_t x = 0; x <= w->kernel_w; x++) {
      for (size_t m = 0; m < channels; m++) {
        *sums++ = padding_sum(conv, pad_pixel, y, x, m);
      }
    }
  }
  return memory;
}

static binary_case make_case(uint64_t *random) {
  binary_case test = {.conv = {.window = random_layer_window(random), .channels = random_channels(random)}};
  bnnmk_binary_conv2d *conv = &test.conv;
  const bnnmk_window *w = &conv->window;
  conv->out_channels = random_between(random, 1, random_between(random, 0, 3) ? 40 : 140);
  // Now and then so many that counters of differing bits fill up, and overflow where they are not emptied in time.
  const int is_long = random_between(random, 0, 15) == 0;
  if (is_long) {
    const uint32_t width = random_between(random, 1, 8);
    conv->window = (bnnmk_window){1, width, 1, width, 1, 1, 1, 1, 1, 1, 0, 0};
    conv->channels = random_between(random, MAX_CHANNELS - 5000, MAX_CHANNELS);
    conv->out_channels = random_between(random, 1, 9);
  }
  // Kernels with loops of their own for these.
  const int has_whole_bytes = !is_long && random_between(random, 0, 2) == 0;
  const int is_narrow = has_whole_bytes && random_between(random, 0, 1) == 0;
  if (is_narrow) {
    conv->channels = random_between(random, 0, 3) ? 32 : random_between(random, 1, 40);
  }
  // Many weights that meet many pixels, of which kernels take a part at a time.
  if (has_whole_bytes && !is_narrow && random_between(random, 0, 3) == 0) {
    const uint32_t width = random_between(random, 130, 200);
    conv->window = (bnnmk_window){1, width, 1, width, 1, 1, 1, 1, 1, 1, 0, 0};
    conv->channels = 2 * random_between(random, 480, 512);
    conv->out_channels = random_between(random, 192, 256);
  }
  conv->input_words = (conv->channels + 63) / 64;
  conv->input_stride = conv->input_words + (random_between(random, 0, 2) ? 0 : random_between(random, 1, 3));
  conv->channel_offset =
      random_between(random, 0, 1) ? 8 * random_between(random, 0, 9) : random_between(random, 1, 70);
  if (has_whole_bytes) {
    const uint32_t multiple = is_narrow || conv->out_channels > 140 ? 32 : 16;
    conv->out_channels = (conv->out_channels + multiple - 1) / multiple * multiple;
    conv->channel_offset = conv->channel_offset / 8 * 8;
  }
  conv->output_channels = conv->channel_offset + conv->out_channels + random_between(random, 0, 1) * 9;

  const int input_pattern = is_long ? 1 : (int)random_between(random, 0, 5);
  const int weight_pattern = (int)random_between(random, 0, is_long ? 2 : 5);
  const size_t pixel_count = (size_t)w->in_h * w->in_w, words = conv->input_words;
  test.input = guarded_allocate(((pixel_count - 1) * conv->input_stride + words) * sizeof(uint64_t));
  uint64_t *input = test.input.data;
  for (size_t i = 0; i < pixel_count; i++) {
    fill_bits(input + i * conv->input_stride, conv->channels, input_pattern, random);
  }
  conv->input = input;
  const size_t taps = (size_t)w->kernel_h * w->kernel_w, blocks = (conv->out_channels + 7) / 8;
  test.weights = guarded_allocate(blocks * taps * words * 8 * sizeof(uint64_t));
  memset(test.weights.data, 0, test.weights.byte_count);
  uint64_t row[MAX_WORDS];
  for (uint32_t m = 0; m < conv->out_channels; m++) {
    for (size_t tap = 0; tap < taps; tap++) {
      fill_bits(row, conv->channels, weight_pattern, random);
      for (size_t i = 0; i < words; i++) {
        ((uint64_t *)test.weights.data)[((m / 8 * taps + tap) * words + i) * 8 + m % 8] = row[i];
      }
    }
  }
  conv->weights = test.weights.data;
  uint64_t pad_pixel[MAX_WORDS];
  const int pad_pattern = (int)random_between(random, 0, 2);
  fill_bits(pad_pixel, conv->channels, pad_pattern, random);
  const int has_padding = (int)random_between(random, 0, 1);
  test.padding_sums = sum_padding(conv, pad_pixel);
  conv->padding_sums = has_padding ? test.padding_sums.data : NULL;
  conv->pad_value = !has_padding || pad_pattern == 2 ? 0 : pad_pattern == 0 ? 1 : -1;

  test.accumulators = malloc((size_t)w->out_h * w->out_w * conv->out_channels * sizeof(int32_t));
  for (uint32_t y = 0; y < w->out_h; y++) {
    for (uint32_t x = 0; x < w->out_w; x++) {
      for (uint32_t m = 0; m < conv->out_channels; m++) {
        test.accumulators[((size_t)y * w->out_w + x) * conv->out_channels + m] =
            plain_accumulator(conv, has_padding ? pad_pixel : NULL, y, x, m);
      }
    }
  }
  fill_outputs_parameters(&test, random);
  return test;
}

static void free_case(binary_case *test) {
  guarded_memory *all[] = {&test->input,         &test->weights, &test->padding_sums,
                           &test->switch_points, &test->scale,   &test->bias};
  for (int i = 0; i < 6; i++) {
    guarded_free(all[i]);
  }
  free(test->accumulators);
}

static size_t output_byte_count(const bnnmk_binary_conv2d *conv, bnnmk_output kind) {
  const size_t pixel_count = (size_t)conv->window.out_h * conv->window.out_w;
  return kind == BNNMK_OUTPUT_BITS ? pixel_count * ((conv->output_channels + 63) / 64) * sizeof(uint64_t)
                                   : pixel_count * conv->output_channels * 4;
}

// What the group's channels of `output` have to be; the rest is as the caller left it.
static void expect_output(const binary_case *test, bnnmk_output kind, void *output) {
  const bnnmk_binary_conv2d *conv = &test->conv;
  const size_t pixel_count = (size_t)conv->window.out_h * conv->window.out_w;
  for (size_t pixel = 0; pixel < pixel_count; pixel++) {
    for (uint32_t m = 0; m < conv->out_channels; m++) {
      const int32_t sum = test->accumulators[pixel * conv->out_channels + m];
      const uint32_t channel = conv->channel_offset + m;
      const size_t element = pixel * conv->output_channels + channel;
      if (kind == BNNMK_OUTPUT_INT32) {
        ((int32_t *)output)[element] = sum;
      } else if (kind == BNNMK_OUTPUT_FLOAT32) {
        double value = (double)conv->scale[m] * sum + (conv->bias ? (double)conv->bias[m] : 0.0);
        ((float *)output)[element] = fminf(fmaxf((float)value, conv->minimum), conv->maximum);
      } else {
        uint64_t minus = 1;
        for (uint32_t s = 0; s < conv->switch_count; s++) {
          minus ^= conv->switch_points[(size_t)s * conv->output_channels + m] <= sum;
        }
        ((uint64_t *)output)[pixel * ((conv->output_channels + 63) / 64) + channel / 64] |= minus << channel % 64;
      }
    }
  }
}

// 1 where a level gives `expected` in memory that starts as `start`, by one call, or two that share the rows at `cut`.
static int compare_level(const bnnmk_binary_conv2d *laid_out, const kernel_level *level, uint32_t cut, int start,
                         const guarded_memory *expected, uint64_t seed) {
  const bnnmk_window *w = &laid_out->window;
  guarded_memory output = guarded_allocate(expected->byte_count);
  memset(output.data, start, output.byte_count);
  bnnmk_binary_conv2d conv = *laid_out;
  conv.output = output.data;
  level->table.binary_conv2d(&conv, 0, cut);
  if (cut < w->out_h) {
    level->table.binary_conv2d(&conv, cut, w->out_h);
  }
  expect_released_tiles();
  const int is_equal = memcmp(output.data, expected->data, output.byte_count) == 0 && guarded_is_intact(&output);
  if (!is_equal) {
    printf(
        "binary_conv2d, seed %llu, %s, output kind %d, layout %d, cut %u: %ux%ux%u -> %ux%ux%u, kernel %ux%u, "
        "stride %ux%u, dilation %ux%u, pads %u %u, padding counts %d\n",
        (unsigned long long)seed, level->name, (int)conv.output_kind, (int)conv.layout, cut, w->in_h, w->in_w,
        conv.channels, w->out_h, w->out_w, conv.out_channels, w->kernel_h, w->kernel_w, w->stride_h, w->stride_w,
        w->dilation_h, w->dilation_w, w->pad_top, w->pad_left, conv.padding_sums != NULL);
  }
  guarded_free(&output);
  return is_equal;
}

int compare_binary_conv2d(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed;
  binary_case test = make_case(&random);
  const uint32_t rows = test.conv.window.out_h, cut = random_between(&random, 0, rows);
  int is_equal = 1;
  for (int kind = BNNMK_OUTPUT_BITS; kind <= BNNMK_OUTPUT_FLOAT32; kind++) {
    const int start = kind == BNNMK_OUTPUT_BITS ? 0 : GUARD_PATTERN;
    guarded_memory expected = guarded_allocate(output_byte_count(&test.conv, (bnnmk_output)kind));
    memset(expected.data, start, expected.byte_count);
    expect_output(&test, (bnnmk_output)kind, expected.data);
    test.conv.output_kind = (bnnmk_output)kind;
    for (int i = 0; i < level_count; i++) {
      bnnmk_binary_conv2d laid_out = test.conv;
      guarded_memory weights;
      const int has_layout = lay_out_for_target(&levels[i].table, &laid_out, &weights);
      for (int split = 0; split < 2; split++) {
        const uint32_t first_rows = split ? cut : rows;
        is_equal &= compare_level(&test.conv, &levels[i], first_rows, start, &expected, seed);
        is_equal &= !has_layout || compare_level(&laid_out, &levels[i], first_rows, start, &expected, seed);
      }
      if (has_layout) {
        guarded_free(&weights);
      }
    }
    guarded_free(&expected);
  }
  free_case(&test);
  return is_equal;
}

// Float convolution at every level against sums in float64: bit for bit where all sums are small integers, else within
// the bound of their roundings; and the whole map against a split of its rows, bit for bit.
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_window.h"

typedef struct float_case {
  bnnmk_conv2d conv;  // all but the output
  guarded_memory input, weights, bias, scale, shift, slopes;
  int is_integer;
} float_case;

static void fill_floats(guarded_memory *memory, int is_integer, uint64_t *random) {
  float *values = memory->data;
  for (size_t i = 0; i < memory->byte_count / sizeof(float); i++) {
    values[i] = is_integer ? (float)random_between(random, 0, 16) - 8 : random_unit(random);
  }
}

// Weights in rows become weights in blocks.
static void to_blocks(float_case *test) {
  bnnmk_conv2d *conv = &test->conv;
  const size_t inputs = (size_t)conv->window.kernel_h * conv->window.kernel_w * conv->channels;
  const size_t block_count = (conv->out_channels + 15) / 16;
  guarded_memory blocks = guarded_allocate(block_count * inputs * 16 * sizeof(float));
  memset(blocks.data, 0, blocks.byte_count);
  for (size_t i = 0; i < inputs; i++) {
    for (uint32_t m = 0; m < conv->out_channels; m++) {
      ((float *)blocks.data)[(m / 16 * inputs + i) * 16 + m % 16] = conv->weights[i * conv->out_channels + m];
    }
  }
  guarded_free(&test->weights);
  test->weights = blocks;
  conv->weights = blocks.data;
  conv->weight_step = 16;
  conv->block_step = inputs * 16;
}

// That of a first layer, for which kernels have loops of their own: 3x3 with a stride of 2 on images.
static bnnmk_window first_layer_window(uint64_t *random) {
  bnnmk_window w = {.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2, .dilation_h = 1, .dilation_w = 1};
  w.in_h = random_between(random, 3, 9);
  w.in_w = random_between(random, 3, 50);
  w.pad_top = w.pad_left = random_between(random, 0, 1);
  w.out_h = (w.in_h + 2 * w.pad_top - w.kernel_h) / w.stride_h + 1;
  w.out_w = (w.in_w + 2 * w.pad_left - w.kernel_w) / w.stride_w + 1;
  return w;
}

static float_case make_case(uint64_t *random) {
  const int is_first_layer = random_between(random, 0, 3) == 0;
  float_case test = {.is_integer = (int)random_between(random, 0, 1)};
  bnnmk_conv2d *conv = &test.conv;
  conv->window = is_first_layer ? first_layer_window(random) : random_window(random);
  const bnnmk_window *w = &conv->window;
  // Whole eights of input channels to few output channels have a kernel of their own.
  const int has_few_outputs = !is_first_layer && random_between(random, 0, 4) == 0;
  conv->channels = is_first_layer    ? 3
                   : has_few_outputs ? 8 * random_between(random, 1, 4)
                                     : random_between(random, 1, 20);
  conv->input_stride = conv->channels + (is_first_layer ? 0 : random_between(random, 0, 1) * 3);
  conv->out_channels = random_between(random, 1, has_few_outputs ? 8 : random_between(random, 0, 5) ? 40 : 150);
  conv->output_stride = conv->out_channels + random_between(random, 0, 1) * 5;
  const size_t pixel_count = (size_t)w->in_h * w->in_w;
  test.input = guarded_allocate(((pixel_count - 1) * conv->input_stride + conv->channels) * sizeof(float));
  test.weights =
      guarded_allocate((size_t)w->kernel_h * w->kernel_w * conv->channels * conv->out_channels * sizeof(float));
  test.bias = guarded_allocate(conv->out_channels * sizeof(float));
  fill_floats(&test.input, test.is_integer, random);
  fill_floats(&test.weights, test.is_integer, random);
  fill_floats(&test.bias, test.is_integer, random);
  if (random_between(random, 0, 3) == 0) {
    ((float *)test.input.data)[random_between(random, 0, conv->channels - 1)] = NAN;
  }
  conv->input = test.input.data;
  conv->weights = test.weights.data;
  conv->weight_step = conv->out_channels;
  conv->block_step = 16;
  if (is_first_layer || random_between(random, 0, 1)) {
    to_blocks(&test);
  }
  conv->bias = random_between(random, 0, 2) ? test.bias.data : NULL;
  // Powers of 2 and whole numbers, which keep sums of whole numbers exact.
  static const float powers[] = {0.5f, -1, 2, 0.25f, 1};
  test.scale = guarded_allocate(conv->out_channels * sizeof(float));
  test.shift = guarded_allocate(conv->out_channels * sizeof(float));
  fill_floats(&test.shift, test.is_integer, random);
  test.slopes = guarded_allocate(conv->out_channels * sizeof(float));
  for (uint32_t m = 0; m < conv->out_channels; m++) {
    ((float *)test.scale.data)[m] = powers[random_between(random, 0, 4)];
    ((float *)test.slopes.data)[m] = powers[random_between(random, 0, 4)];
  }
  conv->scale = random_between(random, 0, 1) ? test.scale.data : NULL;
  conv->shift = random_between(random, 0, 1) ? test.shift.data : NULL;
  conv->slopes = random_between(random, 0, 2) == 0 ? test.slopes.data : NULL;
  conv->minimum = random_between(random, 0, 1) ? -INFINITY : 0;
  conv->maximum = random_between(random, 0, 1) ? INFINITY : 6;
  return test;
}

static int is_right(const float_case *test, uint32_t y, uint32_t x, uint32_t m, float result) {
  const bnnmk_conv2d *conv = &test->conv;
  const bnnmk_window *w = &conv->window;
  double sum = conv->bias ? conv->bias[m] : 0, magnitude = fabs(sum);
  uint32_t term_count = 0;
  for (uint32_t ky = 0; ky < w->kernel_h; ky++) {
    for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
      const int64_t at = tap_pixel(w, y, x, ky, kx);
      for (uint32_t c = 0; at >= 0 && c < conv->channels; c++, term_count++) {
        const size_t row = ((size_t)ky * w->kernel_w + kx) * conv->channels + c;
        const double term = (double)conv->input[(size_t)at * conv->input_stride + c] *
                            (double)conv->weights[m / 16 * conv->block_step + row * conv->weight_step + m % 16];
        sum += term;
        magnitude += fabs(term);
      }
    }
  }
  if (isnan(sum)) {
    return isnan(result);
  }
  const double scale = conv->scale ? conv->scale[m] : 1, shift = conv->shift ? conv->shift[m] : 0;
  const double shifted = scale * sum + shift, slope = conv->slopes && shifted < 0 ? conv->slopes[m] : 1;
  const double clamped = fmin(fmax(slope * shifted, conv->minimum), conv->maximum);
  // Two roundings a term at most, each half an epsilon of a partial sum that the magnitudes bound; then two more. With
  // a slope, up to 2, another, and the sign of what is nearly 0 may be the other one.
  magnitude = (fabs(scale) * magnitude + fabs(shift)) * (conv->slopes ? 4 : 1);
  const double bound = test->is_integer ? 0 : 1.01 * FLT_EPSILON * (term_count + 1) * magnitude;
  return fabs(result - clamped) <= bound;
}

int compare_conv2d(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = ~seed;
  float_case test = make_case(&random);
  const bnnmk_window *w = &test.conv.window;
  const uint32_t cut = random_between(&random, 0, w->out_h);
  const size_t pixel_count = (size_t)w->out_h * w->out_w, stride = test.conv.output_stride;
  const size_t byte_count = ((pixel_count - 1) * stride + test.conv.out_channels) * sizeof(float);
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    guarded_memory whole = guarded_allocate(byte_count), split = guarded_allocate(byte_count);
    bnnmk_conv2d conv = test.conv;
    conv.output = whole.data;
    levels[i].table.conv2d(&conv, 0, w->out_h);
    conv.output = split.data;
    levels[i].table.conv2d(&conv, 0, cut);
    levels[i].table.conv2d(&conv, cut, w->out_h);
    int is_good =
        memcmp(whole.data, split.data, byte_count) == 0 && guarded_is_intact(&whole) && guarded_is_intact(&split);
    static const unsigned char untouched[4] = {GUARD_PATTERN, GUARD_PATTERN, GUARD_PATTERN, GUARD_PATTERN};
    for (size_t pixel = 0; pixel < pixel_count; pixel++) {
      const float *row = (const float *)whole.data + pixel * stride;
      for (uint32_t m = 0; m < conv.out_channels; m++) {
        is_good &= is_right(&test, (uint32_t)(pixel / w->out_w), (uint32_t)(pixel % w->out_w), m, row[m]);
      }
      for (size_t m = conv.out_channels; m < stride && pixel + 1 < pixel_count; m++) {
        is_good &= memcmp(row + m, untouched, sizeof untouched) == 0;
      }
    }
    if (!is_good) {
      printf(
          "conv2d, seed %llu, %s, cut %u: %ux%ux%u -> %ux%ux%u, kernel %ux%u, stride %ux%u, dilation %ux%u, "
          "pads %u %u, integers %d\n",
          (unsigned long long)seed, levels[i].name, cut, w->in_h, w->in_w, conv.channels, w->out_h, w->out_w,
          conv.out_channels, w->kernel_h, w->kernel_w, w->stride_h, w->stride_w, w->dilation_h, w->dilation_w,
          w->pad_top, w->pad_left, test.is_integer);
      is_equal = 0;
    }
    guarded_free(&whole);
    guarded_free(&split);
  }
  guarded_free(&test.input);
  guarded_free(&test.weights);
  guarded_free(&test.bias);
  guarded_free(&test.scale);
  guarded_free(&test.shift);
  guarded_free(&test.slopes);
  return is_equal;
}

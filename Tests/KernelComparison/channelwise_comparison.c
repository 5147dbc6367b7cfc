// Depthwise convolution and pools at every level against plain loops, channel by channel: equal to the bit, NaN
// included; and the whole map against a split of its rows.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_window.h"

typedef enum channelwise_kind { DEPTHWISE, MAX_POOL, AVERAGE_POOL } channelwise_kind;

typedef struct channelwise_case {
  channelwise_kind kind;
  bnnmk_window window;
  uint32_t channels;
  guarded_memory input, weights, bias, expected;
  int has_bias;
  uint32_t count_include_pad, pad_bottom, pad_right;
  float minimum, maximum;
} channelwise_case;

static guarded_memory random_floats(size_t count, uint64_t *random) {
  guarded_memory memory = guarded_allocate(count * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    ((float *)memory.data)[i] = random_unit(random);
  }
  return memory;
}

// Taps of one axis of a window that lie on the padded input.
static uint32_t padded_taps(uint32_t out, uint32_t stride, uint32_t dilation, uint32_t kernel, uint32_t extent) {
  uint32_t count = 0;
  for (uint32_t k = 0; k < kernel; k++) {
    count += out * stride + k * dilation < extent;
  }
  return count;
}

static float expected_average(const channelwise_case *test, uint32_t y, uint32_t x, uint32_t c) {
  const bnnmk_window *w = &test->window;
  const float *input = test->input.data;
  double sum = 0, count = 0;
  for (uint32_t ky = 0; ky < w->kernel_h; ky++) {
    for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
      const int64_t at = tap_pixel(w, y, x, ky, kx);
      if (at >= 0) {
        sum += input[(size_t)at * test->channels + c];
        count++;
      }
    }
  }
  if (test->count_include_pad) {
    count = padded_taps(y, w->stride_h, w->dilation_h, w->kernel_h, w->in_h + w->pad_top + test->pad_bottom);
    count *= padded_taps(x, w->stride_w, w->dilation_w, w->kernel_w, w->in_w + w->pad_left + test->pad_right);
  }
  return (float)(sum / count);
}

static float expected_value(const channelwise_case *test, uint32_t y, uint32_t x, uint32_t c) {
  const bnnmk_window *w = &test->window;
  const float *input = test->input.data, *weights = test->weights.data, *bias = test->bias.data;
  float value = test->kind == MAX_POOL ? -INFINITY : test->has_bias ? bias[c] : 0.0f;
  for (uint32_t ky = 0; ky < w->kernel_h; ky++) {
    for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
      const int64_t at = tap_pixel(w, y, x, ky, kx);
      if (at < 0) {
        continue;
      }
      const float tap = input[(size_t)at * test->channels + c];
      if (test->kind == MAX_POOL) {
        value = tap > value || isnan(tap) ? tap : value;
      } else {
        const float product = tap * weights[((size_t)ky * w->kernel_w + kx) * test->channels + c];
        value += product;
      }
    }
  }
  if (test->kind == MAX_POOL || isnan(value)) {
    return value;
  }
  return fminf(fmaxf(value, test->minimum), test->maximum);
}

static channelwise_case make_case(uint64_t *random) {
  channelwise_case test = {.window = random_layer_window(random),
                           .kind = (channelwise_kind)random_between(random, DEPTHWISE, AVERAGE_POOL)};
  const bnnmk_window *w = &test.window;
  test.channels = random_between(random, 1, 70);
  test.has_bias = (int)random_between(random, 0, 1);
  test.count_include_pad = random_between(random, 0, 1);
  test.pad_bottom = random_between(random, 0, 3);
  test.pad_right = random_between(random, 0, 3);
  test.minimum = random_between(random, 0, 1) ? -INFINITY : 0;
  test.maximum = random_between(random, 0, 1) ? INFINITY : 0.5f;
  test.input = random_floats((size_t)w->in_h * w->in_w * test.channels, random);
  test.weights = random_floats((size_t)w->kernel_h * w->kernel_w * test.channels, random);
  test.bias = random_floats(test.channels, random);
  if (random_between(random, 0, 3) == 0) {
    ((float *)test.input.data)[random_between(random, 0, test.channels - 1)] = NAN;
  }
  test.expected = guarded_allocate((size_t)w->out_h * w->out_w * test.channels * sizeof(float));
  float *expected = test.expected.data;
  for (uint32_t y = 0; y < w->out_h; y++) {
    for (uint32_t x = 0; x < w->out_w; x++) {
      for (uint32_t c = 0; c < test.channels; c++) {
        *expected++ = test.kind == AVERAGE_POOL ? expected_average(&test, y, x, c) : expected_value(&test, y, x, c);
      }
    }
  }
  return test;
}

static void run(const channelwise_case *test, const bnnmk_table *table, float *output, uint32_t begin, uint32_t end) {
  if (test->kind != DEPTHWISE) {
    const bnnmk_pool pool = {
        .window = test->window,
        .channels = test->channels,
        .input = test->input.data,
        .output = output,
        .count_include_pad = test->count_include_pad,
        .pad_bottom = test->pad_bottom,
        .pad_right = test->pad_right,
    };
    if (test->kind == MAX_POOL) {
      table->max_pool_f32(&pool, begin, end);
    } else {
      table->average_pool_f32(&pool, begin, end);
    }
  } else {
    const bnnmk_depthwise_conv2d conv = {
        .window = test->window,
        .channels = test->channels,
        .input = test->input.data,
        .weights = test->weights.data,
        .bias = test->has_bias ? test->bias.data : NULL,
        .output = output,
        .minimum = test->minimum,
        .maximum = test->maximum,
    };
    table->depthwise_conv2d(&conv, begin, end);
  }
}

// Equal, or both NaN.
static int are_equal(const float *a, const float *b, size_t count) {
  int is_equal = 1;
  for (size_t i = 0; i < count; i++) {
    is_equal &= a[i] == b[i] || (isnan(a[i]) && isnan(b[i]));
  }
  return is_equal;
}

int compare_channelwise(uint64_t seed, const kernel_level *levels, int level_count) {
  static const char *const names[] = {"depthwise_conv2d", "max_pool", "average_pool"};
  uint64_t random = seed * 5 + 3;
  channelwise_case test = make_case(&random);
  const bnnmk_window *w = &test.window;
  const uint32_t cut = random_between(&random, 0, w->out_h);
  const size_t byte_count = test.expected.byte_count;
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    guarded_memory output = guarded_allocate(byte_count);
    run(&test, &levels[i].table, output.data, 0, cut);
    run(&test, &levels[i].table, output.data, cut, w->out_h);
    if (!are_equal(output.data, test.expected.data, byte_count / sizeof(float)) || !guarded_is_intact(&output)) {
      printf("%s, seed %llu, %s, cut %u: %ux%ux%u -> %ux%u, kernel %ux%u, stride %ux%u, dilation %ux%u, pads %u %u\n",
             names[test.kind], (unsigned long long)seed, levels[i].name, cut, w->in_h, w->in_w, test.channels, w->out_h,
             w->out_w, w->kernel_h, w->kernel_w, w->stride_h, w->stride_w, w->dilation_h, w->dilation_w, w->pad_top,
             w->pad_left);
      is_equal = 0;
    }
    guarded_free(&output);
  }
  guarded_free(&test.input);
  guarded_free(&test.weights);
  guarded_free(&test.bias);
  guarded_free(&test.expected);
  return is_equal;
}

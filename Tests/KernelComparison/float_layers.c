// The shapes of float layers, and their memory.
#include "float_layers.h"

#include <math.h>
#include <stdio.h>

#include "random_floats.h"

static const char *const names[] = {"conv", "depthwise", "max-pool"};

static const struct {
  layer_kind kind;
  uint32_t extent, channels, out_channels, kernel, stride;
} shapes[] = {
    {CONVOLUTION, 224, 3, 64, 7, 2},  {CONVOLUTION, 224, 3, 16, 3, 2},  {CONVOLUTION, 224, 3, 32, 3, 2},
    {CONVOLUTION, 28, 64, 128, 1, 1}, {CONVOLUTION, 7, 256, 512, 1, 1}, {CONVOLUTION, 56, 64, 64, 3, 1},
    {DEPTHWISE, 56, 64, 64, 3, 1},    {DEPTHWISE, 112, 16, 16, 3, 2},   {DEPTHWISE, 56, 64, 64, 3, 2},
    {MAX_POOL, 56, 64, 64, 3, 1},     {MAX_POOL, 14, 256, 256, 3, 1},   {MAX_POOL, 112, 64, 64, 3, 2},
};
_Static_assert(sizeof shapes / sizeof *shapes == FLOAT_LAYER_COUNT, "the header says how many");

float_layer make_float_layer(uint32_t shape) {
  const layer_kind kind = shapes[shape].kind;
  const uint32_t extent = shapes[shape].extent, channels = shapes[shape].channels, outs = shapes[shape].out_channels;
  const uint32_t kernel = shapes[shape].kernel, stride = shapes[shape].stride, out_extent = (extent - 1) / stride + 1;
  const size_t out_pixels = (size_t)out_extent * out_extent, taps = (size_t)kernel * kernel;
  const bnnmk_window window = {extent, extent, out_extent, out_extent, kernel,     kernel,
                               stride, stride, 1,          1,          kernel / 2, kernel / 2};
  uint64_t random = 1;
  const float *input = random_floats((size_t)extent * extent * channels, 1, &random);
  const float *weights = random_floats(taps * channels * (kind == CONVOLUTION ? outs : 1), 1, &random);
  const float *bias = random_floats(outs, 1, &random);
  float *output = random_floats(out_pixels * outs, 1, &random);
  // Weights in blocks, as the compiler lays them out.
  float_layer layer = {.kind = kind,
                       .products = (double)(out_pixels * outs * taps * (kind == CONVOLUTION ? channels : 1))};
  layer.conv =
      (bnnmk_conv2d){window, input,     channels, channels, weights, 16,  16 * taps * channels, bias, output, outs,
                     outs,   -INFINITY, INFINITY, NULL,     NULL,    NULL};
  layer.depthwise =
      (bnnmk_depthwise_conv2d){window, channels, input, weights, bias, output, -INFINITY, INFINITY, NULL, NULL};
  layer.pool = (bnnmk_pool){.window = window, .channels = channels, .input = input, .output = output};
  snprintf(layer.name, sizeof layer.name, "%s %ux%ux%u %ux%ux%u %ux%u/%u", names[kind], extent, extent, channels,
           out_extent, out_extent, outs, kernel, kernel, stride);
  return layer;
}

void run_float_layer(const bnnmk_table *table, const float_layer *layer) {
  const uint32_t rows = layer->conv.window.out_h;
  switch (layer->kind) {
    case CONVOLUTION:
      table->conv2d(&layer->conv, 0, rows);
      break;
    case DEPTHWISE:
      table->depthwise_conv2d(&layer->depthwise, 0, rows);
      break;
    case MAX_POOL:
      table->max_pool_f32(&layer->pool, 0, rows);
      break;
  }
}

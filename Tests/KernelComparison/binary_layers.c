// The shapes of binary layers, and their memory.
#include "binary_layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "guarded_memory.h"
#include "random_floats.h"

static const struct {
  uint32_t extent, channels, out_channels, kernel, stride, dilation;
} shapes[] = {
    {56, 64, 64, 3, 1, 1},   {28, 128, 128, 3, 1, 1}, {14, 256, 256, 3, 1, 1}, {7, 512, 512, 3, 1, 1},
    {14, 256, 256, 1, 1, 1}, {56, 64, 128, 3, 2, 1},  {28, 128, 256, 3, 2, 1}, {14, 256, 256, 3, 1, 2},
    {14, 128, 128, 5, 1, 1}, {28, 100, 100, 3, 1, 1},
};
_Static_assert(sizeof shapes / sizeof *shapes == BINARY_LAYER_COUNT, "the header says how many");

static void *random_words(size_t count, uint64_t *random) {
  uint64_t *words = guarded_allocate(count * sizeof(uint64_t)).data;
  for (size_t i = 0; i < count; i++) {
    words[i] = next_random(random);
  }
  return words;
}

binary_layer make_binary_layer(uint32_t shape, int has_epilogue) {
  const uint32_t extent = shapes[shape].extent, channels = shapes[shape].channels, outs = shapes[shape].out_channels;
  const uint32_t kernel = shapes[shape].kernel, stride = shapes[shape].stride, dilation = shapes[shape].dilation;
  const uint32_t pad = kernel / 2 * dilation, out_extent = (extent - 1) / stride + 1, words = (channels + 63) / 64;
  const size_t out_pixels = (size_t)out_extent * out_extent, out_words = out_pixels * ((outs + 63) / 64);
  uint64_t random = 1;
  int32_t *points = guarded_allocate(outs * sizeof(int32_t)).data;
  memset(points, 0, outs * sizeof(int32_t));
  uint64_t *decisions = guarded_allocate(out_words * sizeof(uint64_t)).data;
  float *scale = random_floats(outs, 0, &random), *slopes = random_floats(outs, 0, &random);
  for (uint32_t m = 0; m < outs; m++) {
    scale[m] = 0.01f + 0.005f * random_unit(&random);
    slopes[m] = 0.25f + 0.2f * random_unit(&random);
  }
  bnnmk_epilogue *epilogue = guarded_allocate(sizeof *epilogue).data;
  *epilogue = (bnnmk_epilogue){
      .steps = {{.kind = BNNMK_STEP_ADD,
                 .operand = random_floats(out_pixels * outs, 1, &random),
                 .operand_stride = outs},
                {.kind = BNNMK_STEP_SCALE_SHIFT, .b = random_floats(outs, 0.5f, &random)},
                {.kind = BNNMK_STEP_RECTIFY, .a = slopes},
                {.kind = BNNMK_STEP_SCALE_SHIFT, .b = random_floats(outs, 0.5f, &random)}},
      .step_count = 4,
      .channels = outs,
      .values = random_floats(out_pixels * outs, 1, &random),
      .decisions = decisions,
      .switch_points = random_floats(outs, 0.1f, &random),
      .switch_count = 1,
  };
  binary_layer layer = {
      .decision_bytes = out_words * sizeof(uint64_t),
      .products = (double)out_pixels * outs * channels * kernel * kernel,
      .outputs = (double)out_pixels * outs,
  };
  layer.conv = (bnnmk_binary_conv2d){
      .window = {extent, extent, out_extent, out_extent, kernel, kernel, stride, stride, dilation, dilation, pad, pad},
      .input = random_words((size_t)extent * extent * words, &random),
      .input_stride = words,
      .input_words = words,
      .channels = channels,
      .weights = random_words((size_t)(outs + 7) / 8 * 8 * kernel * kernel * words, &random),
      .out_channels = outs,
      .output_channels = outs,
      .output_kind = has_epilogue ? BNNMK_OUTPUT_EPILOGUE : BNNMK_OUTPUT_BITS,
      .output = decisions,
      .switch_points = points,
      .switch_count = 1,
      .scale = scale,
      .bias = random_floats(outs, 1, &random),
      .minimum = -INFINITY,
      .maximum = INFINITY,
      .epilogue = epilogue,
  };
  snprintf(layer.name, sizeof layer.name, "%ux%ux%u %ux%ux%u %ux%u/%u,%u", extent, extent, channels, out_extent,
           out_extent, outs, kernel, kernel, stride, dilation);
  return layer;
}

void run_binary_layer(const bnnmk_table *table, const binary_layer *layer) {
  memset(layer->conv.output, 0, layer->decision_bytes);
  table->binary_conv2d(&layer->conv, 0, layer->conv.window.out_h);
}

// One whole float layer, to be run under an instruction counter or a profiler: twice, with marks before,
// between and behind. scripts/count-instructions.sh does so.
//
//     float_layer SHAPE LEVEL_MASK
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bnnm_kernels.h"
#include "count_mark.h"
#include "guarded_memory.h"
#include "random_numbers.h"

typedef enum layer_kind { CONVOLUTION, DEPTHWISE, MAX_POOL } layer_kind;
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
enum { SHAPE_COUNT = sizeof shapes / sizeof *shapes };

static float *random_floats(size_t count, uint64_t *random) {
  float *values = guarded_allocate(count * sizeof(float)).data;
  for (size_t i = 0; i < count; i++) {
    values[i] = random_unit(random);
  }
  return values;
}

static void run(const bnnmk_table *table, layer_kind kind, const bnnmk_conv2d *conv,
                const bnnmk_depthwise_conv2d *depthwise, const bnnmk_pool *pool) {
  const uint32_t rows = conv->window.out_h;
  switch (kind) {
    case CONVOLUTION:
      table->conv2d(conv, 0, rows);
      break;
    case DEPTHWISE:
      table->depthwise_conv2d(depthwise, 0, rows);
      break;
    case MAX_POOL:
      table->max_pool_f32(pool, 0, rows);
      break;
  }
}

int main(int argc, char **argv) {
  const unsigned long shape = argc == 3 ? strtoul(argv[1], NULL, 10) : SHAPE_COUNT;
  if (shape >= SHAPE_COUNT) {
    fprintf(stderr, "usage: float_layer SHAPE(0...%d) LEVEL_MASK\n", SHAPE_COUNT - 1);
    return 2;
  }
  const layer_kind kind = shapes[shape].kind;
  const uint32_t extent = shapes[shape].extent, channels = shapes[shape].channels, outs = shapes[shape].out_channels;
  const uint32_t kernel = shapes[shape].kernel, stride = shapes[shape].stride, out_extent = (extent - 1) / stride + 1;
  const size_t out_pixels = (size_t)out_extent * out_extent, taps = (size_t)kernel * kernel;
  const bnnmk_window window = {extent, extent, out_extent, out_extent, kernel,     kernel,
                               stride, stride, 1,          1,          kernel / 2, kernel / 2};
  uint64_t random = 1;
  const float *input = random_floats((size_t)extent * extent * channels, &random);
  const float *weights = random_floats(taps * channels * (kind == CONVOLUTION ? outs : 1), &random);
  const float *bias = random_floats(outs, &random);
  float *output = random_floats(out_pixels * outs, &random);
  // Weights in blocks, as the compiler lays them out.
  const bnnmk_conv2d conv = {window, input,  channels, channels, weights,   16,      16 * taps * channels,
                             bias,   output, outs,     outs,     -INFINITY, INFINITY};
  const bnnmk_depthwise_conv2d depthwise = {window, channels, input, weights, bias, output, -INFINITY, INFINITY};
  const bnnmk_pool pool = {.window = window, .channels = channels, .input = input, .output = output};
  bnnmk_table table;
  bnnmk_fill_table(&table, (uint32_t)strtoul(argv[2], NULL, 10));
  mark_count();
  run(&table, kind, &conv, &depthwise, &pool);
  mark_count();
  run(&table, kind, &conv, &depthwise, &pool);
  mark_count();
  // Kind, input, output, kernel, multiply-accumulates or taps.
  printf("%s %ux%ux%u %ux%ux%u %ux%u/%u %.0f\n", names[kind], extent, extent, channels, out_extent, out_extent, outs,
         kernel, kernel, stride, (double)out_pixels * outs * taps * (kind == CONVOLUTION ? channels : 1));
  return 0;
}

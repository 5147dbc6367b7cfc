// One whole binary 3x3 layer, bits to bits with one switch point a channel, to be run under an instruction counter:
// twice as many times minus once as many leaves start-up out.
//
//     kernel_layer SHAPE LEVEL_MASK TIMES      shapes 0...3: 56x56x64, 28x28x128, 14x14x256, 7x7x512
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bnnm_kernels.h"
#include "guarded_memory.h"
#include "random_numbers.h"

static guarded_memory random_words(size_t count, uint64_t *random) {
  guarded_memory memory = guarded_allocate(count * sizeof(uint64_t));
  for (size_t i = 0; i < count; i++) {
    ((uint64_t *)memory.data)[i] = next_random(random);
  }
  return memory;
}

int main(int argc, char **argv) {
  const unsigned long shape = argc == 4 ? strtoul(argv[1], NULL, 10) : 4;
  if (shape > 3) {
    fprintf(stderr, "usage: kernel_layer SHAPE(0...3) LEVEL_MASK TIMES\n");
    return 2;
  }
  const uint32_t mask = (uint32_t)strtoul(argv[2], NULL, 10);
  const uint32_t extent = 56u >> shape, channels = 64u << shape, words = channels / 64;
  const size_t pixel_count = (size_t)extent * extent;
  uint64_t random = 1;
  guarded_memory input = random_words(pixel_count * words, &random);
  guarded_memory weights = random_words((size_t)channels * 9 * words, &random);
  guarded_memory output = guarded_allocate(input.byte_count), points = guarded_allocate(channels * sizeof(int32_t));
  memset(points.data, 0, points.byte_count);
  const bnnmk_binary_conv2d conv = {
      .window = {extent, extent, extent, extent, 3, 3, 1, 1, 1, 1, 1, 1},
      .input = input.data,
      .input_stride = words,
      .input_words = words,
      .channels = channels,
      .weights = weights.data,
      .out_channels = channels,
      .output_channels = channels,
      .output_kind = BNNMK_OUTPUT_BITS,
      .output = output.data,
      .switch_points = points.data,
      .switch_count = 1,
  };
  bnnmk_table table;
  bnnmk_fill_table(&table, mask);
  for (unsigned long i = strtoul(argv[3], NULL, 10); i > 0; i--) {
    memset(output.data, 0, output.byte_count);
    table.binary_conv2d(&conv, 0, extent);
  }
  printf("%s: %.0f multiply-accumulates a layer\n", table.binary_conv2d_name,
         (double)pixel_count * channels * channels * 9);
  return 0;
}

// One whole binary convolution, to be run under an instruction counter or a profiler: twice, with marks before,
// between and behind. scripts/count-instructions.sh does so.
//
//     kernel_layer SHAPE bits|epilogue LEVEL_MASK
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binary_layers.h"
#include "count_mark.h"

int main(int argc, char **argv) {
  const unsigned long shape = argc == 4 ? strtoul(argv[1], NULL, 10) : BINARY_LAYER_COUNT;
  const int has_epilogue = argc == 4 && strcmp(argv[2], "epilogue") == 0;
  if (shape >= BINARY_LAYER_COUNT || (!has_epilogue && strcmp(argv[2], "bits") != 0)) {
    fprintf(stderr, "usage: kernel_layer SHAPE(0...%d) bits|epilogue LEVEL_MASK\n", BINARY_LAYER_COUNT - 1);
    return 2;
  }
  const binary_layer layer = make_binary_layer((uint32_t)shape, has_epilogue);
  bnnmk_table table;
  bnnmk_fill_table(&table, (uint32_t)strtoul(argv[3], NULL, 10));
  for (int i = 0; i < 2; i++) {
    mark_count();
    run_binary_layer(&table, &layer);
  }
  mark_count();
  // Input, output, kernel, multiply-accumulates, outputs.
  printf("%s %.0f %.0f\n", layer.name, layer.products, layer.outputs);
  return 0;
}

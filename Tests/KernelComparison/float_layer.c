// One whole float layer, to be run under an instruction counter or a profiler: twice, with marks before,
// between and behind. scripts/count-instructions.sh does so.
//
//     float_layer SHAPE LEVEL_MASK
#include <stdio.h>
#include <stdlib.h>

#include "count_mark.h"
#include "float_layers.h"

int main(int argc, char **argv) {
  const unsigned long shape = argc == 3 ? strtoul(argv[1], NULL, 10) : FLOAT_LAYER_COUNT;
  if (shape >= FLOAT_LAYER_COUNT) {
    fprintf(stderr, "usage: float_layer SHAPE(0...%d) LEVEL_MASK\n", FLOAT_LAYER_COUNT - 1);
    return 2;
  }
  const float_layer layer = make_float_layer((uint32_t)shape);
  bnnmk_table table;
  bnnmk_fill_table(&table, (uint32_t)strtoul(argv[2], NULL, 10));
  for (int i = 0; i < 2; i++) {
    mark_count();
    run_float_layer(&table, &layer);
  }
  mark_count();
  // Kind, input, output, kernel, multiply-accumulates or taps.
  printf("%s %.0f\n", layer.name, layer.products);
  return 0;
}

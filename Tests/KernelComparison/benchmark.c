// Whole layers at every level in turns: medians, and how many times as fast as plain C each level is.
#define _POSIX_C_SOURCE 200809L
#include "benchmark.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "binary_layers.h"
#include "float_layers.h"
#include "target_layout.h"
#include "tile_emulation.h"

enum { ROUNDS = 15, MOST_LEVELS = 16 };

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// One layer, as a level has its weights.
typedef void run_layer(const bnnmk_table *table, const void *layer);

static void run_binary(const bnnmk_table *table, const void *layer) { run_binary_layer(table, layer); }
static void run_float(const bnnmk_table *table, const void *layer) { run_float_layer(table, layer); }

static void time_layer(const kernel_level *levels, int level_count, run_layer *run, const void *const layers[],
                       const char *name, const char *output, double products) {
  double times[MOST_LEVELS][ROUNDS], plain = 0;
  for (int round = -1; round < ROUNDS; round++) {
    for (int i = 0; i < level_count; i++) {
      const double begin = microseconds();
      run(&levels[i].table, layers[i]);
      if (round >= 0) {
        times[i][round] = microseconds() - begin;
      }
    }
  }
  for (int i = 0; i < level_count; i++) {
    qsort(times[i], ROUNDS, sizeof *times[i], compare);
    const double median = times[i][ROUNDS / 2];
    plain = i == 0 ? median : plain;
    printf("%-44s %-9s %-24s %10.1f us %8.1f G/s %6.2f\n", name, output, levels[i].name, median,
           products / median / 1e3, plain / median);
  }
}

void benchmark_levels(const kernel_level *levels, int level_count) {
  level_count = level_count < MOST_LEVELS ? level_count : MOST_LEVELS;
  printf("%-44s %-9s %-24s %13s %12s %6s\n", "layer", "output", "level", "median", "products", "faster");
  const void *layers[MOST_LEVELS];
  for (uint32_t shape = 0; shape < BINARY_LAYER_COUNT; shape++) {
    for (int has_epilogue = 0; has_epilogue < 2; has_epilogue++) {
      const binary_layer layer = make_binary_layer(shape, has_epilogue);
      binary_layer own[MOST_LEVELS];
      for (int i = 0; i < level_count; i++) {
        guarded_memory weights;
        own[i] = layer;
        layers[i] = &own[i];
        (void)lay_out_for_target(&levels[i].table, &own[i].conv, &weights);
      }
      time_layer(levels, level_count, run_binary, layers, layer.name, has_epilogue ? "epilogue" : "bits",
                 layer.products);
    }
  }
  for (uint32_t shape = 0; shape < FLOAT_LAYER_COUNT; shape++) {
    const float_layer layer = make_float_layer(shape);
    for (int i = 0; i < level_count; i++) {
      layers[i] = &layer;
    }
    time_layer(levels, level_count, run_float, layers, layer.name, "float32", layer.products);
  }
}

void count_tile_products(const kernel_level *level) {
  const double products_of_a_cycle = 1024;
  printf("%-44s %16s %14s\n", "layer, tiles", "cycles", "of the limit");
  for (uint32_t shape = 0; shape < BINARY_LAYER_COUNT; shape++) {
    const binary_layer layer = make_binary_layer(shape, 0);
    const uint64_t before = emulated_product_rows();
    run_binary_layer(&level->table, &layer);
    const double cycles = (double)(emulated_product_rows() - before);
    if (cycles == 0) {
      printf("%-44s %16s\n", layer.name, "none");
    } else {
      printf("%-44s %16.0f %13.1f%%\n", layer.name, cycles, 100 * layer.products / products_of_a_cycle / cycles);
    }
  }
}

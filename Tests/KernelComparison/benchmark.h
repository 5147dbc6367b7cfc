// Times of the kernels of every level, beside those of plain C.
#ifndef BNNM_KERNEL_BENCHMARK_H
#define BNNM_KERNEL_BENCHMARK_H

#include "comparisons.h"

// Prints medians of whole layers, in which the levels take turns; the first level is plain C.
void benchmark_levels(const kernel_level *levels, int level_count);

// Prints what emulated products of tiles would take at least, at a level that has them, beside what they have to do.
void count_tile_products(const kernel_level *level);

#endif

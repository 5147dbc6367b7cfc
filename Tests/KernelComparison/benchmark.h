// Times of the kernels of every level, beside those of plain C.
#ifndef BNNM_KERNEL_BENCHMARK_H
#define BNNM_KERNEL_BENCHMARK_H

#include "comparisons.h"

// Prints medians of whole layers, in which the levels take turns; the first level is plain C.
void benchmark_levels(const kernel_level *levels, int level_count);

#endif

// The comparisons that main.c runs at every level: one random case each, drawn from the seed.
#ifndef BNNM_COMPARISONS_H
#define BNNM_COMPARISONS_H

#include "bnnm_kernels.h"

// A level's name, and its kernels over the generic ones.
typedef struct kernel_level {
  const char *name;
  bnnmk_table table;
} kernel_level;

// 1 where all levels give what plain arithmetic gives; else the case is printed.
int compare_binary_conv2d(uint64_t seed, const kernel_level *levels, int level_count);
int compare_conv2d(uint64_t seed, const kernel_level *levels, int level_count);
int compare_channelwise(uint64_t seed, const kernel_level *levels, int level_count);
int compare_matmul(uint64_t seed, const kernel_level *levels, int level_count);
int compare_binary_matmul(uint64_t seed, const kernel_level *levels, int level_count);
int compare_binarize(uint64_t seed, const kernel_level *levels, int level_count);
int compare_transpose(uint64_t seed, const kernel_level *levels, int level_count);
int compare_lookup(uint64_t seed, const kernel_level *levels, int level_count);
int compare_compute(uint64_t seed, const kernel_level *levels, int level_count);

// 1 where all levels store what the first, plain C, stores; else the case is printed.
int compare_elementwise(uint64_t seed, const kernel_level *levels, int level_count);
int compare_reduce(uint64_t seed, const kernel_level *levels, int level_count);
int compare_epilogues(uint64_t seed, const kernel_level *levels, int level_count);
int compare_row_steps(uint64_t seed, const kernel_level *levels, int level_count);

// 1 where fused multiply-adds without the instruction are those of the C library; else the case is printed.
int compare_fused(uint64_t seed);

#endif

// Weights of a binary convolution in the layout that a level's target wants, beside that of words, which every level
// takes.
#ifndef BNNM_TARGET_LAYOUT_H
#define BNNM_TARGET_LAYOUT_H

#include "bnnm_kernels.h"
#include "guarded_memory.h"

// Whether the target of `table` wants another layout for the convolution, whose weights are words. Then `conv` has them
// in it, in `memory`, which the caller frees.
int lay_out_for_target(const bnnmk_table *table, bnnmk_binary_conv2d *conv, guarded_memory *memory);

#endif

// Orders in which the weights of a float32 convolution stand in memory. One suits the kernels of every machine, by the
// shape; files of versions before 1.4 have rows.
#ifndef BNNM_FLOAT_LAYOUTS_H
#define BNNM_FLOAT_LAYOUTS_H

#include "bnnm_weight_layouts.h"

#ifdef __cplusplus
extern "C" {
#endif

// Output channels of a block.
#define BNNMF_FLOAT_BLOCK 16

// File contract: never renumbered, only added. M and C are the channels of one group.
typedef enum bnnmf_float_layout {
  BNNMF_FLOATS_ROWS = 0,       // [groups][taps][C][M]
  BNNMF_FLOATS_BLOCKS = 1,     // [groups][ceil(M / 16)][taps][C][16]; 0 behind the last output channel
  BNNMF_FLOATS_DEPTHWISE = 2,  // [taps][groups], where C and M are 1
} bnnmf_float_layout;

// The layout that kernels take such weights in.
bnnmf_float_layout bnnmf_float_layout_for(const bnnmf_weight_shape *shape);

// Bytes of the weights of all groups; 0 for an unknown layout, one that the shape cannot have, or 2^62 and more.
uint64_t bnnmf_float_weights_size(bnnmf_float_layout layout, const bnnmf_weight_shape *shape);

// Brings the weights of all groups from rows into the layout that kernels take.
void bnnmf_floats_from_rows(const bnnmf_weight_shape *shape, const float *rows, float *weights);

#ifdef __cplusplus
}
#endif
#endif

// Whole float layers of networks: what is counted and timed.
#ifndef BNNM_FLOAT_LAYERS_H
#define BNNM_FLOAT_LAYERS_H

#include "bnnm_kernels.h"

enum { FLOAT_LAYER_COUNT = 12 };

typedef enum layer_kind { CONVOLUTION, DEPTHWISE, MAX_POOL } layer_kind;

// A layer on random numbers, whose memory lives as long as the program.
typedef struct float_layer {
  layer_kind kind;
  bnnmk_conv2d conv;
  bnnmk_depthwise_conv2d depthwise;
  bnnmk_pool pool;
  double products;  // or taps
  char name[64];    // kind, input, output, kernel
} float_layer;

float_layer make_float_layer(uint32_t shape);

void run_float_layer(const bnnmk_table *table, const float_layer *layer);

#endif

// Whole binary convolutions of networks, with zero padding: what is counted and timed.
#ifndef BNNM_BINARY_LAYERS_H
#define BNNM_BINARY_LAYERS_H

#include "bnnm_kernels.h"

// Shapes 0...3: 3x3 over 56x56x64, 28x28x128, 14x14x256, 7x7x512; then 1x1, strides, dilation, 5x5, 100 channels.
enum { BINARY_LAYER_COUNT = 10 };

// A convolution on random bits and weights, whose memory lives as long as the program.
typedef struct binary_layer {
  bnnmk_binary_conv2d conv;
  size_t decision_bytes;  // of its output, to be cleared before each run
  double products, outputs;
  char name[64];  // input, output, kernel
} binary_layer;

// Bits by one switch point a channel; with an epilogue, float values with bias, residual and RPReLU, and their bits.
binary_layer make_binary_layer(uint32_t shape, int has_epilogue);

void run_binary_layer(const bnnmk_table *table, const binary_layer *layer);

#endif

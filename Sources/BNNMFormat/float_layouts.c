// The layouts of float32 weights: which shape has which, and the way there from rows.
#include <stddef.h>
#include <string.h>

#include "bnnm_float_layouts.h"

bnnmf_float_layout bnnmf_float_layout_for(const bnnmf_weight_shape *shape) {
  if (shape->channels == 1 && shape->out_channels == 1) {
    return BNNMF_FLOATS_DEPTHWISE;
  }
  // Up to one block, rows are one.
  return shape->out_channels > BNNMF_FLOAT_BLOCK ? BNNMF_FLOATS_BLOCKS : BNNMF_FLOATS_ROWS;
}

uint64_t bnnmf_float_weights_size(bnnmf_float_layout layout, const bnnmf_weight_shape *shape) {
  if (layout != BNNMF_FLOATS_ROWS && layout != bnnmf_float_layout_for(shape)) {
    return 0;
  }
  uint64_t outputs = shape->out_channels;
  if (layout == BNNMF_FLOATS_BLOCKS) {
    outputs = (outputs + BNNMF_FLOAT_BLOCK - 1) / BNNMF_FLOAT_BLOCK * BNNMF_FLOAT_BLOCK;
  }
  const double count = (double)shape->groups * (double)outputs * shape->taps * shape->channels;
  return count < 0x1p60 ? shape->groups * outputs * shape->taps * shape->channels * sizeof(float) : 0;
}

static void blocks_from_rows(const bnnmf_weight_shape *shape, const float *rows, float *blocks) {
  const size_t outputs = shape->out_channels, inputs = (size_t)shape->taps * shape->channels;
  for (uint32_t group = 0; group < shape->groups; group++, rows += inputs * outputs) {
    for (size_t first = 0; first < outputs; first += BNNMF_FLOAT_BLOCK) {
      const size_t left = outputs - first, count = left < BNNMF_FLOAT_BLOCK ? left : BNNMF_FLOAT_BLOCK;
      for (size_t i = 0; i < inputs; i++, blocks += BNNMF_FLOAT_BLOCK) {
        memcpy(blocks, rows + i * outputs + first, count * sizeof(float));
        memset(blocks + count, 0, (BNNMF_FLOAT_BLOCK - count) * sizeof(float));
      }
    }
  }
}

void bnnmf_floats_from_rows(const bnnmf_weight_shape *shape, const float *rows, float *weights) {
  switch (bnnmf_float_layout_for(shape)) {
    case BNNMF_FLOATS_ROWS:
      memcpy(weights, rows, (size_t)bnnmf_float_weights_size(BNNMF_FLOATS_ROWS, shape));
      break;
    case BNNMF_FLOATS_BLOCKS:
      blocks_from_rows(shape, rows, weights);
      break;
    case BNNMF_FLOATS_DEPTHWISE:
      for (size_t group = 0; group < shape->groups; group++) {
        for (size_t tap = 0; tap < shape->taps; tap++) {
          weights[tap * shape->groups + group] = rows[group * shape->taps + tap];
        }
      }
      break;
  }
}

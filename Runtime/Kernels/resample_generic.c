// Weighted sums of items along an axis, in float64.
#include <stddef.h>

#include "kernel_declarations.h"
#include "separate_roundings.h"

#define BLOCK 64

void bnnmk_resample_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_resample *call = arguments;
  for (uint32_t outer = begin; outer < end; outer++) {
    const float *input = call->input + (size_t)outer * call->extent * call->inner;
    float *output = call->output + (size_t)outer * call->count * call->inner;
    for (uint32_t i = 0; i < call->count; i++, output += call->inner) {
      const int32_t *indices = call->indices + (size_t)i * call->taps;
      const float *weights = call->weights + (size_t)i * call->taps;
      for (uint32_t first = 0; first < call->inner; first += BLOCK) {
        const uint32_t count = call->inner - first < BLOCK ? call->inner - first : BLOCK;
        double sums[BLOCK] = {0};
        for (uint32_t t = 0; t < call->taps; t++) {
          const float *item = input + (size_t)indices[t] * call->inner + first;
          const double weight = weights[t];
          for (uint32_t e = 0; e < count; e++) {
            sums[e] += weight * item[e];
          }
        }
        for (uint32_t e = 0; e < count; e++) {
          output[first + e] = (float)sums[e];
        }
      }
    }
  }
}

// Weighted sums of items along an axis, in float64: interpolation, blurs.
#include <stddef.h>

#include "kernel_declarations.h"
#include "separate_roundings.h"

enum { BLOCK = 64 };

void bnnmk_resample_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_resample *resample = arguments;
  const size_t inner = resample->inner, taps = resample->taps;
  for (size_t outer = begin; outer < end; outer++) {
    const float *input = resample->input + outer * resample->extent * inner;
    float *output = resample->output + outer * resample->count * inner;
    for (size_t i = 0; i < resample->count; i++, output += inner) {
      const int32_t *indices = resample->indices + i * taps;
      const float *weights = resample->weights + i * taps;
      for (size_t first = 0; first < inner; first += BLOCK) {
        const size_t left = inner - first, count = left < BLOCK ? left : BLOCK;
        double sums[BLOCK] = {0};
        for (size_t t = 0; t < taps; t++) {
          const float *x = input + (size_t)indices[t] * inner + first;
          const double weight = weights[t];
          for (size_t e = 0; e < count; e++) {
            sums[e] += weight * x[e];
          }
        }
        for (size_t e = 0; e < count; e++) {
          output[first + e] = (float)sums[e];
        }
      }
    }
  }
}

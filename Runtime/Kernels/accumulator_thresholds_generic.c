// Thresholds on real numbers as thresholds on accumulators, by bisection over what a binary convolution would give.
#include "epilogue.h"
#include "kernel_declarations.h"

// Whether the number that the accumulator `v` of a channel becomes reaches the channel's threshold.
static int reaches(const bnnmk_accumulator_thresholds *thresholds, uint32_t channel, int32_t v) {
  const double bias = thresholds->bias ? (double)thresholds->bias[channel] : 0.0;
  float x = (float)((double)thresholds->scale[channel] * v + bias);
  for (uint32_t s = 0; s < thresholds->step_count; s++) {
    bnnmk_apply_step(&thresholds->steps[s], 0, 1, channel, &x, 1);
  }
  const float t = thresholds->thresholds[channel];
  return thresholds->strict ? x > t : x >= t;
}

void bnnmk_accumulator_thresholds_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_accumulator_thresholds *thresholds = arguments;
  const int32_t limit = (int32_t)thresholds->limit;
  for (uint32_t channel = begin; channel < end; channel++) {
    if (!reaches(thresholds, channel, limit)) {
      thresholds->output[channel] = INT32_MAX;
      continue;
    }
    // `above` reaches the threshold; `below`, where it is an accumulator, does not.
    int32_t below = -limit - 1, above = limit;
    while (above - below > 1) {
      const int32_t middle = below + (above - below) / 2;
      if (reaches(thresholds, channel, middle)) {
        above = middle;
      } else {
        below = middle;
      }
    }
    thresholds->output[channel] = above;
  }
}

// Epilogues: steps on a run of channels of one or several neighbouring pixels, and what is stored of the result.
// `count` is a constant in the hot calls, so that each loop becomes a few vector instructions.
#ifndef BNNM_EPILOGUE_H
#define BNNM_EPILOGUE_H

#include <stddef.h>

#include "choose.h"
#include "clamp_value.h"
#include "lanes.h"
#include "real_functions.h"
#include "separate_roundings.h"
#include "switch_point.h"
#include "window_taps.h"

// The most numbers that go through an epilogue at once.
enum { BNNMK_MAX_VALUES = 64 };

// `expression` for every channel i < count of `pixel_count` pixels: x stands on the pixel's first number.
#define BNNMK_EACH_VALUE(expression)                       \
  for (uint32_t p = 0; p < pixel_count; p++, x += count) { \
    BNNMK_LANES                                            \
    for (uint32_t i = 0; i < count; i++) {                 \
      expression;                                          \
    }                                                      \
  }

// x < 0 ? x * a : x * b; x itself for x * b without b.
BNNMK_INLINE void bnnmk_rectify(float *x, const float *a, const float *b, uint32_t pixel_count, uint32_t count) {
  if (b) {
    BNNMK_EACH_VALUE(x[i] = bnnmk_choose_float(x[i] < 0.0f, x[i] * a[i], x[i] * b[i]))
  } else {
    BNNMK_EACH_VALUE(x[i] = bnnmk_choose_float(x[i] < 0.0f, x[i] * a[i], x[i]))
  }
}

// x * a + b, each where it is there.
BNNMK_INLINE void bnnmk_scale_values(float *x, const float *a, const float *b, uint32_t pixel_count, uint32_t count) {
  float *const first = x;
  if (a) {
    BNNMK_EACH_VALUE(x[i] = x[i] * a[i])
  }
  x = first;
  if (b) {
    BNNMK_EACH_VALUE(x[i] = x[i] + b[i])
  }
}

// The kinds of step that take an operand y, whose pixels are `stride` floats apart.
BNNMK_INLINE void bnnmk_apply_operand(bnnmk_step_kind kind, float *x, const float *y, size_t stride,
                                      uint32_t pixel_count, uint32_t count) {
  switch (kind) {
    case BNNMK_STEP_ADD:
      BNNMK_EACH_VALUE(x[i] = x[i] + y[p * stride + i])
      break;
    case BNNMK_STEP_SUBTRACT:
      BNNMK_EACH_VALUE(x[i] = x[i] - y[p * stride + i])
      break;
    case BNNMK_STEP_SUBTRACT_FROM:
      BNNMK_EACH_VALUE(x[i] = y[p * stride + i] - x[i])
      break;
    case BNNMK_STEP_MULTIPLY:
      BNNMK_EACH_VALUE(x[i] = x[i] * y[p * stride + i])
      break;
    case BNNMK_STEP_DIVIDE:
      BNNMK_EACH_VALUE(x[i] = x[i] / y[p * stride + i])
      break;
    default:
      break;
  }
}

// Bit i of the result is even[i], 0 or 1; `count` is at most 64.
BNNMK_INLINE uint64_t bnnmk_join_bits(const uint32_t *even, uint32_t count) {
  uint64_t bits = 0;
  for (uint32_t first = 0; first < count; first += 8) {
    const uint32_t left = count - first < 8 ? count - first : 8;
    uint32_t eight = 0;
    BNNMK_LANES
    for (uint32_t i = 0; i < left; i++) {
      eight |= even[first + i] << i;
    }
    bits |= (uint64_t)eight << first;
  }
  return bits;
}

// The decisions of one pixel's `count` values, at most 64: bit i is 1 (decision -1) where an even number of switch
// points is <= x[i].
typedef uint64_t bnnmk_decide_values(const bnnmk_epilogue *epilogue, uint32_t channel, const float *x, uint32_t count);

// The same in plain C.
BNNMK_INLINE uint64_t bnnmk_decide_each_value(const bnnmk_epilogue *epilogue, uint32_t channel, const float *x,
                                              uint32_t count) {
  uint32_t even[64];
  BNNMK_LANES
  for (uint32_t i = 0; i < count; i++) {
    even[i] = 1;
  }
  for (uint32_t s = 0; s < epilogue->switch_count; s++) {
    const float *points = epilogue->switch_points + (size_t)s * epilogue->channels + channel;
    BNNMK_LANES
    for (uint32_t i = 0; i < count; i++) {
      even[i] ^= bnnmk_switch_point(points[i]) <= x[i];
    }
  }
  return bnnmk_join_bits(even, count);
}

// x[p][i] = step(x[p][i]) for `pixel_count` pixels from `pixel` on and their channels `channel`...<channel + count; x
// has `count` numbers a pixel, at most BNNMK_MAX_VALUES in all.
BNNMK_INLINE void bnnmk_apply_step(const bnnmk_step *step, size_t pixel, uint32_t pixel_count, uint32_t channel,
                                   float *x, uint32_t count) {
  const float *a = step->a ? step->a + channel : 0;
  const float *b = step->b ? step->b + channel : 0;
  switch (step->kind) {
    case BNNMK_STEP_SCALE_SHIFT:
      bnnmk_scale_values(x, a, b, pixel_count, count);
      break;
    case BNNMK_STEP_RECTIFY:
      bnnmk_rectify(x, a, b, pixel_count, count);
      break;
    case BNNMK_STEP_CLAMP: {
      const float minimum = step->minimum, maximum = step->maximum;
      BNNMK_LANES
      for (uint32_t i = 0; i < pixel_count * count; i++) {
        x[i] = bnnmk_clamp_value(x[i], minimum, maximum);
      }
      break;
    }
    case BNNMK_STEP_FUNCTION: {
      // Only a copy leaves this function: x must be seen to overlap nothing, or the loops would not vectorize.
      float copy[BNNMK_MAX_VALUES];
      for (uint32_t i = 0; i < pixel_count * count; i++) {
        copy[i] = x[i];
      }
      bnnmk_apply_function(step->function, copy, pixel_count * count);
      for (uint32_t i = 0; i < pixel_count * count; i++) {
        x[i] = copy[i];
      }
      break;
    }
    default:
      bnnmk_apply_operand(step->kind, x, step->operand + pixel * step->operand_stride + channel, step->operand_stride,
                          pixel_count, count);
  }
}

// The steps on x, then values and row sums are stored. Decisions, where they are asked for, go to minus[p].
BNNMK_INLINE void bnnmk_run_epilogue(const bnnmk_epilogue *epilogue, size_t row, size_t pixel, uint32_t pixel_count,
                                     uint32_t channel, float *x, uint32_t count, bnnmk_decide_values *decide_values,
                                     uint64_t *minus) {
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    bnnmk_apply_step(&epilogue->steps[s], pixel, pixel_count, channel, x, count);
  }
  if (epilogue->values) {
    for (uint32_t p = 0; p < pixel_count; p++) {
      float *values = epilogue->values + (pixel + p) * epilogue->channels + channel;
      BNNMK_LANES
      for (uint32_t i = 0; i < count; i++) {
        values[i] = x[p * count + i];
      }
    }
  }
  if (epilogue->row_sums) {
    double *sums = epilogue->row_sums + row * epilogue->channels + channel;
    for (uint32_t p = 0; p < pixel_count; p++) {
      BNNMK_LANES
      for (uint32_t i = 0; i < count; i++) {
        sums[i] += x[p * count + i];
      }
    }
  }
  if (epilogue->decisions) {
    for (uint32_t p = 0; p < pixel_count; p++) {
      minus[p] = decide_values(epilogue, channel, x + p * count, count);
    }
  }
}

#endif

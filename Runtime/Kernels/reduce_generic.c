// One element of all those along an axis in the middle of [outer][extent][inner]: reals in float64, in ascending order,
// integers in 64 bits.
#include <stddef.h>

#include "kernel_declarations.h"
#include "window_taps.h"

#define BLOCK 64

// Numbered as bnnmf_reduction.
enum { SUM = 1, MEAN, MAXIMUM, MINIMUM, PRODUCT, ARGMAX, ARGMIN };

// What has been seen of each of a block's elements; for ARGMAX and ARGMIN also where.
typedef struct seen {
  double reals[BLOCK];
  int64_t integers[BLOCK], places[BLOCK];
} seen;

BNNMK_INLINE double next_real(uint32_t function, double a, double x) {
  switch (function) {
    case MAXIMUM:
      return a > x || a != a ? a : x;
    case MINIMUM:
      return a < x || a != a ? a : x;
    case PRODUCT:
      return a * x;
    default:
      return a + x;
  }
}

BNNMK_INLINE int64_t next_integer(uint32_t function, int64_t a, int64_t x) {
  switch (function) {
    case MAXIMUM:
      return a > x ? a : x;
    case MINIMUM:
      return a < x ? a : x;
    case PRODUCT:
      return (int64_t)((uint64_t)a * (uint64_t)x);
    default:
      return (int64_t)((uint64_t)a + (uint64_t)x);
  }
}

// Whether a value stands for ARGMAX or ARGMIN in place of the best before it; NaN is better than any number.
static int is_better_real(const bnnmk_reduce *call, double value, double best) {
  if (best != best) {
    return call->select_last && value != value;
  }
  return value != value || (call->function == ARGMAX ? value > best : value < best) ||
         (call->select_last && value == best);
}

static void add_reals(const bnnmk_reduce *call, seen *block, const float *x, uint32_t place, uint32_t count) {
  const uint32_t function = call->function;
  for (uint32_t e = 0; e < count; e++) {
    const double value = x[e], best = block->reals[e];
    if (function < ARGMAX) {
      block->reals[e] = place == 0 ? value : next_real(function, best, value);
    } else if (place == 0 || is_better_real(call, value, best)) {
      block->reals[e] = value;
      block->places[e] = place;
    }
  }
}

static int64_t element(const void *x, bnnmk_element_type type, size_t index) {
  return type == BNNMK_INT32   ? ((const int32_t *)x)[index]
         : type == BNNMK_INT64 ? ((const int64_t *)x)[index]
                               : ((const uint8_t *)x)[index] != 0;
}

static void add_integers(const bnnmk_reduce *call, seen *block, size_t first, uint32_t place, uint32_t count) {
  const uint32_t function = call->function;
  for (uint32_t e = 0; e < count; e++) {
    const int64_t value = element(call->input, call->type, first + e), best = block->integers[e];
    if (function < ARGMAX) {
      block->integers[e] = place == 0 ? value : next_integer(function, best, value);
    } else if (place == 0 || (function == ARGMAX ? value > best : value < best) ||
               (call->select_last && value == best)) {
      block->integers[e] = value;
      block->places[e] = place;
    }
  }
}

static void store(const bnnmk_reduce *call, const seen *block, size_t first, uint32_t count) {
  for (uint32_t e = 0; e < count; e++) {
    if (call->function >= ARGMAX) {
      ((int64_t *)call->output)[first + e] = block->places[e];
    } else if (call->type == BNNMK_FLOAT32) {
      const double value = block->reals[e];
      ((float *)call->output)[first + e] = (float)(call->function == MEAN ? value / call->extent : value);
    } else if (call->type == BNNMK_INT32) {
      ((int32_t *)call->output)[first + e] = (int32_t)(uint32_t)(uint64_t)block->integers[e];
    } else if (call->type == BNNMK_INT64) {
      ((int64_t *)call->output)[first + e] = block->integers[e];
    } else {
      ((uint8_t *)call->output)[first + e] = block->integers[e] != 0;
    }
  }
}

void bnnmk_reduce_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_reduce *call = arguments;
  seen block;
  for (size_t outer = begin; outer < end; outer++) {
    for (uint32_t first = 0; first < call->inner; first += BLOCK) {
      const uint32_t count = call->inner - first < BLOCK ? call->inner - first : BLOCK;
      for (uint32_t place = 0; place < call->extent; place++) {
        const size_t at = (outer * call->extent + place) * call->inner + first;
        if (call->type == BNNMK_FLOAT32) {
          add_reals(call, &block, (const float *)call->input + at, place, count);
        } else {
          add_integers(call, &block, at, place, count);
        }
      }
      store(call, &block, outer * call->inner + first, count);
    }
  }
}

// Memory full of random numbers, which lives as long as the program: operands of the layers that are counted and timed.
#ifndef BNNM_RANDOM_FLOATS_H
#define BNNM_RANDOM_FLOATS_H

#include "guarded_memory.h"
#include "random_numbers.h"

// `count` numbers in [-factor, factor).
static inline float *random_floats(size_t count, float factor, uint64_t *random) {
  float *values = guarded_allocate(count * sizeof(float)).data;
  for (size_t i = 0; i < count; i++) {
    values[i] = factor * random_unit(random);
  }
  return values;
}

#endif

// Seeded random numbers (SplitMix64), the same on every machine.
#ifndef BNNM_RANDOM_NUMBERS_H
#define BNNM_RANDOM_NUMBERS_H

#include <stdint.h>

static inline uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

// A number first...last.
static inline uint32_t random_between(uint64_t *state, uint32_t first, uint32_t last) {
  return first + (uint32_t)(next_random(state) % (last - first + 1u));
}

// A number in [-1, 1).
static inline float random_unit(uint64_t *state) { return (float)(next_random(state) >> 40) / 8388608.0f - 1.0f; }

// Scales and biases: usual ones, and some that are 0, or so far from the others in magnitude that sums of both round
// twice where they should round once.
static inline float random_magnitude(uint64_t *state, float usual) {
  static const float factors[] = {0, 1e-20f, 1e-16f, 1e-6f, 1e-4f, 1e4f, 1e12f};
  const float value = usual * random_unit(state);
  return random_between(state, 0, 11) ? value : value * factors[random_between(state, 0, 6)];
}

#endif

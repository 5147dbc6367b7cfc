// The functions of two real numbers, once for the loops over float32 and over float64: sums, differences, products and
// quotients of float32 that are rounded to float64 and then to float32 are those rounded once, since float64 has more
// than twice float32's digits and two.
#ifndef BNNM_ARITHMETIC_H
#define BNNM_ARITHMETIC_H

#include "separate_roundings.h"
#include "window_taps.h"

// f(a, b), of float32 to be rounded to float32; compilers then compute in it. A comparison with NaN is false: b is
// kept where it is NaN, a where it alone is.
BNNMK_INLINE double bnnmk_apply_arithmetic(bnnmk_function function, double a, double b) {
  switch (function) {
    case BNNMK_ADD:
      return a + b;
    case BNNMK_SUBTRACT:
      return a - b;
    case BNNMK_MULTIPLY:
      return a * b;
    case BNNMK_DIVIDE:
      return a / b;
    case BNNMK_MINIMUM:
      return a < b || a != a ? a : b;
    case BNNMK_MAXIMUM:
      return a > b || a != a ? a : b;
  }
  return 0.0;
}

// `loop(FUNCTION)` with a constant for `function`, so that there is one loop a function.
#define BNNMK_WITH_CONSTANT_FUNCTION(function, loop) \
  switch (function) {                                \
    case BNNMK_ADD:                                  \
      loop(BNNMK_ADD);                               \
      break;                                         \
    case BNNMK_SUBTRACT:                             \
      loop(BNNMK_SUBTRACT);                          \
      break;                                         \
    case BNNMK_MULTIPLY:                             \
      loop(BNNMK_MULTIPLY);                          \
      break;                                         \
    case BNNMK_DIVIDE:                               \
      loop(BNNMK_DIVIDE);                            \
      break;                                         \
    case BNNMK_MINIMUM:                              \
      loop(BNNMK_MINIMUM);                           \
      break;                                         \
    case BNNMK_MAXIMUM:                              \
      loop(BNNMK_MAXIMUM);                           \
      break;                                         \
  }

#endif

// Real functions in plain C: arithmetic, and the rest by the C library.
#include <math.h>

#include "real_function_values.h"

// log(1 + e^x), without the cancellation of the sum.
BNNMK_INLINE float softplus(float x) {
  const double z = x;
  return (float)((z > 0 ? z : 0) + log1p(exponential(z > 0 ? -z : z)));
}

#define EACH(expression)                 \
  for (uint32_t i = 0; i < count; i++) { \
    x[i] = (float)(expression);          \
  }                                      \
  break

void bnnmk_apply_function(bnnmk_real_function function, float *x, uint32_t count) {
  if (bnnmk_apply_arithmetic(function, x, count)) {
    return;
  }
  switch (function) {
    case BNNMK_LOG:
      EACH(log((double)x[i]));
    case BNNMK_SIN:
      EACH(sin((double)x[i]));
    case BNNMK_COS:
      EACH(cos((double)x[i]));
    case BNNMK_SOFTPLUS:
      EACH(softplus(x[i]));
    default:
      break;
  }
}

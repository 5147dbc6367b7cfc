// The real functions that stand in epilogues rarely: through libm's float64 functions, rounded once.
#include <math.h>

#include "kernel_declarations.h"
#include "real_functions.h"

float bnnmk_real_value(bnnmk_real_function function, float number) {
  const double x = number;
  switch (function) {
    case BNNMK_SIGMOID:
      return bnnmk_sigmoid(number);
    case BNNMK_TANH:
      return bnnmk_tanh(number);
    case BNNMK_EXP:
      return (float)bnnmk_exponential(x);
    case BNNMK_LOG:
      return (float)log(x);
    case BNNMK_SQRT:
      return (float)sqrt(x);
    case BNNMK_SIN:
      return (float)sin(x);
    case BNNMK_COS:
      return (float)cos(x);
    case BNNMK_ERF:
      return (float)erf(x);
    case BNNMK_GELU:
      // 1 + erf(z) without cancellation.
      return (float)(0.5 * x * erfc(-x * 0.70710678118654752440));
    case BNNMK_GELU_TANH: {
      // (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)).
      const double u = 0.79788456080286535588 * (x + 0.044715 * x * x * x);
      return (float)(x / (1.0 + bnnmk_exponential(-2.0 * u)));
    }
    case BNNMK_SOFTPLUS:
      return (float)(x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)));
    case BNNMK_FLOOR:
      return (float)floor(x);
    case BNNMK_CEIL:
      return (float)ceil(x);
    case BNNMK_ROUND:
      return (float)rint(x);
  }
  return number;
}

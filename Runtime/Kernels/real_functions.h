// Real functions of float32 numbers, as bnnm_format.h lists them, computed in float64 and rounded once: within 0.51
// units in the last place; error functions and exponentials in float32, within 0.73 and 0.78. All levels give the same
// bits.
#ifndef BNNM_REAL_FUNCTIONS_H
#define BNNM_REAL_FUNCTIONS_H

#include <stddef.h>

#include "bnnm_kernels.h"

// A GELU in the terms of ONNX: (erf(x / by) + shift) * factor * scale, each rounded by itself. Factors are a number for
// each x, other operands one for each place in a row.
typedef struct bnnmk_error_gate {
  const float *by, *shift, *factor, *scale;
} bnnmk_error_gate;

// x[i] = function(x[i]) for i < count.
typedef void bnnmk_apply(bnnmk_real_function function, float *x, uint32_t count);

// What softmax does between the exponentials of some rows and of the next ones: y / sum of the former, one behind the
// other, and the greatest x * scale of the latter, anything where one is NaN. Here and below, `scale` has a number for
// each place in a row, or is NULL.
typedef struct bnnmk_turn {
  float *y;
  const float *sums;
  uint32_t divided_count, found_count;  // rows
  const float *x, *scale;
  float *greatest;
} bnnmk_turn;
typedef void bnnmk_turn_rows(const bnnmk_turn *turn, size_t extent);

// y = e^(x * scale - most) of rows, one behind the other, each with its greatest number. `y` may be `x`.
typedef void bnnmk_exponentials_of_rows(const float *x, const float *scale, const float *most, float *y,
                                        uint32_t row_count, size_t extent);

// y = what the gate makes of x, of rows, one behind the other, whose extent is a multiple of BNNMK_GATED_TOGETHER. `y`
// may be `x` or the factors.
enum { BNNMK_GATED_TOGETHER = 64 };
typedef void bnnmk_gate_errors(const bnnmk_error_gate *gate, const float *x, float *y, uint32_t row_count,
                               size_t extent);

bnnmk_apply bnnmk_apply_function;
#if defined(__x86_64__) || defined(__i386__)
bnnmk_apply bnnmk_apply_function_x86_avx2, bnnmk_apply_function_x86_avx512;
bnnmk_turn_rows bnnmk_turn_rows_x86_avx2, bnnmk_turn_rows_x86_avx512;
bnnmk_exponentials_of_rows bnnmk_exponentials_of_rows_x86_avx2, bnnmk_exponentials_of_rows_x86_avx512;
bnnmk_gate_errors bnnmk_gate_errors_x86_avx2, bnnmk_gate_errors_x86_avx512;
#elif defined(__aarch64__)
bnnmk_apply bnnmk_apply_function_neon;
bnnmk_turn_rows bnnmk_turn_rows_neon;
bnnmk_exponentials_of_rows bnnmk_exponentials_of_rows_neon;
bnnmk_gate_errors bnnmk_gate_errors_neon;
#endif

#endif

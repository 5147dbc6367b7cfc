// Real functions of float32 numbers, as bnnm_format.h lists them, computed in float64 and rounded once: within 0.51
// units in the last place; error functions and exponentials in float32, within 0.73 and 0.78. All levels give the same
// bits.
#ifndef BNNM_REAL_FUNCTIONS_H
#define BNNM_REAL_FUNCTIONS_H

#include "bnnm_kernels.h"

// x[i] = function(x[i]) for i < count.
void bnnmk_apply_function(bnnmk_real_function function, float *x, uint32_t count);
#if defined(__x86_64__) || defined(__i386__)
void bnnmk_apply_function_x86_avx2(bnnmk_real_function function, float *x, uint32_t count);
void bnnmk_apply_function_x86_avx512(bnnmk_real_function function, float *x, uint32_t count);
#elif defined(__aarch64__)
void bnnmk_apply_function_neon(bnnmk_real_function function, float *x, uint32_t count);
#endif

#endif

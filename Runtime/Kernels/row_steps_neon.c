// Steps on rows, for 64-bit ARM.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "row_steps.h"

static float greatest(const float *x, size_t extent) {
  float y = *x;
  size_t i = 0;
  if (extent >= 4) {
    float32x4_t several = vld1q_f32(x);
    for (i = 4; extent - i >= 4; i += 4) {
      several = vmaxq_f32(several, vld1q_f32(x + i));
    }
    y = vmaxvq_f32(several);
  }
  for (; i < extent; i++) {
    y = x[i] > y ? x[i] : y;
  }
  return y;
}

void bnnmk_apply_rows_neon(const bnnmk_row_steps *steps, const float *from, float *room, float *to, uint32_t row_count,
                           uint32_t extent) {
  const bnnmk_row_parts parts = {greatest, bnnmk_sum_rows_in_c, bnnmk_apply_function_neon};
  bnnmk_apply_rows_by(steps, from, room, to, row_count, extent, parts);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_a64_here;
#endif

// Steps on rows, in plain C.
#include "row_steps.h"

static float greatest(const float *x, size_t extent) {
  float y = *x;
  for (size_t i = 1; i < extent; i++) {
    y = x[i] > y ? x[i] : y;
  }
  return y;
}

void bnnmk_apply_rows_generic(const bnnmk_row_steps *steps, const float *from, float *room, float *to,
                              uint32_t row_count, uint32_t extent) {
  const bnnmk_row_parts parts = {greatest, bnnmk_sum_rows_in_c, bnnmk_apply_function};
  bnnmk_apply_rows_by(steps, from, room, to, row_count, extent, parts);
}

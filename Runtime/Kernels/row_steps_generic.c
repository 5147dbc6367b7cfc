// Steps that take rows as a whole, in plain C.
#include "row_steps.h"

static float greatest(const float *x, size_t extent) {
  float y = *x;
  for (size_t i = 1; i < extent; i++) {
    y = x[i] > y ? x[i] : y;
  }
  return y;
}

static void sum(const float *x, size_t extent, uint32_t row_count, const float *means, double by, float *to) {
  for (uint32_t row = 0; row < row_count; row++, x += extent) {
    to[row] = means ? bnnmk_sum_of_row(x, extent, &means[row], by) : bnnmk_sum_of_row(x, extent, 0, by);
  }
}

void bnnmk_apply_rows_generic(const bnnmk_row_steps *steps, const float *from, float *to, uint32_t row_count,
                              uint32_t extent) {
  const bnnmk_row_parts parts = {greatest, sum, bnnmk_apply_function};
  bnnmk_apply_rows_by(steps, from, to, row_count, extent, parts);
}

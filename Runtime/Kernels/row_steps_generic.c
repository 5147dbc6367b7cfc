// Steps on rows, in plain C.
#include "row_steps.h"

// `is_scaled` is a constant in every call, so that it is no question for each number.
BNNMK_INLINE float scaled(const float *x, const float *scale, size_t i, const int is_scaled) {
  return is_scaled ? x[i] * scale[i] : x[i];
}

BNNMK_INLINE float find_greatest(const float *x, const float *scale, size_t extent, const int is_scaled) {
  float most = scaled(x, scale, 0, is_scaled);
  for (size_t i = 1; i < extent; i++) {
    const float y = scaled(x, scale, i, is_scaled);
    most = y > most ? y : most;
  }
  return most;
}

BNNMK_INLINE void subtract_greatest(const float *x, const float *scale, float most, float *y, size_t extent,
                                    const int is_scaled) {
  BNNMK_INDEPENDENT
  for (size_t i = 0; i < extent; i++) {
    y[i] = scaled(x, scale, i, is_scaled) - most;
  }
}

static void turn_rows(const bnnmk_turn *turn, size_t extent) {
  for (uint32_t row = 0; row < turn->divided_count; row++) {
    float *y = turn->y + row * extent;
    const float sum = turn->sums[row];
    BNNMK_INDEPENDENT
    for (size_t i = 0; i < extent; i++) {
      y[i] /= sum;
    }
  }
  for (uint32_t row = 0; row < turn->found_count; row++) {
    const float *x = turn->x + row * extent;
    turn->greatest[row] =
        turn->scale ? find_greatest(x, turn->scale, extent, 1) : find_greatest(x, turn->scale, extent, 0);
  }
}

static void exponentials_of_rows(const float *x, const float *scale, const float *most, float *y, uint32_t row_count,
                                 size_t extent) {
  for (uint32_t row = 0; row < row_count; row++) {
    const float *from = x + row * extent;
    float *to = y + row * extent;
    if (scale) {
      subtract_greatest(from, scale, most[row], to, extent, 1);
    } else {
      subtract_greatest(from, scale, most[row], to, extent, 0);
    }
  }
  bnnmk_apply_function(BNNMK_EXP, y, row_count * (uint32_t)extent);
}

void bnnmk_apply_rows_generic(const bnnmk_row_steps *steps, const float *from, float *room, float *to,
                              uint32_t row_count, uint32_t extent) {
  const bnnmk_row_parts parts = {turn_rows,           exponentials_of_rows, 0, bnnmk_apply_function,
                                 bnnmk_sum_rows_in_c, bnnmk_add_rows_in_c};
  bnnmk_apply_rows_by(steps, from, room, to, row_count, extent, parts);
}

// Steps on rows, in plain C.
#include "row_steps.h"

static float scaled(const float *x, const float *scale, size_t i) { return scale ? x[i] * scale[i] : x[i]; }

static void turn_rows(const bnnmk_turn *turn, size_t extent) {
  for (uint32_t row = 0; row < turn->divided_count; row++) {
    for (size_t i = 0; i < extent; i++) {
      turn->y[row * extent + i] /= turn->sums[row];
    }
  }
  for (uint32_t row = 0; row < turn->found_count; row++) {
    const float *x = turn->x + row * extent;
    float most = scaled(x, turn->scale, 0);
    for (size_t i = 1; i < extent; i++) {
      const float y = scaled(x, turn->scale, i);
      most = y > most ? y : most;
    }
    turn->greatest[row] = most;
  }
}

static void exponentials_of_rows(const float *x, const float *scale, const float *most, float *y, uint32_t row_count,
                                 size_t extent) {
  for (uint32_t row = 0; row < row_count; row++) {
    for (size_t i = 0; i < extent; i++) {
      y[row * extent + i] = scaled(x + row * extent, scale, i) - most[row];
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

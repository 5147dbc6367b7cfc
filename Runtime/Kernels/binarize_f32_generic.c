// Bits from float32 by switch points.
#include "binarize.h"
#include "kernel_declarations.h"

// A comparison with NaN is false: a NaN input passes no point and is -1, a NaN point is passed by none.
static void pass_points(const bnnmk_binarize *binarize, size_t element, size_t point, uint32_t count, uint8_t *odd) {
  const float *x = (const float *)binarize->input + element;
  const float *points = (const float *)binarize->switch_points + point;
  for (uint32_t i = 0; i < count; i++) {
    odd[i] ^= points[i] <= x[i];
  }
}

void bnnmk_binarize_f32_generic(const bnnmk_binarize *binarize, uint32_t begin, uint32_t end) {
  bnnmk_binarize_rows(binarize, begin, end, pass_points);
}

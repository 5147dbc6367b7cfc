// Bits from int32 by switch points.
#include "binarize.h"
#include "kernel_declarations.h"

static void pass_points(const bnnmk_binarize *binarize, size_t element, size_t point, uint32_t count, uint8_t *odd) {
  const int32_t *x = (const int32_t *)binarize->input + element;
  const int32_t *points = (const int32_t *)binarize->switch_points + point;
  for (uint32_t i = 0; i < count; i++) {
    odd[i] ^= points[i] <= x[i];
  }
}

void bnnmk_binarize_i32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binarize *binarize = arguments;
  bnnmk_binarize_rows(binarize, begin, end, pass_points);
}

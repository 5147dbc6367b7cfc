// Bits from int32 by switch points.
#include "binarize.h"
#include "kernel_declarations.h"

static uint64_t pass_points(const bnnmk_binarize *binarize, size_t element, size_t column, uint32_t count) {
  const int32_t *x = (const int32_t *)binarize->input + element;
  uint8_t odd[64] = {0};
  for (size_t s = 0; s < binarize->switch_count; s++) {
    const int32_t *points = (const int32_t *)binarize->switch_points + s * binarize->period + column;
    for (uint32_t i = 0; i < count; i++) {
      odd[i] ^= points[i] <= x[i];
    }
  }
  return bnnmk_join_odd(odd, count);
}

void bnnmk_binarize_i32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binarize *binarize = arguments;
  bnnmk_binarize_rows(binarize, begin, end, pass_points);
}

// Bits from float32 by switch points.
#include "binarize.h"
#include "kernel_declarations.h"

void bnnmk_binarize_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binarize *binarize = arguments;
  bnnmk_binarize_rows(binarize, begin, end, bnnmk_pass_points_f32);
}

// Bits from float32 by switch points.
#include "binarize.h"
#include "kernel_declarations.h"

void bnnmk_binarize_f32_generic(const bnnmk_binarize *binarize, uint32_t begin, uint32_t end) {
  bnnmk_binarize_rows(binarize, begin, end, bnnmk_pass_points_f32);
}

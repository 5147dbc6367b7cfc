// Bits from float32 for NEON.
#if defined(__ARM_NEON)

#include "binarize_as_map.h"
#include "kernel_declarations.h"

void bnnmk_binarize_f32_neon(const void *arguments, uint32_t begin, uint32_t end) {
  if (!bnnmk_binarization_is_map(arguments)) {
    bnnmk_binarize_f32_generic(arguments, begin, end);
    return;
  }
  const bnnmk_map map = bnnmk_map_of_binarization(arguments);
  bnnmk_map_neon(&map, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

// Bits from float32 by switch points for AVX2: by those of each channel as a map, else the plain C loops, eight numbers
// at a time.
#if defined(__x86_64__) || defined(__i386__)

#include "binarize.h"
#include "binarize_as_map.h"
#include "kernel_declarations.h"

__attribute__((target("avx2"))) void bnnmk_binarize_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  if (!bnnmk_binarization_is_map(arguments)) {
    bnnmk_binarize_rows(arguments, begin, end, bnnmk_pass_points_f32);
    return;
  }
  const bnnmk_map map = bnnmk_map_of_binarization(arguments);
  bnnmk_map_x86_avx2(&map, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

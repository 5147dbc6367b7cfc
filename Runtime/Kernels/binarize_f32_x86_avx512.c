// Bits from float32 by switch points for AVX-512, where every channel has one of its own; else as for AVX2.
#if defined(__x86_64__) || defined(__i386__)

#include "binarize_as_map.h"
#include "kernel_declarations.h"
#include "map_wide.h"

void bnnmk_binarize_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_map map = bnnmk_map_of_binarization(arguments);
  if (!bnnmk_binarization_is_map(arguments) || !bnnmk_decide_words_x86_avx512(&map, begin, end)) {
    bnnmk_binarize_f32_x86_avx2(arguments, begin, end);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

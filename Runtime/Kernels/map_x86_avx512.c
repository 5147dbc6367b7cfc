// An epilogue over values that stand in memory, for AVX-512.
#if defined(__x86_64__) || defined(__i386__)

#include "kernel_declarations.h"
#include "map_wide.h"

void bnnmk_map_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_map_parts parts = {bnnmk_apply_function_x86_avx512, bnnmk_finish_wide_x86_avx512};
  bnnmk_map_wide(arguments, begin, end, parts);
}

// For CPUs that keep their clock in loops of nothing but float operations.
void bnnmk_map_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  if (!bnnmk_decide_by_vector_x86_avx512(arguments, begin, end)) {
    bnnmk_map_x86_avx512(arguments, begin, end);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

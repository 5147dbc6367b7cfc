// An epilogue over values that stand in memory: the plain C loops, eight channels at a time. No operation is fused, so
// results are those of plain C.
#if defined(__x86_64__) || defined(__i386__)

#include "decide_values_x86_avx2.h"
#include "kernel_declarations.h"
#include "map.h"

__attribute__((target("avx2"))) void bnnmk_map_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_map *map = arguments;
  bnnmk_map_rows(map, begin, end, bnnmk_decide_values_x86_avx2);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

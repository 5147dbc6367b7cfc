// An epilogue over values that stand in memory, for AVX2.
#if defined(__x86_64__) || defined(__i386__)

#include "kernel_declarations.h"
#include "map_in_parts.h"
#include "map_wide.h"

static void map_rows(const void *arguments, uint32_t begin, uint32_t end) {
  if (!bnnmk_decide_words_x86_avx2(arguments, begin, end)) {
    bnnmk_map_wide(arguments, begin, end, bnnmk_finish_wide_x86_avx2);
  }
}

void bnnmk_map_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_parts_of_map parts = {map_rows, bnnmk_apply_rows_x86_avx2, 1};
  if (!bnnmk_map_in_parts(arguments, begin, end, &parts)) {
    map_rows(arguments, begin, end);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

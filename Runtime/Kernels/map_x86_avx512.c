// An epilogue over values that stand in memory, for AVX-512.
#if defined(__x86_64__) || defined(__i386__)

#include "kernel_declarations.h"
#include "map_in_parts.h"
#include "map_wide.h"

static void map_rows(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_map_wide(arguments, begin, end, bnnmk_finish_wide_x86_avx512);
}

// Some pixels at a time by `rows` where a step needs many numbers, else all by it.
static void map_with(bnnmk_kernel rows, const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_parts_of_map parts = {rows, bnnmk_apply_rows_x86_avx512, 1};
  if (!bnnmk_map_in_parts(arguments, begin, end, &parts)) {
    rows(arguments, begin, end);
  }
}

void bnnmk_map_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  map_with(map_rows, arguments, begin, end);
}

// For CPUs that keep their clock in loops of nothing but float operations.
static void decide_or_map_rows(const void *arguments, uint32_t begin, uint32_t end) {
  if (!bnnmk_decide_words_x86_avx512(arguments, begin, end)) {
    map_rows(arguments, begin, end);
  }
}

void bnnmk_map_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  map_with(decide_or_map_rows, arguments, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

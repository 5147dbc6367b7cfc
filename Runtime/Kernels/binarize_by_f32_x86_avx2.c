// Bits from float32 by one threshold a channel: the plain C loops, eight numbers at a time.
#if defined(__x86_64__) || defined(__i386__)

#include "kernel_declarations.h"

#define ELEMENT float
#include "binarize_by.h"

__attribute__((target("avx2"))) void bnnmk_binarize_by_f32_x86_avx2(const void *arguments, uint32_t begin,
                                                                    uint32_t end) {
  const bnnmk_binarize_by *binarize = arguments;
  binarize_all_rows(binarize, begin, end, find_each_minus);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

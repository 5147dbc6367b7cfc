// Bits from float32 by one threshold a channel.
#include "kernel_declarations.h"

#define ELEMENT float
#include "binarize_by.h"

void bnnmk_binarize_by_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binarize_by *binarize = arguments;
  binarize_all_rows(binarize, begin, end, find_each_minus);
}

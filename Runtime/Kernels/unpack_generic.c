// Rows of bits to rows of float in plain C.
#include "kernel_declarations.h"
#include "unpack.h"

void bnnmk_unpack_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_unpack_rows(arguments, begin, end);
}

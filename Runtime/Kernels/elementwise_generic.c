// Elementwise functions of two operands in plain C.
#include "elementwise.h"
#include "kernel_declarations.h"

void bnnmk_elementwise_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_elementwise_rows(arguments, begin, end, bnnmk_apply_row);
}

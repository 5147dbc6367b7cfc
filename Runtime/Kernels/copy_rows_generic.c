// Copies rows of bytes in plain C.
#include "copy_rows.h"
#include "kernel_declarations.h"

void bnnmk_copy_rows_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_copy_rows_between(arguments, begin, end);
}

// Maximum of float windows with the vectors that every CPU of the architecture has.
#include "kernel_declarations.h"
#include "max_pool.h"

void bnnmk_max_pool_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_max_rows(arguments, begin, end);
}

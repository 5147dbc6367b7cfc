// Average pooling with the vectors that every CPU of the architecture has.
#include "average_pool.h"
#include "kernel_declarations.h"

void bnnmk_average_pool_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_average_rows(arguments, begin, end);
}

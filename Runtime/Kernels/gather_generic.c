// Items picked by index in plain C.
#include "gather.h"
#include "kernel_declarations.h"

void bnnmk_gather_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_gather_any(arguments, begin, end);
}

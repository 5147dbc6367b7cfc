// An epilogue over values that stand in memory, in plain C.
#include "kernel_declarations.h"
#include "map.h"

void bnnmk_map_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_map *map = arguments;
  bnnmk_map_rows(map, begin, end, bnnmk_decide_each_value);
}

// An epilogue over values that stand in memory, in plain C.
#include "kernel_declarations.h"
#include "map.h"
#include "map_in_parts.h"

static void map_rows(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_map_rows(arguments, begin, end, bnnmk_decide_each_value);
}

void bnnmk_map_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_parts_of_map parts = {map_rows, bnnmk_apply_rows_generic, 0};
  if (!bnnmk_map_in_parts(arguments, begin, end, &parts)) {
    map_rows(arguments, begin, end);
  }
}

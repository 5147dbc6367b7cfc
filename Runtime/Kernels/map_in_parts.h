// An epilogue over values that stand in memory, a step of which needs more of them at once than registers have: whole
// rows, or as many numbers as go through a function best.
#ifndef BNNM_MAP_IN_PARTS_H
#define BNNM_MAP_IN_PARTS_H

#include "row_steps.h"

// What an instruction set does.
typedef struct bnnmk_parts_of_map {
  bnnmk_kernel map;  // of steps that take no rows
  bnnmk_apply_rows *apply_rows;
  int functions_go_by_rows;  // else they are steps like others
} bnnmk_parts_of_map;

// Rows begin..<end of a map: some pixels at a time go through the steps in front of those that go by rows, then through
// these, then through the others. 0, and nothing is done, of an epilogue in which no step needs that.
int bnnmk_map_in_parts(const bnnmk_map *map, uint32_t begin, uint32_t end, const bnnmk_parts_of_map *parts);

#endif

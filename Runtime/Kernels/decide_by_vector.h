// Decisions by thresholds of each image (DySign, DyBNN): maps that take a vector off their values, or add it, and store
// nothing but whether each is at or above its channel's switch point. Words of 64 channels: what these have stays in
// registers for some pixels.
#ifndef BNNM_DECIDE_BY_VECTOR_H
#define BNNM_DECIDE_BY_VECTOR_H

#include "epilogue.h"

enum { BNNMK_DECIDED_PIXELS = 16 };

// The word at `channel` of `count` pixels from `pixel` on, of a map that bnnmk_is_decided_by_vector.
typedef void bnnmk_decide_word(const bnnmk_map *map, size_t pixel, size_t count, uint32_t channel);

BNNMK_INLINE int bnnmk_is_decided_by_vector(const bnnmk_epilogue *epilogue) {
  const bnnmk_step *step = &epilogue->steps[0];
  const int kind_is_right =
      step->kind == BNNMK_STEP_ADD || step->kind == BNNMK_STEP_SUBTRACT || step->kind == BNNMK_STEP_SUBTRACT_FROM;
  return epilogue->step_count == 1 && kind_is_right && step->operand_stride == 0 && !epilogue->values &&
         !epilogue->row_sums && epilogue->switch_count == 1;
}

// Rows begin..<end.
BNNMK_INLINE void bnnmk_decide_rows_by_vector(const bnnmk_map *map, uint32_t begin, uint32_t end,
                                              bnnmk_decide_word *decide_word) {
  const size_t last = (size_t)end * map->row_pixels;
  for (size_t pixel = (size_t)begin * map->row_pixels; pixel < last; pixel += BNNMK_DECIDED_PIXELS) {
    const size_t count = last - pixel < BNNMK_DECIDED_PIXELS ? last - pixel : BNNMK_DECIDED_PIXELS;
    for (uint32_t channel = 0; channel < map->epilogue.channels; channel += 64) {
      decide_word(map, pixel, count, channel);
    }
  }
}

#endif

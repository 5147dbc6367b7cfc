// Maps that store nothing but whether each value is at or above its channel's switch point: of their input, which is
// binarization, or of that and a vector, thresholds of each image (DySign, DyBNN). Words of 64 channels: what these
// have stays in registers for some pixels.
#ifndef BNNM_DECIDE_WORDS_H
#define BNNM_DECIDE_WORDS_H

#include "epilogue.h"

enum { BNNMK_DECIDED_PIXELS = 16 };

// What is decided: a map's input x, or it and a vector v.
typedef enum bnnmk_decided {
  BNNMK_DECIDE_NOTHING,  // no such map
  BNNMK_DECIDE_INPUT,
  BNNMK_DECIDE_SUM,         // x + v
  BNNMK_DECIDE_DIFFERENCE,  // x - v
  BNNMK_DECIDE_REVERSED,    // v - x
} bnnmk_decided;

// The word at `channel` of `count` pixels from `pixel` on.
typedef void bnnmk_decide_word(const bnnmk_map *map, bnnmk_decided decided, size_t pixel, size_t count,
                               uint32_t channel);

BNNMK_INLINE bnnmk_decided bnnmk_decided_by(const bnnmk_epilogue *epilogue) {
  const bnnmk_step *step = &epilogue->steps[0];
  if (epilogue->step_count > 1 || epilogue->values || epilogue->row_sums || epilogue->switch_count != 1) {
    return BNNMK_DECIDE_NOTHING;
  }
  if (epilogue->step_count == 0) {
    return BNNMK_DECIDE_INPUT;
  }
  if (step->operand_stride > 0) {
    return BNNMK_DECIDE_NOTHING;
  }
  switch (step->kind) {
    case BNNMK_STEP_ADD:
      return BNNMK_DECIDE_SUM;
    case BNNMK_STEP_SUBTRACT:
      return BNNMK_DECIDE_DIFFERENCE;
    case BNNMK_STEP_SUBTRACT_FROM:
      return BNNMK_DECIDE_REVERSED;
    default:
      return BNNMK_DECIDE_NOTHING;
  }
}

// Rows begin..<end, where the map is such a one; 0, and nothing is done, where it is not.
BNNMK_INLINE int bnnmk_decide_words(const bnnmk_map *map, uint32_t begin, uint32_t end,
                                    bnnmk_decide_word *decide_word) {
  const bnnmk_decided decided = bnnmk_decided_by(&map->epilogue);
  if (decided == BNNMK_DECIDE_NOTHING) {
    return 0;
  }
  const size_t last = (size_t)end * map->row_pixels;
  for (size_t pixel = (size_t)begin * map->row_pixels; pixel < last; pixel += BNNMK_DECIDED_PIXELS) {
    const size_t count = last - pixel < BNNMK_DECIDED_PIXELS ? last - pixel : BNNMK_DECIDED_PIXELS;
    for (uint32_t channel = 0; channel < map->epilogue.channels; channel += 64) {
      decide_word(map, decided, pixel, count, channel);
    }
  }
  return 1;
}

#endif

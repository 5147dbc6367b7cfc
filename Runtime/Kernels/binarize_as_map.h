// Binarization as the map that it is where every channel has points of its own: an epilogue without steps that stores
// decisions.
#ifndef BNNM_BINARIZE_AS_MAP_H
#define BNNM_BINARIZE_AS_MAP_H

#include "window_taps.h"

BNNMK_INLINE int bnnmk_binarization_is_map(const bnnmk_binarize *binarize) {
  return binarize->period == binarize->channels && binarize->switch_count > 0;
}

BNNMK_INLINE bnnmk_map bnnmk_map_of_binarization(const bnnmk_binarize *binarize) {
  const bnnmk_map map = {
      .input = binarize->input,
      .row_pixels = 1,
      .epilogue = {.channels = binarize->channels,
                   .decisions = binarize->output,
                   .switch_points = binarize->switch_points,
                   .switch_count = binarize->switch_count},
  };
  return map;
}

#endif

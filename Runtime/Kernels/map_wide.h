// The loops of an epilogue over values that stand in memory, around an instruction set's registers.
#ifndef BNNM_MAP_WIDE_H
#define BNNM_MAP_WIDE_H

#include <string.h>

#include "finish_wide.h"

// Pixels whose channels are walked together: four cache lines of each at a time.
enum { BNNMK_MAP_PIXELS = 12 };

BNNMK_INLINE void bnnmk_map_wide(const bnnmk_map *map, uint32_t begin, uint32_t end, bnnmk_finish_wide *finish) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels;
  const size_t words = channels / 64 + (channels % 64 > 0), row_words = map->row_pixels * words;
  for (size_t row = begin; row < end; row++) {
    if (epilogue->decisions) {
      memset(epilogue->decisions + row * row_words, 0, row_words * sizeof(uint64_t));
    }
    bnnmk_wide_place place = {.row = row, .pixel = row * map->row_pixels};
    for (uint32_t x = 0; x < map->row_pixels; x += place.pixel_count, place.pixel += place.pixel_count) {
      const uint32_t pixels_left = map->row_pixels - x;
      place.pixel_count = pixels_left < BNNMK_MAP_PIXELS ? pixels_left : BNNMK_MAP_PIXELS;
      for (place.channel = 0; place.channel < channels; place.channel += BNNMK_WIDE_FINISHED_CHANNELS) {
        const uint32_t left = channels - place.channel;
        place.channel_count = left < BNNMK_WIDE_FINISHED_CHANNELS ? left : BNNMK_WIDE_FINISHED_CHANNELS;
        const bnnmk_wide_source source = {.values = map->input + place.pixel * channels + place.channel,
                                          .stride = channels};
        finish(epilogue, &place, &source);
      }
    }
  }
}

#endif

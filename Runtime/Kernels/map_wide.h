// The loops of an epilogue over values that stand in memory, around an instruction set's registers.
#ifndef BNNM_MAP_WIDE_H
#define BNNM_MAP_WIDE_H

#include <string.h>

#include "finish_wide.h"

// Pixels whose channels are walked together: four cache lines of each at a time.
enum { BNNMK_MAP_PIXELS = 12 };

// What an instruction set does: functions of numbers, and epilogues.
typedef struct bnnmk_map_parts {
  void (*apply_function)(bnnmk_real_function function, float *x, uint32_t count);
  bnnmk_finish_wide *finish;
} bnnmk_map_parts;

// Where the epilogue begins with a function: that of the place's numbers, many at once. `numbers` has room for them.
BNNMK_INLINE bnnmk_wide_source bnnmk_map_function(const bnnmk_wide_place *place, const bnnmk_wide_source *source,
                                                  bnnmk_real_function function, float *numbers, bnnmk_map_parts parts) {
  const uint32_t channels = place->channel_count;
  for (size_t p = 0; p < place->pixel_count; p++) {
    memcpy(numbers + p * channels, source->values + p * source->stride, channels * sizeof(float));
  }
  parts.apply_function(function, numbers, place->pixel_count * channels);
  return (bnnmk_wide_source){.values = numbers, .stride = channels, .first_step = 1};
}

// `pixel_count` pixels of row `row` from `pixel` on.
BNNMK_INLINE void bnnmk_map_run(const bnnmk_map *map, size_t row, size_t pixel, size_t pixel_count,
                                bnnmk_map_parts parts) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels;
  const bnnmk_step *first_step = epilogue->steps;
  const int has_function = epilogue->step_count > 0 && first_step->kind == BNNMK_STEP_FUNCTION;
  const size_t words = channels / 64 + (channels % 64 > 0), end = pixel + pixel_count;
  if (epilogue->decisions) {
    memset(epilogue->decisions + pixel * words, 0, pixel_count * words * sizeof(uint64_t));
  }
  bnnmk_wide_place place = {.row = row, .pixel = pixel};
  for (; place.pixel < end; place.pixel += place.pixel_count) {
    const size_t pixels_left = end - place.pixel;
    place.pixel_count = pixels_left < BNNMK_MAP_PIXELS ? (uint32_t)pixels_left : BNNMK_MAP_PIXELS;
    for (place.channel = 0; place.channel < channels; place.channel += BNNMK_WIDE_FINISHED_CHANNELS) {
      const uint32_t left = channels - place.channel;
      place.channel_count = left < BNNMK_WIDE_FINISHED_CHANNELS ? left : BNNMK_WIDE_FINISHED_CHANNELS;
      bnnmk_wide_source source = {.values = map->input + place.pixel * channels + place.channel, .stride = channels};
      float numbers[BNNMK_MAP_PIXELS * BNNMK_WIDE_FINISHED_CHANNELS];
      if (has_function) {
        source = bnnmk_map_function(&place, &source, first_step->function, numbers, parts);
      }
      parts.finish(epilogue, &place, &source);
    }
  }
}

BNNMK_INLINE void bnnmk_map_wide(const bnnmk_map *map, uint32_t begin, uint32_t end, bnnmk_map_parts parts) {
  const size_t row_pixels = map->row_pixels;
  // Rows matter to their sums alone: else they are one run of pixels.
  const uint32_t row_count = map->epilogue.row_sums ? 1 : end - begin;
  for (size_t row = begin; row < end; row += row_count) {
    bnnmk_map_run(map, row, row * row_pixels, row_count * row_pixels, parts);
  }
}

#endif

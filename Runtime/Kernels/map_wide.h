// The loops of an epilogue over values that stand in memory, around an instruction set's registers.
#ifndef BNNM_MAP_WIDE_H
#define BNNM_MAP_WIDE_H

#include <string.h>

#include "finish_wide.h"

// Pixels whose channels are walked together: four cache lines of each at a time.
enum { BNNMK_MAP_PIXELS = 12 };

// Numbers that go through a function at once, and the pixels that an epilogue takes together best.
enum { BNNMK_MAP_NUMBERS = 3072, BNNMK_MAP_TOGETHER = 3 };

// What an instruction set does: functions of numbers, and epilogues.
typedef struct bnnmk_map_parts {
  void (*apply_function)(bnnmk_real_function function, float *x, uint32_t count);
  bnnmk_finish_wide *finish;
} bnnmk_map_parts;

#if defined(__x86_64__) || defined(__i386__)
// Rows begin..<end of a map that stores but decisions, of values and a vector; 0, and nothing is done, of others.
int bnnmk_decide_by_vector_x86_avx512(const bnnmk_map *map, uint32_t begin, uint32_t end);
#endif

// Some pixels, whose values are `source`, through the epilogue.
BNNMK_INLINE void bnnmk_map_pixels(const bnnmk_epilogue *epilogue, bnnmk_wide_place place, bnnmk_wide_source source,
                                   bnnmk_map_parts parts) {
  const uint32_t channels = epilogue->channels;
  const float *values = source.values;
  for (; place.channel < channels; place.channel += BNNMK_WIDE_FINISHED_CHANNELS) {
    const uint32_t left = channels - place.channel;
    place.channel_count = left < BNNMK_WIDE_FINISHED_CHANNELS ? left : BNNMK_WIDE_FINISHED_CHANNELS;
    source.values = values + place.channel;
    parts.finish(epilogue, &place, &source);
  }
}

// How many pixels at a time go through the function that the epilogue begins with; 0 where it does not, or the pixels
// are too large.
BNNMK_INLINE uint32_t bnnmk_pixels_of_function(const bnnmk_epilogue *epilogue) {
  if (epilogue->step_count == 0 || epilogue->steps[0].kind != BNNMK_STEP_FUNCTION) {
    return 0;
  }
  const uint32_t most = BNNMK_MAP_NUMBERS / epilogue->channels;
  return most < BNNMK_MAP_PIXELS ? most / BNNMK_MAP_TOGETHER * BNNMK_MAP_TOGETHER : BNNMK_MAP_PIXELS;
}

// `pixel_count` pixels of row `row` from `pixel` on.
BNNMK_INLINE void bnnmk_map_run(const bnnmk_map *map, size_t row, size_t pixel, size_t pixel_count,
                                bnnmk_map_parts parts) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels;
  const size_t words = channels / 64 + (channels % 64 > 0), end = pixel + pixel_count;
  if (epilogue->decisions) {
    memset(epilogue->decisions + pixel * words, 0, pixel_count * words * sizeof(uint64_t));
  }
  const uint32_t of_function = bnnmk_pixels_of_function(epilogue);
  const int is_all =
      of_function > 0 && epilogue->step_count == 1 && epilogue->values && !epilogue->decisions && !epilogue->row_sums;
  const size_t most = of_function > 0 ? of_function : BNNMK_MAP_PIXELS;
  bnnmk_wide_place place = {.row = row, .pixel = pixel};
  for (; place.pixel < end; place.pixel += place.pixel_count) {
    place.pixel_count = (uint32_t)(end - place.pixel < most ? end - place.pixel : most);
    bnnmk_wide_source source = {.values = map->input + place.pixel * channels, .stride = channels};
    float room[BNNMK_MAP_NUMBERS];
    if (of_function > 0) {
      const uint32_t count = place.pixel_count * channels;
      float *numbers = is_all ? epilogue->values + place.pixel * channels : room;
      memmove(numbers, source.values, count * sizeof(float));
      parts.apply_function(epilogue->steps[0].function, numbers, count);
      source.values = numbers;
      source.first_step = 1;
    }
    if (!is_all) {
      bnnmk_map_pixels(epilogue, place, source, parts);
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

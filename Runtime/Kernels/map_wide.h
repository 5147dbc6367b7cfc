// The loops of an epilogue over values that stand in memory, around an instruction set's registers.
#ifndef BNNM_MAP_WIDE_H
#define BNNM_MAP_WIDE_H

#include <string.h>

#include "finish_wide.h"

// Pixels whose channels are walked together: four cache lines of each at a time.
enum { BNNMK_MAP_PIXELS = 12 };

#if defined(__x86_64__) || defined(__i386__)
// Rows begin..<end of a map that stores but decisions, of its input, or of that and a vector; 0, and nothing is done,
// of others, and with AVX2 where words are not whole.
int bnnmk_decide_words_x86_avx2(const bnnmk_map *map, uint32_t begin, uint32_t end);
int bnnmk_decide_words_x86_avx512(const bnnmk_map *map, uint32_t begin, uint32_t end);
#endif

// Some pixels, whose values are `source`, through the epilogue.
BNNMK_INLINE void bnnmk_map_pixels(const bnnmk_epilogue *epilogue, bnnmk_wide_place place, bnnmk_wide_source source,
                                   bnnmk_finish_wide *finish) {
  const uint32_t channels = epilogue->channels;
  const float *values = source.values;
  for (; place.channel < channels; place.channel += BNNMK_WIDE_FINISHED_CHANNELS) {
    const uint32_t left = channels - place.channel;
    place.channel_count = left < BNNMK_WIDE_FINISHED_CHANNELS ? left : BNNMK_WIDE_FINISHED_CHANNELS;
    source.values = values + place.channel;
    finish(epilogue, &place, &source);
  }
}

// `pixel_count` pixels of row `row` from `pixel` on.
BNNMK_INLINE void bnnmk_map_run(const bnnmk_map *map, size_t row, size_t pixel, size_t pixel_count,
                                bnnmk_finish_wide *finish) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels;
  const size_t words = channels / 64 + (channels % 64 > 0), end = pixel + pixel_count;
  if (epilogue->decisions) {
    memset(epilogue->decisions + pixel * words, 0, pixel_count * words * sizeof(uint64_t));
  }
  bnnmk_wide_place place = {.row = row, .pixel = pixel};
  for (; place.pixel < end; place.pixel += place.pixel_count) {
    const size_t left = end - place.pixel;
    place.pixel_count = (uint32_t)(left < BNNMK_MAP_PIXELS ? left : BNNMK_MAP_PIXELS);
    const bnnmk_wide_source source = {.values = map->input + place.pixel * channels, .stride = channels};
    bnnmk_map_pixels(epilogue, place, source, finish);
  }
}

BNNMK_INLINE void bnnmk_map_wide(const bnnmk_map *map, uint32_t begin, uint32_t end, bnnmk_finish_wide *finish) {
  const size_t row_pixels = map->row_pixels;
  // Rows matter to their sums alone: else they are one run of pixels.
  const uint32_t row_count = map->epilogue.row_sums ? 1 : end - begin;
  for (size_t row = begin; row < end; row += row_count) {
    bnnmk_map_run(map, row, row * row_pixels, row_count * row_pixels, finish);
  }
}

#endif

// The loops of an epilogue over values that stand in memory: rows, pixels, and chunks of 64 channels, which is a word
// of decisions.
#ifndef BNNM_MAP_H
#define BNNM_MAP_H

#include "epilogue.h"

enum { BNNMK_MAP_CHUNK = BNNMK_MAX_VALUES };

BNNMK_INLINE void bnnmk_map_chunk(const bnnmk_map *map, size_t row, size_t pixel, uint32_t channel, uint32_t count,
                                  bnnmk_decide_values *decide_values) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const float *input = map->input + pixel * epilogue->channels + channel;
  float x[BNNMK_MAP_CHUNK];
  for (uint32_t i = 0; i < count; i++) {
    x[i] = input[i];
  }
  uint64_t minus = 0;
  bnnmk_run_epilogue(epilogue, row, pixel, 1, channel, x, count, decide_values, &minus);
  if (epilogue->decisions) {
    const size_t words = epilogue->channels / 64 + (epilogue->channels % 64 > 0);
    epilogue->decisions[pixel * words + channel / 64] = minus;
  }
}

BNNMK_INLINE void bnnmk_map_rows(const bnnmk_map *map, uint32_t begin, uint32_t end,
                                 bnnmk_decide_values *decide_values) {
  const uint32_t channels = map->epilogue.channels;
  for (size_t row = begin; row < end; row++) {
    for (size_t pixel = row * map->row_pixels; pixel < (row + 1) * map->row_pixels; pixel++) {
      uint32_t channel = 0;
      for (; channels - channel >= BNNMK_MAP_CHUNK; channel += BNNMK_MAP_CHUNK) {
        bnnmk_map_chunk(map, row, pixel, channel, BNNMK_MAP_CHUNK, decide_values);
      }
      if (channel < channels) {
        bnnmk_map_chunk(map, row, pixel, channel, channels - channel, decide_values);
      }
    }
  }
}

#endif

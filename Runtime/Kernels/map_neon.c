// An epilogue over values that stand in memory, for NEON: blocks of eight channels of some pixels at a time through
// finish_values_neon.c; what that does not take goes by the plain C loops.
#if defined(__ARM_NEON)

#include <string.h>

#include "finish_values_a64.h"
#include "kernel_declarations.h"
#include "map.h"
#include "map_in_parts.h"

// Values that stay in a cache from block to block.
enum { VALUES_AT_A_TIME = 8192, LEAST_PIXELS = 64 };

// `pixel_count` pixels from `pixel` on, all of them in row `row` where it has sums.
static void map_pixels(const bnnmk_map *map, const bnnmk_plain_steps *steps, size_t row, size_t pixel,
                       uint32_t pixel_count) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels, whole = channels / BNNMK_CHANNEL_BLOCK * BNNMK_CHANNEL_BLOCK;
  const size_t words = channels / 64 + (channels % 64 > 0);
  const float *input = map->input + pixel * channels;
  if (epilogue->decisions && channels % 64 != 0) {
    memset(epilogue->decisions + pixel * words, 0, pixel_count * words * sizeof(uint64_t));
  }
  bnnmk_plain_steps block = *steps;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  bnnmk_finish_a64 by_assembly;
  const int may_use_assembly = bnnmk_begin_finish_a64(steps, 0, 0, &by_assembly);
#endif
  for (uint32_t channel = 0; channel < whole; channel += BNNMK_CHANNEL_BLOCK) {
    bnnmk_block_parts parts;
    bnnmk_choose_parts(steps, channel, 1, &parts);
    uint32_t done = 0;
#if defined(BNNMK_HAS_A64_ASSEMBLY)
    const uint32_t tile_count = pixel_count / BNNMK_FINISHED_PIXELS;
    if (may_use_assembly && tile_count > 0 && bnnmk_choose_finish_a64(channel, &parts, &by_assembly)) {
      bnnmk_finish_floats_a64(&by_assembly, pixel, tile_count, input + channel, channels);
      done = tile_count * BNNMK_FINISHED_PIXELS;
    }
#endif
    if (done < pixel_count) {
      bnnmk_choose_block_steps(steps, channel, &parts, &block);
      bnnmk_finish_floats_neon(&block, input + (size_t)done * channels + channel, row, pixel + done,
                               pixel_count - done);
    }
  }
  if (whole == channels) {
    return;
  }
  for (uint32_t p = 0; p < pixel_count; p++) {
    float x[BNNMK_CHANNEL_BLOCK];
    uint64_t minus = 0;
    for (uint32_t i = 0; i < channels - whole; i++) {
      x[i] = input[(size_t)p * channels + whole + i];
    }
    bnnmk_run_epilogue(epilogue, row, pixel + p, 1, whole, x, channels - whole, bnnmk_decide_each_value, &minus);
    if (epilogue->decisions) {
      epilogue->decisions[(pixel + p) * words + whole / 64] |= minus << whole % 64;
    }
  }
}

static void map_rows(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_map *map = arguments;
  bnnmk_plain_steps steps;
  if (map->epilogue.channels < BNNMK_CHANNEL_BLOCK || !bnnmk_make_plain_steps(&map->epilogue, &steps)) {
    bnnmk_map_generic(map, begin, end);
    return;
  }
  const uint32_t fitting = VALUES_AT_A_TIME / map->epilogue.channels;
  const size_t at_a_time = fitting < LEAST_PIXELS ? LEAST_PIXELS : fitting;
  // Rows are told apart only by their sums.
  const size_t row_count = map->epilogue.row_sums ? end - begin : begin < end;
  const size_t row_pixels = map->epilogue.row_sums ? map->row_pixels : (size_t)(end - begin) * map->row_pixels;
  size_t pixel = (size_t)begin * map->row_pixels;
  for (size_t row = begin; row < begin + row_count; row++) {
    for (size_t left = row_pixels; left > 0;) {
      const size_t count = left < at_a_time ? left : at_a_time;
      map_pixels(map, &steps, row, pixel, (uint32_t)count);
      pixel += count;
      left -= count;
    }
  }
}

void bnnmk_map_neon(const void *arguments, uint32_t begin, uint32_t end) {
#if defined(__aarch64__)
  const bnnmk_parts_of_map parts = {map_rows, bnnmk_apply_rows_neon, 1};
#else
  const bnnmk_parts_of_map parts = {map_rows, bnnmk_apply_rows_generic, 0};
#endif
  if (!bnnmk_map_in_parts(arguments, begin, end, &parts)) {
    map_rows(arguments, begin, end);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

// An epilogue over values that stand in memory: 64 channels in registers, the rest by the plain C loops.
#if defined(__x86_64__) || defined(__i386__)

#include "decide_values_x86_avx2.h"
#include "finish_pixel_x86_avx2.h"
#include "kernel_declarations.h"
#include "map.h"

__attribute__((target("avx2"))) void bnnmk_map_x86_avx2(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_map *map = arguments;
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  for (size_t row = begin; row < end; row++) {
    for (size_t pixel = row * map->row_pixels; pixel < (row + 1) * map->row_pixels; pixel++) {
      uint32_t channel = 0;
      for (; channels - channel >= BNNMK_FINISHED_CHANNELS; channel += BNNMK_FINISHED_CHANNELS) {
        const float *numbers = map->input + pixel * channels + channel;
        __m256 x[BNNMK_FINISHED_REGISTERS];
        BNNMK_EACH_REGISTER(BNNMK_LANES_OF(numbers))
        const uint64_t minus = bnnmk_finish_pixel_x86_avx2(epilogue, row, pixel, channel, x);
        if (epilogue->decisions) {
          epilogue->decisions[pixel * words + channel / 64] = minus;
        }
      }
      if (channel < channels) {
        bnnmk_map_chunk(map, row, pixel, channel, channels - channel, bnnmk_decide_values_x86_avx2);
      }
    }
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

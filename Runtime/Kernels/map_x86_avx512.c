// An epilogue over values that stand in memory for AVX-512: some pixels times 32 channels at a time.
#if defined(__x86_64__) || defined(__i386__)

#include "finish_wide_x86_avx512.h"
#include "kernel_declarations.h"

// Pixels whose channels are walked together: a cache line of each at a time.
enum { PIXELS = 9 };

void bnnmk_map_x86_avx512(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_map *map = arguments;
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels;
  const size_t words = channels / 64 + (channels % 64 > 0), row_words = map->row_pixels * words;
  for (size_t row = begin; row < end; row++) {
    if (epilogue->decisions) {
      __builtin_memset(epilogue->decisions + row * row_words, 0, row_words * sizeof(uint64_t));
    }
    bnnmk_wide_place place = {.row = row, .pixel = row * map->row_pixels};
    for (uint32_t x = 0; x < map->row_pixels; x += place.pixel_count, place.pixel += place.pixel_count) {
      const uint32_t pixels_left = map->row_pixels - x;
      place.pixel_count = pixels_left < PIXELS ? pixels_left : PIXELS;
      for (place.channel = 0; place.channel < channels; place.channel += BNNMK_WIDE_FINISHED_CHANNELS) {
        const uint32_t left = channels - place.channel;
        place.channel_count = left < BNNMK_WIDE_FINISHED_CHANNELS ? left : BNNMK_WIDE_FINISHED_CHANNELS;
        const bnnmk_wide_source source = {.values = map->input + place.pixel * channels + place.channel,
                                          .stride = channels};
        bnnmk_finish_wide_x86_avx512(epilogue, &place, &source);
      }
    }
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

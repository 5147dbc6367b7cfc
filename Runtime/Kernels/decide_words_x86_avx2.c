// Decisions of values in memory, and of these and a vector, with AVX2, of whole words.
#if defined(__x86_64__) || defined(__i386__)

#include <string.h>

#include "behind_x86_avx2.h"
#include "decide_words.h"
#include "kernel_declarations.h"
#include "map_wide.h"

#define INLINE static inline __attribute__((always_inline, target("avx2")))

enum { LANES = 8, REGISTERS = BNNMK_BEHIND_REGISTERS, CHANNELS = LANES * REGISTERS };

// `decided` is a constant in every call.
INLINE __m256 apply(bnnmk_decided decided, __m256 x, __m256 by) {
  switch (decided) {
    case BNNMK_DECIDE_SUM:
      return _mm256_add_ps(x, by);
    case BNNMK_DECIDE_DIFFERENCE:
      return _mm256_sub_ps(x, by);
    case BNNMK_DECIDE_REVERSED:
      return _mm256_sub_ps(by, x);
    default:
      return x;
  }
}

// Half a word.
INLINE void decide(const bnnmk_map *map, bnnmk_decided decided, size_t pixel, size_t count, uint32_t channel) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const size_t channels = epilogue->channels;
  __m256 by[REGISTERS], points[REGISTERS];
  BNNMK_REGISTERS
  for (int r = 0; r < REGISTERS; r++) {
    by[r] = decided == BNNMK_DECIDE_INPUT ? _mm256_setzero_ps()
                                          : _mm256_loadu_ps(epilogue->steps[0].operand + channel + r * LANES);
    points[r] = _mm256_loadu_ps(epilogue->switch_points + channel + r * LANES);
  }
  const float *x = map->input + pixel * channels + channel;
  char *to = (char *)epilogue->decisions + (pixel * channels + channel) / 8;
  for (size_t p = 0; p < count; p++, x += channels, to += channels / 8) {
    __m256 values[REGISTERS];
    BNNMK_REGISTERS
    for (int r = 0; r < REGISTERS; r++) {
      values[r] = apply(decided, _mm256_loadu_ps(x + r * LANES), by[r]);
    }
    const uint32_t minus = ~bnnmk_points_behind_x86_avx2(points, values);
    memcpy(to, &minus, sizeof minus);
  }
}

// A bnnmk_decide_word.
static __attribute__((target("avx2"))) void decide_word(const bnnmk_map *map, bnnmk_decided decided, size_t pixel,
                                                        size_t count, uint32_t channel) {
  for (uint32_t half = channel; half < channel + 64; half += CHANNELS) {
    switch (decided) {
      case BNNMK_DECIDE_INPUT:
        decide(map, BNNMK_DECIDE_INPUT, pixel, count, half);
        break;
      case BNNMK_DECIDE_SUM:
        decide(map, BNNMK_DECIDE_SUM, pixel, count, half);
        break;
      case BNNMK_DECIDE_DIFFERENCE:
        decide(map, BNNMK_DECIDE_DIFFERENCE, pixel, count, half);
        break;
      case BNNMK_DECIDE_REVERSED:
        decide(map, BNNMK_DECIDE_REVERSED, pixel, count, half);
        break;
      default:
        break;
    }
  }
}

int bnnmk_decide_words_x86_avx2(const bnnmk_map *map, uint32_t begin, uint32_t end) {
  return map->epilogue.channels % 64 == 0 && bnnmk_decide_words(map, begin, end, decide_word);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Decisions of values in memory, and of these and a vector, with AVX-512.
#if defined(__x86_64__) || defined(__i386__)

#include "avx512_features.h"
#include "decide_words.h"
#include "kernel_declarations.h"
#include "lanes.h"
#include "map_wide.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

enum { LANES = 16, REGISTERS = 4 };

// The channels of a word: of each register, which lanes exist, the vector, the switch points.
typedef struct word_channels {
  __mmask16 lanes[REGISTERS];
  __m512 by[REGISTERS], points[REGISTERS];
} word_channels;

// `decided` is a constant in every call.
INLINE __m512 apply(bnnmk_decided decided, __m512 x, __m512 by) {
  switch (decided) {
    case BNNMK_DECIDE_SUM:
      return _mm512_add_ps(x, by);
    case BNNMK_DECIDE_DIFFERENCE:
      return _mm512_sub_ps(x, by);
    case BNNMK_DECIDE_REVERSED:
      return _mm512_sub_ps(by, x);
    default:
      return x;
  }
}

INLINE void decide(const bnnmk_map *map, bnnmk_decided decided, size_t pixel, size_t count, uint32_t channel) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const size_t channels = epilogue->channels, words = channels / 64 + (channels % 64 > 0);
  word_channels c;
  BNNMK_REGISTERS
  for (uint32_t r = 0; r < REGISTERS; r++) {
    const size_t first = channel + r * LANES;
    c.lanes[r] = first < channels ? bnnmk_first_lanes(channels - first) : 0;
    c.by[r] = decided == BNNMK_DECIDE_INPUT ? _mm512_setzero_ps()
                                            : _mm512_maskz_loadu_ps(c.lanes[r], epilogue->steps[0].operand + first);
    c.points[r] = _mm512_maskz_loadu_ps(c.lanes[r], epilogue->switch_points + first);
  }
  const float *x = map->input + pixel * channels + channel;
  uint64_t *to = epilogue->decisions + pixel * words + channel / 64;
  for (size_t p = 0; p < count; p++, x += channels, to += words) {
    __mmask16 minus[REGISTERS];
    BNNMK_REGISTERS
    for (int r = 0; r < REGISTERS; r++) {
      const __m512 value = apply(decided, _mm512_maskz_loadu_ps(c.lanes[r], x + r * LANES), c.by[r]);
      // "Not less or equal" is true for NaN.
      minus[r] = _mm512_mask_cmp_ps_mask(c.lanes[r], c.points[r], value, _CMP_NLE_UQ);
    }
    const __mmask32 low = _mm512_kunpackw(minus[1], minus[0]), high = _mm512_kunpackw(minus[3], minus[2]);
    *to = _cvtmask64_u64(_mm512_kunpackd(high, low));
  }
}

// A bnnmk_decide_word.
static BNNMK_TARGET_AVX512 void decide_word(const bnnmk_map *map, bnnmk_decided decided, size_t pixel, size_t count,
                                            uint32_t channel) {
  switch (decided) {
    case BNNMK_DECIDE_INPUT:
      decide(map, BNNMK_DECIDE_INPUT, pixel, count, channel);
      break;
    case BNNMK_DECIDE_SUM:
      decide(map, BNNMK_DECIDE_SUM, pixel, count, channel);
      break;
    case BNNMK_DECIDE_DIFFERENCE:
      decide(map, BNNMK_DECIDE_DIFFERENCE, pixel, count, channel);
      break;
    case BNNMK_DECIDE_REVERSED:
      decide(map, BNNMK_DECIDE_REVERSED, pixel, count, channel);
      break;
    default:
      break;
  }
}

int bnnmk_decide_words_x86_avx512(const bnnmk_map *map, uint32_t begin, uint32_t end) {
  return bnnmk_decide_words(map, begin, end, decide_word);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

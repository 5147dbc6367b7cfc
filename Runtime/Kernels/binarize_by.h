// Binarization against one threshold a channel, written once for both element types: include it with ELEMENT defined.
// Comparisons with NaN are false, which is -1.
#include <stddef.h>

#include "window_taps.h"

typedef enum comparison { GREATER_OR_EQUAL, GREATER, LESS_OR_EQUAL, LESS } comparison;

BNNMK_INLINE uint32_t is_plus(ELEMENT x, ELEMENT t, comparison comparison) {
  switch (comparison) {
    case GREATER_OR_EQUAL:
      return x >= t;
    case GREATER:
      return x > t;
    case LESS_OR_EQUAL:
      return x <= t;
    case LESS:
      return x < t;
  }
  return 0;
}

// Bit i is 1 (decision -1) where x[i] does not compare so with t[i], for i < count <= 64.
typedef uint64_t find_minus(const ELEMENT *x, const ELEMENT *t, size_t count, comparison comparison);

// The same in plain C.
BNNMK_INLINE uint64_t find_each_minus(const ELEMENT *x, const ELEMENT *t, size_t count, comparison comparison) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; i++) {
    bits |= (uint64_t)!is_plus(x[i], t[i], comparison) << i;
  }
  return bits;
}

// `comparison` and `find` are constants in every call.
BNNMK_INLINE void binarize_rows(const bnnmk_binarize_by *binarize, uint32_t begin, uint32_t end, comparison comparison,
                                find_minus *find) {
  const ELEMENT *input = binarize->input, *thresholds = binarize->thresholds;
  const size_t channels = binarize->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  for (size_t row = begin; row < end; row++) {
    for (size_t word = 0; word < words; word++) {
      const size_t first = word * 64;
      const size_t count = channels - first < 64 ? channels - first : 64;
      binarize->output[row * words + word] =
          find(input + row * channels + first, thresholds + first, count, comparison);
    }
  }
}

BNNMK_INLINE void binarize_all_rows(const bnnmk_binarize_by *binarize, uint32_t begin, uint32_t end, find_minus *find) {
  if (binarize->below) {
    if (binarize->strict) {
      binarize_rows(binarize, begin, end, LESS, find);
    } else {
      binarize_rows(binarize, begin, end, LESS_OR_EQUAL, find);
    }
  } else {
    if (binarize->strict) {
      binarize_rows(binarize, begin, end, GREATER, find);
    } else {
      binarize_rows(binarize, begin, end, GREATER_OR_EQUAL, find);
    }
  }
}

// Two tensors of bits to bits: 0, that is +1, where they differ, and 1, that is -1, where they are equal.
#include <stddef.h>

#include "kernel_declarations.h"

void bnnmk_bit_difference_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_bit_difference *difference = arguments;
  const uint32_t channels = difference->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  // The bits behind the last channel stay 0.
  const uint64_t last = channels % 64 > 0 ? (UINT64_C(1) << channels % 64) - 1 : UINT64_MAX;
  for (size_t row = begin; row < end; row++) {
    const uint64_t *a = difference->a + row * words, *b = difference->b + row * words;
    uint64_t *output = difference->output + row * words;
    for (size_t i = 0; i < words; i++) {
      output[i] = ~(a[i] ^ b[i]);
    }
    output[words - 1] &= last;
  }
}

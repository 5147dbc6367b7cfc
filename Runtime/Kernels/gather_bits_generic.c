// Bits of rows picked by index, along the packed axis.
#include <stddef.h>

#include "kernel_declarations.h"

void bnnmk_gather_bits_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_gather_bits *gather = arguments;
  const size_t count = gather->count, extent = gather->extent;
  const size_t input_words = extent / 64 + (extent % 64 > 0), output_words = count / 64 + (count % 64 > 0);
  for (size_t row = begin; row < end; row++) {
    const uint64_t *input = gather->input + row * input_words;
    uint64_t *output = gather->output + row * output_words;
    for (size_t word = 0; word < output_words; word++) {
      const size_t left = count - word * 64, bit_count = left < 64 ? left : 64;
      const int32_t *indices = gather->indices + word * 64;
      uint64_t bits = 0;
      for (size_t i = 0; i < bit_count; i++) {
        const int is_inside = indices[i] >= 0 && (uint32_t)indices[i] < extent;
        const uint64_t bit = is_inside ? input[indices[i] / 64] >> indices[i] % 64 & 1 : gather->fill;
        bits |= bit << i;
      }
      output[word] = bits;
    }
  }
}

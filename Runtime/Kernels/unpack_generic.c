// Rows of bits to rows of float: bit 1 is -1, bit 0 is +1.
#include <stddef.h>

#include "kernel_declarations.h"

void bnnmk_unpack_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_unpack *unpack = arguments;
  const size_t channels = unpack->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  for (size_t row = begin; row < end; row++) {
    const uint64_t *bits = unpack->input + row * words;
    float *output = unpack->output + row * channels;
    for (size_t c = 0; c < channels; c++) {
      output[c] = 1.0f - 2.0f * (float)(bits[c / 64] >> c % 64 & 1);
    }
  }
}

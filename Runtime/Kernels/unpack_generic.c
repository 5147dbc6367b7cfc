// Rows of bits to rows of float: bit 1 is -1, bit 0 is +1.
#include <stddef.h>

#include "kernel_declarations.h"
#include "lanes.h"

enum { BYTE = 8 };

// Bit i of `bits` is output[i], for i < count <= 8; a constant in the calls for whole bytes, which then are vectors.
static inline __attribute__((always_inline)) void unpack_byte(uint32_t bits, float *output, const size_t count) {
  BNNMK_LANES
  for (size_t i = 0; i < count; i++) {
    output[i] = bits & 1u << i ? -1.0f : 1.0f;
  }
}

void bnnmk_unpack_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_unpack *unpack = arguments;
  const size_t channels = unpack->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  for (size_t row = begin; row < end; row++) {
    const uint64_t *bits = unpack->input + row * words;
    float *output = unpack->output + row * channels;
    size_t c = 0;
    for (; channels - c >= BYTE; c += BYTE) {
      unpack_byte(bits[c / 64] >> c % 64 & 255, output + c, BYTE);
    }
    if (c < channels) {
      unpack_byte(bits[c / 64] >> c % 64 & 255, output + c, channels - c);
    }
  }
}

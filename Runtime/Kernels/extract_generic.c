// Cuts a range of channels out of rows of bits: the input of one group.
#include <stddef.h>

#include "kernel_declarations.h"

void bnnmk_extract_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_extract *extract = arguments;
  const size_t channels = extract->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  const uint32_t shift = extract->offset % 64;
  for (size_t row = begin; row < end; row++) {
    const uint64_t *input = extract->input + row * extract->input_stride + extract->offset / 64;
    uint64_t *output = extract->output + row * words;
    for (size_t i = 0; i < words; i++) {
      const size_t left = channels - i * 64;
      const size_t count = left < 64 ? left : 64;
      uint64_t bits = input[i] >> shift;
      if (shift > 0 && count > 64 - shift) {
        bits |= input[i + 1] << (64 - shift);
      }
      output[i] = count < 64 ? bits & (((uint64_t)1 << count) - 1) : bits;
    }
  }
}

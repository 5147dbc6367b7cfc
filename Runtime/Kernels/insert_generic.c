// Joins rows of bits into a range of channels of wider rows: one operand of a concatenation along the channels.
#include <stddef.h>

#include "kernel_declarations.h"

void bnnmk_insert_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_insert *insert = arguments;
  const size_t channels = insert->channels;
  const size_t words = channels / 64 + (channels % 64 > 0);
  const uint32_t shift = insert->offset % 64;
  if (words == 1 && shift + channels <= 64) {
    // One word of both.
    uint64_t *output = insert->output + insert->offset / 64;
    for (size_t row = begin; row < end; row++) {
      output[row * insert->output_stride] |= insert->input[row] << shift;
    }
    return;
  }
  for (size_t row = begin; row < end; row++) {
    const uint64_t *input = insert->input + row * words;
    uint64_t *output = insert->output + row * insert->output_stride + insert->offset / 64;
    for (size_t i = 0; i < words; i++) {
      const size_t left = channels - i * 64;
      const size_t count = left < 64 ? left : 64;
      output[i] |= input[i] << shift;
      if (shift > 0 && count > 64 - shift) {
        output[i + 1] |= input[i] >> (64 - shift);
      }
    }
  }
}

// Items picked by index along an axis.
#include <string.h>

#include "kernel_declarations.h"
#include "window_taps.h"

// An item of the fill repeated; zeros without one.
static void fill_item(const bnnmk_gather *call, uint8_t *output) {
  if (!call->fill) {
    memset(output, 0, call->item_bytes);
    return;
  }
  for (uint64_t at = 0; at < call->item_bytes; at += call->fill_bytes) {
    memcpy(output + at, call->fill, call->fill_bytes);
  }
}

// `item_bytes` is a constant in the calls for single elements.
BNNMK_INLINE void gather_items(const bnnmk_gather *call, uint32_t begin, uint32_t end, size_t item_bytes) {
  for (uint32_t outer = begin; outer < end; outer++) {
    const uint8_t *input = (const uint8_t *)call->input + (size_t)outer * call->extent * item_bytes;
    uint8_t *output = (uint8_t *)call->output + (size_t)outer * call->count * item_bytes;
    for (uint32_t i = 0; i < call->count; i++, output += item_bytes) {
      const uint32_t index = (uint32_t)call->indices[i];
      if (index < call->extent) {
        memcpy(output, input + index * item_bytes, item_bytes);
      } else {
        fill_item(call, output);
      }
    }
  }
}

void bnnmk_gather_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_gather *call = arguments;
  if (call->item_bytes == 4) {
    gather_items(call, begin, end, 4);
  } else {
    gather_items(call, begin, end, (size_t)call->item_bytes);
  }
}

void bnnmk_gather_bits_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_gather_bits *call = arguments;
  const size_t input_words = ((size_t)call->extent + 63) / 64, output_words = ((size_t)call->count + 63) / 64;
  for (uint32_t row = begin; row < end; row++) {
    const uint64_t *input = call->input + row * input_words;
    uint64_t *output = call->output + row * output_words;
    memset(output, 0, output_words * sizeof *output);
    for (uint32_t i = 0; i < call->count; i++) {
      const uint32_t index = (uint32_t)call->indices[i];
      const uint64_t bit = index < call->extent ? input[index / 64] >> (index % 64) & 1 : call->fill;
      output[i / 64] |= bit << (i % 64);
    }
  }
}

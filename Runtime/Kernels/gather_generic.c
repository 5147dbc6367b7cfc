// Items picked by index, along an axis that does not run through packed bits.
#include <stddef.h>
#include <string.h>

#include "kernel_declarations.h"
#include "window_taps.h"

// Everything but the copies' size, which is a constant in the calls for single elements.
BNNMK_INLINE void gather_items(const bnnmk_gather *gather, uint32_t begin, uint32_t end, size_t item_bytes) {
  for (size_t outer = begin; outer < end; outer++) {
    const char *input = (const char *)gather->input + outer * gather->extent * item_bytes;
    char *output = (char *)gather->output + outer * gather->count * item_bytes;
    for (size_t i = 0; i < gather->count; i++, output += item_bytes) {
      const uint32_t index = (uint32_t)gather->indices[i];
      if (index < gather->extent && gather->indices[i] >= 0) {
        memcpy(output, input + index * item_bytes, item_bytes);
      } else if (gather->fill) {
        for (size_t byte = 0; byte < item_bytes; byte += gather->fill_bytes) {
          memcpy(output + byte, gather->fill, gather->fill_bytes);
        }
      } else {
        memset(output, 0, item_bytes);
      }
    }
  }
}

void bnnmk_gather_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_gather *gather = arguments;
  switch (gather->item_bytes) {
    case 4:
      gather_items(gather, begin, end, 4);
      break;
    case 8:
      gather_items(gather, begin, end, 8);
      break;
    default:
      gather_items(gather, begin, end, (size_t)gather->item_bytes);
  }
}

// Items picked by index, along an axis that does not run through packed bits.
#ifndef BNNM_GATHER_H
#define BNNM_GATHER_H

#include "copy_rows.h"

// Items begin..<end of the output; how large they are is a constant in the calls for single elements.
BNNMK_INLINE void bnnmk_gather_items(const bnnmk_gather *gather, uint32_t begin, uint32_t end, size_t item_bytes) {
  const uint32_t count = gather->count;
  const size_t plane_bytes = gather->extent * item_bytes;
  const char *input = (const char *)gather->input + begin / count * plane_bytes;
  char *output = (char *)gather->output + begin * item_bytes;
  uint32_t i = begin % count;
  for (uint32_t item = begin; item < end; item++, output += item_bytes) {
    const int32_t index = gather->indices[i];
    if (index >= 0 && (uint32_t)index < gather->extent) {
      bnnmk_copy_row(output, input + (uint32_t)index * item_bytes, item_bytes);
    } else if (gather->fill) {
      for (size_t byte = 0; byte < item_bytes; byte += gather->fill_bytes) {
        memcpy(output + byte, gather->fill, gather->fill_bytes);
      }
    } else {
      memset(output, 0, item_bytes);
    }
    if (++i == count) {
      i = 0;
      input += plane_bytes;
    }
  }
}

// A bnnmk_kernel.
BNNMK_INLINE void bnnmk_gather_any(const bnnmk_gather *gather, uint32_t begin, uint32_t end) {
  switch (gather->item_bytes) {
    case 4:
      bnnmk_gather_items(gather, begin, end, 4);
      break;
    case 8:
      bnnmk_gather_items(gather, begin, end, 8);
      break;
    default:
      bnnmk_gather_items(gather, begin, end, (size_t)gather->item_bytes);
  }
}

#endif

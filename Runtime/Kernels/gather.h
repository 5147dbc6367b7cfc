// Items picked by index, along an axis that does not run through packed bits. Indices that follow each other are one
// run of memory; runs are looked for once for some rows of items.
#ifndef BNNM_GATHER_H
#define BNNM_GATHER_H

#include "copy_rows.h"

enum { BNNMK_GATHERED_ROWS = 16 };

// Items first..<last of some rows, which start at `row`.
typedef struct bnnmk_gathered {
  size_t row, row_count;
  uint32_t first, last;
} bnnmk_gathered;

BNNMK_INLINE int bnnmk_is_picked(const bnnmk_gather *gather, uint32_t i) {
  const int32_t index = gather->indices[i];
  return index >= 0 && (uint32_t)index < gather->extent;
}

// How many items from i on, of those before `last`, are neighbours in the input; 1 of those that are not there.
BNNMK_INLINE uint32_t bnnmk_gathered_run(const bnnmk_gather *gather, uint32_t i, uint32_t last) {
  uint32_t next = i + 1;
  while (next < last && bnnmk_is_picked(gather, i) && bnnmk_is_picked(gather, next) &&
         gather->indices[next] - 1 == gather->indices[next - 1]) {
    next++;
  }
  return next - i;
}

// `size` bytes, a constant in the calls for single elements, to each row.
BNNMK_INLINE void bnnmk_gather_run(const bnnmk_gather *gather, const bnnmk_gathered *g, uint32_t i, size_t size,
                                   size_t item_bytes) {
  const size_t input_stride = gather->extent * item_bytes, output_stride = gather->count * item_bytes;
  char *output = (char *)gather->output + g->row * output_stride + i * item_bytes;
  if (bnnmk_is_picked(gather, i)) {
    const char *input = (const char *)gather->input + g->row * input_stride + (uint32_t)gather->indices[i] * item_bytes;
    for (size_t row = 0; row < g->row_count; row++) {
      bnnmk_copy_row(output + row * output_stride, input + row * input_stride, size);
    }
    return;
  }
  for (size_t row = 0; row < g->row_count; row++, output += output_stride) {
    if (!gather->fill) {
      memset(output, 0, size);
      continue;
    }
    for (size_t byte = 0; byte < size; byte += gather->fill_bytes) {
      memcpy(output + byte, gather->fill, gather->fill_bytes);
    }
  }
}

BNNMK_INLINE void bnnmk_gather_rows(const bnnmk_gather *gather, const bnnmk_gathered *g, size_t item_bytes) {
  for (uint32_t i = g->first; i < g->last;) {
    const uint32_t run = bnnmk_gathered_run(gather, i, g->last);
    if (run == 1) {
      bnnmk_gather_run(gather, g, i, item_bytes, item_bytes);
    } else {
      bnnmk_gather_run(gather, g, i, run * item_bytes, item_bytes);
    }
    i += run;
  }
}

// Items begin..<end of the output; how large they are is a constant in the calls for single elements.
BNNMK_INLINE void bnnmk_gather_items(const bnnmk_gather *gather, uint32_t begin, uint32_t end, size_t item_bytes) {
  const uint32_t count = gather->count;
  for (uint32_t item = begin; item < end;) {
    bnnmk_gathered g = {.row = item / count, .row_count = 1, .first = item % count, .last = count};
    if (end - item < count - g.first) {
      g.last = g.first + (end - item);
    } else if (g.first == 0) {
      const uint32_t rows_left = (end - item) / count;
      g.row_count = rows_left < BNNMK_GATHERED_ROWS ? rows_left : BNNMK_GATHERED_ROWS;
    }
    bnnmk_gather_rows(gather, &g, item_bytes);
    item += (uint32_t)g.row_count * (g.last - g.first);
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

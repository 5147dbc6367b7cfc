// Bytes of images to numbers from tables, row by row.
#include <stddef.h>

#include "kernel_declarations.h"

// One row; inlined where the number of channels is known.
static inline void look_up_row(const bnnmk_lookup *lookup, size_t row, uint32_t channels) {
  const uint8_t *pixel = lookup->input + row * lookup->row_step;
  float *output = lookup->output + row * lookup->width * channels;
  const size_t channel_step = lookup->channel_step, table_step = lookup->table_step;
  for (uint32_t x = 0; x < lookup->width; x++, pixel += lookup->pixel_step, output += channels) {
    for (uint32_t c = 0; c < channels; c++) {
      output[c] = lookup->values[c * table_step + pixel[c * channel_step]];
    }
  }
}

void bnnmk_lookup_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_lookup *lookup = arguments;
  for (size_t row = begin; row < end; row++) {
    if (lookup->channels == 3) {
      look_up_row(lookup, row, 3);
    } else {
      look_up_row(lookup, row, lookup->channels);
    }
  }
}

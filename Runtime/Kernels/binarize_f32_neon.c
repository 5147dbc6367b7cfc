// Bits from float32 for NEON: the decisions of an epilogue without steps, where every channel has points of its own.
#if defined(__ARM_NEON)

#include "kernel_declarations.h"

void bnnmk_binarize_f32_neon(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_binarize *binarize = arguments;
  if (binarize->period != binarize->channels || binarize->switch_count == 0) {
    bnnmk_binarize_f32_generic(binarize, begin, end);
    return;
  }
  const bnnmk_map map = {
      .input = binarize->input,
      .row_pixels = 1,
      .epilogue = {.channels = binarize->channels,
                   .decisions = binarize->output,
                   .switch_points = binarize->switch_points,
                   .switch_count = binarize->switch_count},
  };
  bnnmk_map_neon(&map, begin, end);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

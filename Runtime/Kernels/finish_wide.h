// An epilogue on up to 64 channels of some neighbouring pixels of one row, which stay in registers through all steps:
// for binary convolution and `map` on x86. Results are those of plain C.
#ifndef BNNM_FINISH_WIDE_H
#define BNNM_FINISH_WIDE_H

#include "epilogue.h"

enum { BNNMK_WIDE_FINISHED_CHANNELS = 64 };

// Where values stand in the output: `pixel_count` pixels from `pixel` on, up to 64 channels from `channel` on.
typedef struct bnnmk_wide_place {
  size_t row, pixel;
  uint32_t pixel_count, channel, channel_count;
} bnnmk_wide_place;

// What goes through an epilogue: values, `stride` floats from pixel to pixel; or, where `values` is NULL,
//   min(max(scale * accumulators + bias, minimum), maximum)
// by fused multiply-adds in float32, of accumulators `stride` numbers from pixel to pixel.
typedef struct bnnmk_wide_source {
  const float *values;
  uint32_t first_step;  // of the epilogue: values have gone through those before
  const int16_t *accumulators;
  size_t stride;
  const float *scale, *bias;
  float minimum, maximum;
} bnnmk_wide_source;

// The source through the epilogue. Decisions are ORed into their words.
typedef void bnnmk_finish_wide(const bnnmk_epilogue *epilogue, const bnnmk_wide_place *place,
                               const bnnmk_wide_source *source);

bnnmk_finish_wide bnnmk_finish_wide_x86_avx2, bnnmk_finish_wide_x86_avx512;

// ORs up to 64 bits into a pixel's words; touches the next word only for bits in it.
BNNMK_INLINE void bnnmk_or_wide(uint64_t *pixel, uint32_t channel, uint64_t bits) {
  const uint32_t shift = channel % 64;
  pixel[channel / 64] |= bits << shift;
  if (shift > 0 && bits >> (64 - shift)) {
    pixel[channel / 64 + 1] |= bits >> (64 - shift);
  }
}

#endif

// Values in memory, or accumulators, through an epilogue for AVX-512: pairs of registers of sixteen channels of three
// pixels, so that what a channel has is loaded once for all of them, or single registers of six, the last of which may
// be partial.
#if defined(__x86_64__) || defined(__i386__)

#include "finish_wide_x86_avx512.h"

// Three pixels (of pairs), not more: CPUs that look up nibbles at this level (Skylake, Cascade Lake) lower their clock
// by an eighth for a whole millisecond where they meet as many float operations in a row as seven pixels have, which
// costs more than what else it saves.
enum { PIXELS = 3 };

// Pixels from the source's `first` on, channels from its `m` on.
BNNMK_FINISH_INLINE void load_source(bnnmk_finish_tile t, const bnnmk_wide_source *source, uint32_t first, uint32_t m,
                                     bnnmk_pixel_values *x) {
  const size_t stride = source->stride, behind = first * stride + m;
  if (source->values) {
    const float *from = source->values + behind;
    BNNMK_EACH_REGISTER(x[p][v] = bnnmk_load_wide(t, from + (size_t)p * stride + v * BNNMK_FINISH_LANES))
    return;
  }
  bnnmk_pixel_values scale, bias;
  bnnmk_load_wide_channels(t, source->scale + m, scale);
  bnnmk_load_wide_channels(t, source->bias + m, bias);
  const int16_t *from = source->accumulators + behind;
  BNNMK_EACH_REGISTER(const __m256i sums =
                          _mm256_loadu_si256((const __m256i *)(from + (size_t)p * stride + v * BNNMK_FINISH_LANES));
                      x[p][v] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(sums)), scale[v], bias[v]))
  if (source->minimum > -__builtin_inff() || source->maximum < __builtin_inff()) {
    bnnmk_clamp_wide(t, source->minimum, source->maximum, x);
  }
}

// The tile of pixels from the place's `first` on, and channels from its `m` on.
BNNMK_FINISH_INLINE void finish(bnnmk_finish_tile t, const bnnmk_epilogue *epilogue, const bnnmk_wide_place *place,
                                uint32_t first, uint32_t m, const bnnmk_wide_source *source) {
  bnnmk_pixel_values x[BNNMK_FINISH_PIXELS];
  load_source(t, source, first, m, x);
  bnnmk_finish_tile_values(t, epilogue, source->first_step, place->row, place->pixel + first, place->channel + m, x);
}

// Channels from `m` on of all pixels, `t.pixel_count` at a time, then one by one.
BNNMK_FINISH_INLINE void finish_pixels(bnnmk_finish_tile t, const bnnmk_epilogue *epilogue,
                                       const bnnmk_wide_place *place, uint32_t m, const bnnmk_wide_source *source) {
  uint32_t p = 0;
  for (; p + (uint32_t)t.pixel_count <= place->pixel_count; p += (uint32_t)t.pixel_count) {
    finish(t, epilogue, place, p, m, source);
  }
  t.pixel_count = 1;
  for (; p < place->pixel_count; p++) {
    finish(t, epilogue, place, p, m, source);
  }
}

BNNMK_TARGET_AVX512 void bnnmk_finish_wide_x86_avx512(const bnnmk_epilogue *epilogue, const bnnmk_wide_place *place,
                                                      const bnnmk_wide_source *source) {
  uint32_t m = 0;
  for (; m + 2 * BNNMK_FINISH_LANES <= place->channel_count; m += 2 * BNNMK_FINISH_LANES) {
    finish_pixels((bnnmk_finish_tile){PIXELS, 2, BNNMK_ALL_LANES}, epilogue, place, m, source);
  }
  for (; m < place->channel_count; m += BNNMK_FINISH_LANES) {
    const __mmask16 lanes = bnnmk_first_lanes(place->channel_count - m);
    finish_pixels((bnnmk_finish_tile){2 * PIXELS, 1, lanes}, epilogue, place, m, source);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

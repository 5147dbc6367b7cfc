// Binary convolution for AVX-512 around its inner loop, of which there are two: for CPUs with VPOPCNTDQ, and without.
//
// An inner loop counts differing bits of up to fourteen pixels times eight channels into one register a pixel, a 64-bit
// lane a channel. What becomes of counts is written here: with `all` taps times channels of the tile,
//
//   acc = all - 2 * count        point <= acc  <=>  count <= (all - point) >> 1
//
// so that bits are one comparison of counts with limits that the tile's pixels share. Only whole blocks of eight
// channels come here; AVX2's kernel takes the others, and masked inputs.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"
#include "kernel_declarations.h"

#define INLINE static inline BNNMK_TARGET_AVX512 __attribute__((always_inline))

// A tile of counts.
typedef struct counted_tile {
  size_t row, pixel;
  uint32_t pixel_count, channel;  // the group's channel that the block starts with
  int64_t all;
  const uint64_t (*counts)[BNNMK_CHANNEL_BLOCK];
} counted_tile;

// ORs a block's decisions into a pixel's words. Where the block is a byte of its own, cleared by the caller, it is
// stored.
INLINE void or_block(uint64_t *pixel, uint32_t channel, __mmask8 minus) {
  if (channel % 8 == 0) {
    ((uint8_t *)pixel)[channel / 8] = minus;
  } else {
    bnnmk_or_bits(pixel, channel, _cvtmask8_u32(minus));
  }
}

INLINE void store_wide_bits(const bnnmk_binary_conv2d *conv, const counted_tile *tile) {
  const size_t stride = conv->output_channels, words = stride / 64 + (stride % 64 > 0);
  const uint32_t channel = conv->channel_offset + tile->channel;
  const int32_t *points = conv->switch_count ? conv->switch_points + tile->channel : 0;
  uint64_t *output = (uint64_t *)conv->output + tile->pixel * words;
  const __m512i all = _mm512_set1_epi64(tile->all);
  if (conv->switch_count == 1) {
    const __m512i point = _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)points));
    const __m512i limit = _mm512_srai_epi64(_mm512_sub_epi64(all, point), 1);
    for (uint32_t p = 0; p < tile->pixel_count; p++) {
      const __m512i counts = _mm512_load_si512(tile->counts[p]);
      or_block(output + p * words, channel, _mm512_cmpgt_epi64_mask(counts, limit));
    }
    return;
  }
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const __m512i counts = _mm512_load_si512(tile->counts[p]);
    __mmask8 minus = 0xff;
    for (uint32_t s = 0; s < conv->switch_count; s++) {
      const __m512i point = _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)(points + s * stride)));
      const __m512i limit = _mm512_srai_epi64(_mm512_sub_epi64(all, point), 1);
      minus = _kxor_mask8(minus, _mm512_cmple_epi64_mask(counts, limit));
    }
    or_block(output + p * words, channel, minus);
  }
}

INLINE __m512i accumulators_of(const counted_tile *tile, uint32_t p) {
  const __m512i counts = _mm512_load_si512(tile->counts[p]);
  return _mm512_sub_epi64(_mm512_set1_epi64(tile->all), _mm512_add_epi64(counts, counts));
}

INLINE void store_wide_integers(const bnnmk_binary_conv2d *conv, const counted_tile *tile) {
  const size_t stride = conv->output_channels, channel = (size_t)conv->channel_offset + tile->channel;
  int32_t *output = (int32_t *)conv->output + tile->pixel * stride + channel;
  __m512d sums = _mm512_setzero_pd();
  double *row_sums = conv->row_sums ? conv->row_sums + tile->row * stride + channel : 0;
  if (row_sums) {
    sums = _mm512_loadu_pd(row_sums);
  }
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const __m512i accumulators = accumulators_of(tile, p);
    _mm256_storeu_si256((__m256i *)(output + p * stride), _mm512_cvtepi64_epi32(accumulators));
    sums = _mm512_add_pd(sums, _mm512_cvtepi64_pd(accumulators));
  }
  if (row_sums) {
    _mm512_storeu_pd(row_sums, sums);
  }
}

// min(max(round(scale * acc + bias), minimum), maximum) as bnnmk_scale_accumulators has it, to `output`, `stride`
// floats from pixel to pixel.
INLINE void scale_wide(const bnnmk_binary_conv2d *conv, const counted_tile *tile, float *output, size_t stride) {
  const __m512d scale = _mm512_cvtps_pd(_mm256_loadu_ps(conv->scale + tile->channel));
  const __m512d bias = conv->bias ? _mm512_cvtps_pd(_mm256_loadu_ps(conv->bias + tile->channel)) : _mm512_setzero_pd();
  const __m256 minimum = _mm256_set1_ps(conv->minimum), maximum = _mm256_set1_ps(conv->maximum);
  for (uint32_t p = 0; p < tile->pixel_count; p++) {
    const __m512d product = _mm512_mul_pd(scale, _mm512_cvtepi64_pd(accumulators_of(tile, p)));
    const __m256 sum = _mm512_cvtpd_ps(_mm512_add_pd(product, bias));
    // The second operand where one is NaN, or both are 0: bnnmk_clamp_value.
    _mm256_storeu_ps(output + p * stride, _mm256_min_ps(maximum, _mm256_max_ps(minimum, sum)));
  }
}

// Writes a tile as `kind` says, a constant in every call.
INLINE void store_wide(const bnnmk_binary_conv2d *conv, bnnmk_output kind, const counted_tile *tile) {
  switch (kind) {
    case BNNMK_OUTPUT_BITS:
      store_wide_bits(conv, tile);
      break;
    case BNNMK_OUTPUT_INT32:
      store_wide_integers(conv, tile);
      break;
    case BNNMK_OUTPUT_FLOAT32: {
      const size_t stride = conv->output_channels;
      float *output = (float *)conv->output + tile->pixel * stride + conv->channel_offset + tile->channel;
      scale_wide(conv, tile, output, stride);
      break;
    }
    case BNNMK_OUTPUT_EPILOGUE:
      for (uint32_t p = 0; p < tile->pixel_count; p += BNNMK_EPILOGUE_PIXELS) {
        const uint32_t left = tile->pixel_count - p;
        const counted_tile part = {
            tile->row,     tile->pixel + p, left < BNNMK_EPILOGUE_PIXELS ? left : BNNMK_EPILOGUE_PIXELS,
            tile->channel, tile->all,       tile->counts + p};
        float x[BNNMK_MAX_VALUES];
        scale_wide(conv, &part, x, BNNMK_CHANNEL_BLOCK);
        bnnmk_finish_values_x86_avx2(conv->epilogue, part.row, part.pixel, part.pixel_count,
                                     conv->channel_offset + part.channel, x);
      }
      break;
  }
}

// A call: the arguments, and the inner loop that its tiles take.
typedef struct wide_call {
  bnnmk_binary_conv2d conv;  // first, so that the outer loops see nothing else
  bnnmk_count_wide *count_wide;
} wide_call;

// What the taps on padding differ from the pad pixel, a 64-bit lane a channel. Border pixels are few: by AVX2's loop.
static __attribute__((noinline)) BNNMK_TARGET_AVX512 __m512i count_padding(const bnnmk_binary_conv2d *conv,
                                                                           const uint64_t *weights,
                                                                           bnnmk_tap_range rows,
                                                                           bnnmk_tap_range columns) {
  uint32_t counts[1][BNNMK_CHANNEL_BLOCK] = {{0}};
  bnnmk_count_padding(conv, weights, rows, columns, bnnmk_count_differences_x86_avx2, counts);
  return _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)counts[0]));
}

// A bnnmk_convolve of a whole block of channels, without a mask; `conv` is a wide_call's.
INLINE void convolve(const bnnmk_binary_conv2d *conv, bnnmk_output kind, const bnnmk_tile_taps *taps) {
  const bnnmk_window *w = &conv->window;
  const bnnmk_tap_box *box = taps->box;
  const bnnmk_tap_range none = {0, 0};
  const uint64_t *weights = bnnmk_block_weights(conv, taps->block);
  const uint32_t window_taps = w->kernel_h * w->kernel_w;
  bnnmk_tap_range rows = taps->rows, columns = taps->columns;
  uint32_t tap_count = (rows.last - rows.first) * (columns.last - columns.first);
  __m512i start = _mm512_setzero_si512();
  if (conv->pad_pixel && tap_count < window_taps) {
    start = count_padding(conv, weights, tap_count ? rows : none, tap_count ? columns : none);
  }
  _Alignas(64) uint64_t counts[BNNMK_WIDE_PIXEL_BLOCK][BNNMK_CHANNEL_BLOCK];
  for (uint32_t p = 0; p < taps->pixel_count; p++) {
    _mm512_store_si512(counts[p], start);
  }
  if (tap_count > 0) {
    const size_t first = ((size_t)rows.first * w->kernel_w + columns.first) * conv->input_words;
    const size_t input = bnnmk_box_input(w, conv->input_stride, taps->y, taps->x, rows.first, columns.first);
    ((const wide_call *)conv)
        ->count_wide(conv->input + input, (size_t)w->stride_w * conv->input_stride, taps->pixel_count,
                     weights + first * BNNMK_CHANNEL_BLOCK, box, counts);
  }
  const uint32_t counted_taps = conv->pad_pixel ? window_taps : tap_count;
  const counted_tile tile = {taps->y,
                             (size_t)taps->y * w->out_w + taps->x,
                             taps->pixel_count,
                             taps->block * BNNMK_CHANNEL_BLOCK,
                             (int64_t)counted_taps * conv->channels,
                             (const uint64_t(*)[BNNMK_CHANNEL_BLOCK])counts};
  store_wide(conv, kind, &tile);
}

BNNMK_TARGET_AVX512 void bnnmk_binary_conv2d_wide(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                                  bnnmk_count_wide *count_wide) {
  const uint32_t left = conv->mask ? conv->out_channels : conv->out_channels % BNNMK_CHANNEL_BLOCK;
  const uint32_t done = conv->out_channels - left;
  if (done > 0) {
    wide_call whole = {*conv, count_wide};
    whole.conv.out_channels = done;
    bnnmk_binary_conv2d_by_tiles(&whole.conv, begin, end, BNNMK_WIDE_PIXEL_BLOCK, convolve);
  }
  if (left > 0) {
    bnnmk_binary_conv2d rest = *conv;
    rest.out_channels = left;
    rest.channel_offset += done;
    rest.weights = bnnmk_block_weights(conv, done / BNNMK_CHANNEL_BLOCK);
    rest.switch_points = conv->switch_points ? conv->switch_points + done : 0;
    rest.scale = conv->scale ? conv->scale + done : 0;
    rest.bias = conv->bias ? conv->bias + done : 0;
    bnnmk_binary_conv2d_x86_avx2(&rest, begin, end);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

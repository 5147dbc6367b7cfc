// Binary convolution for AVX-512 with VPOPCNTDQ: XOR with a broadcast input word, count, and add, on up to seven pixels
// times two registers of eight channels' words, or of sixteen channels' halves of words.
#if defined(__x86_64__) || defined(__i386__)

#include "count_wide_x86_avx512.h"
#include "finish_wide_x86_avx512.h"
#include "kernel_declarations.h"

INLINE void count_tile(const bnnmk_wide_taps *taps, const int pixel_count, bnnmk_wide_counts counts) {
  const __m512i zero = _mm512_setzero_si512();
  tile_sums sums;
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    sums[p][0] = sums[p][1] = zero;
  }
  count_sums(WORDS, taps, (wide_weights){taps->weights[0], (size_t)(taps->weights[1] - taps->weights[0])}, pixel_count,
             sums);
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    _mm512_store_si512(counts[p][0], _mm512_sub_epi64(zero, sums[p][0]));
    _mm512_store_si512(counts[p][1], _mm512_sub_epi64(zero, sums[p][1]));
  }
}

// What padding differs of sixteen channels, [kind of pixel][block]; out of line, for the sake of tiles without.
static VPOPCNTDQ __attribute__((noinline)) void count_padding(const bnnmk_wide_padding *padding, uint32_t channel,
                                                              bnnmk_wide_counts counts) {
  bnnmk_padding_counts of_kinds;
  bnnmk_count_wide_padding(padding, channel, BNNMK_WIDE_CHANNELS, of_kinds);
  for (int kind = 0; kind < BNNMK_PIXEL_KINDS; kind++) {
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      const __m256i of_block = _mm256_loadu_si256((const __m256i *)(of_kinds[kind] + v * BNNMK_CHANNEL_BLOCK));
      _mm512_storeu_si512(counts[kind][v], _mm512_cvtepu32_epi64(of_block));
    }
  }
}

// Sums of two registers of channels before the first tap: `starts`, less what pixels lack, and what padding differs.
INLINE void start_sums(const lanes of, const __m512i starts[BNNMK_WIDE_BLOCKS], const bnnmk_wide_sums *s,
                       uint32_t channel, const int pixel_count, tile_sums sums) {
  if (of == WORDS && __builtin_expect(s->padding != 0, 0)) {
    bnnmk_wide_counts padding;
    count_padding(s->padding, channel, padding);
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      BNNMK_REGISTERS
      for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
        const __m512i of_pixel = _mm512_loadu_si512(padding[bnnmk_pixel_kind(p, pixel_count)][v]);
        sums[p][v] = _mm512_sub_epi64(starts[v], of_pixel);
      }
    }
    return;
  }
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      sums[p][v] = starts[v];
    }
  }
  if (s->lacked_first > 0 || s->lacked_last > 0) {
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      sums[0][v] = subtract(of, starts[v], broadcast(of, s->lacked_first));
      sums[pixel_count - 1][v] = subtract(of, starts[v], broadcast(of, s->lacked_last));
    }
  }
}

// The largest counts of two registers of channels whose accumulators are not below their points.
INLINE void load_limits(const lanes of, const int32_t *points, int32_t all, __m512i limits[BNNMK_WIDE_BLOCKS]) {
  BNNMK_REGISTERS
  for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
    if (of == WORDS) {
      limits[v] = bnnmk_count_limits(_mm256_loadu_si256((const __m256i *)points + v), all);
    } else {
      // Points that no accumulator reaches, or all do, may be too far for 32 bits.
      const __m512i most = _mm512_set1_epi32(all), least = _mm512_set1_epi32(-all);
      const __m512i point = _mm512_max_epi32(_mm512_loadu_si512((const __m512i *)points + v), least);
      const __m512i near = _mm512_min_epi32(point, _mm512_set1_epi32(all + 1));
      limits[v] = _mm512_srai_epi32(_mm512_sub_epi32(most, near), 1);
    }
  }
}

// Stores the signs of a pixel's sums.
INLINE void store_signs(const lanes of, const __m512i sums[BNNMK_WIDE_BLOCKS], uint8_t *bytes) {
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  if (of == WORDS) {
    const __m512i upper_halves = _mm512_permutex2var_epi32(sums[0], odd, sums[1]);
    const uint16_t minus = (uint16_t)_cvtmask16_u32(_mm512_movepi32_mask(upper_halves));
    __builtin_memcpy(bytes, &minus, sizeof minus);
  } else {
    const __mmask32 both = _mm512_kunpackw(_mm512_movepi32_mask(sums[1]), _mm512_movepi32_mask(sums[0]));
    const uint32_t minus = _cvtmask32_u32(both);
    __builtin_memcpy(bytes, &minus, sizeof minus);
  }
}

// Sums start at the limits: they are negative where a count is above its one, and the accumulator below its point.
// `pixel_count` is a constant in every call.
INLINE void decide_pixels(const lanes of, const bnnmk_wide_taps *all_taps, const bnnmk_wide_sums *all_sums,
                          const bnnmk_wide_decisions *decisions, const int pixel_count) {
  // Copies, which no store can change.
  bnnmk_wide_taps taps = *all_taps;
  const bnnmk_wide_sums s = *all_sums;
  bnnmk_wide_decisions d = *decisions;
  const size_t row_pixels = (size_t)s.tile_count * (size_t)pixel_count;
  const size_t others = s.block_words * BNNMK_CHANNEL_BLOCK;
  for (uint32_t row = s.row_count; row > 0; row--) {
    for (uint32_t tile = s.tile_count; tile > 0; tile--) {
      wide_weights weights = {taps.weights[0], others};
      for (uint32_t channel = 0; channel < s.channel_count; channel += channels_of(of)) {
        __m512i limits[BNNMK_WIDE_BLOCKS];
        load_limits(of, d.points + channel, s.all, limits);
        tile_sums sums;
        start_sums(of, limits, &s, channel, pixel_count, sums);
        count_sums(of, &taps, weights, pixel_count, sums);
        uint8_t *bytes = d.bytes + channel / 8;
        BNNMK_REGISTERS
        for (int p = 0; p < pixel_count; p++, bytes += d.pixel_bytes) {
          store_signs(of, sums[p], bytes);
        }
        weights.words += BNNMK_WIDE_BLOCKS * others;
      }
      taps.first += (int64_t)((size_t)pixel_count * taps.pixel_step);
      d.bytes += (size_t)pixel_count * d.pixel_bytes;
    }
    taps.first += (int64_t)s.input_row_step - (int64_t)(row_pixels * taps.pixel_step);
    d.bytes += d.row_bytes - row_pixels * d.pixel_bytes;
  }
}

INLINE void decide_tiles(const bnnmk_wide_taps *taps, const bnnmk_wide_sums *sums,
                         const bnnmk_wide_decisions *decisions, const int pixel_count) {
  if (sums->has_halves && may_have_halves(pixel_count)) {
    decide_pixels(HALVES, taps, sums, decisions, pixel_count);
  } else {
    decide_pixels(WORDS, taps, sums, decisions, pixel_count);
  }
}

static VPOPCNTDQ void decide_wide(const bnnmk_wide_taps *taps, const bnnmk_wide_sums *sums,
                                  const bnnmk_wide_decisions *decisions) {
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      decide_tiles(taps, sums, decisions, BNNMK_WIDE_PIXELS);
      break;
    case 6:
      decide_tiles(taps, sums, decisions, 6);
      break;
    case 4:
      decide_tiles(taps, sums, decisions, 4);
      break;
    default:
      decide_tiles(taps, sums, decisions, 1);
  }
}

// Sixteen channels' round(scale * acc + bias) = round(2 * scale * sum + bias), of sums that are halves of accumulators.
typedef struct half_scale {
  __m512 twice_scale, bias;
} half_scale;

INLINE half_scale load_scale(const bnnmk_binary_conv2d *conv, uint32_t channel) {
  const __m512 scale = _mm512_loadu_ps(conv->scale + channel);
  return (half_scale){_mm512_add_ps(scale, scale),
                      conv->bias ? _mm512_loadu_ps(conv->bias + channel) : _mm512_setzero_ps()};
}

INLINE __m512 scale_sums(half_scale by, __m512i sums) {
  return _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), by.twice_scale, by.bias);
}

// The last sixteen channels, where they have no pair: x[p][1].
INLINE void finish_single(const bnnmk_wide_finish *f, const int pixel_count, uint32_t channel, bnnmk_pixel_values *x) {
  float numbers[BNNMK_WIDE_PIXELS][BNNMK_WIDE_CHANNELS];
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    _mm512_storeu_ps(numbers[p], x[p][1]);
  }
  const bnnmk_wide_place place = {f->row, f->pixel, (uint32_t)pixel_count, channel, BNNMK_WIDE_CHANNELS};
  const bnnmk_wide_source source = {.values = numbers[0], .stride = BNNMK_WIDE_CHANNELS};
  bnnmk_finish_wide_x86_avx512(f->conv->epilogue, &place, &source);
}

// Values stay in registers from the first tap to the last step: stored in between, they would wait to be read again.
// Steps take two registers of each pixel, enough for one to begin while another ends. Sums start at half of `all`.
// `pixel_count` is a constant in every call.
INLINE void finish_pixels(const lanes of, const bnnmk_wide_taps *all_taps, const bnnmk_wide_sums *all_sums,
                          const bnnmk_wide_finish *finish, const int pixel_count) {
  bnnmk_wide_taps taps = *all_taps;
  const bnnmk_wide_sums s = *all_sums;
  bnnmk_wide_finish f = *finish;
  const bnnmk_binary_conv2d *conv = f.conv;
  const size_t row_pixels = (size_t)s.tile_count * (size_t)pixel_count;
  const bnnmk_finish_tile pair = {pixel_count, BNNMK_FINISH_VECTORS, BNNMK_ALL_LANES};
  const size_t others = s.block_words * BNNMK_CHANNEL_BLOCK;
  const __m512i half = broadcast(of, s.all / 2), starts[BNNMK_WIDE_BLOCKS] = {half, half};
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const int is_clamped = conv->minimum > -__builtin_inff() || conv->maximum < __builtin_inff();
  for (uint32_t row = s.row_count; row > 0; row--) {
    for (uint32_t tile = s.tile_count; tile > 0; tile--) {
      wide_weights weights = {taps.weights[0], others};
      bnnmk_pixel_values x[BNNMK_WIDE_PIXELS] = {{_mm512_setzero_ps(), _mm512_setzero_ps()}};
      for (uint32_t channel = 0; channel < s.channel_count; channel += channels_of(of)) {
        const int has_pair = of == HALVES || channel % (2 * BNNMK_WIDE_CHANNELS) > 0;
        tile_sums sums;
        const uint32_t last = of == WORDS ? channel : channel + BNNMK_WIDE_CHANNELS;
        const half_scale by = load_scale(conv, last);
        start_sums(of, starts, &s, channel, pixel_count, sums);
        count_sums(of, &taps, weights, pixel_count, sums);
        if (of == WORDS) {
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            x[p][0] = x[p][1];
            x[p][1] = scale_sums(by, _mm512_permutex2var_epi32(sums[p][0], even, sums[p][1]));
          }
        } else {
          const half_scale by_first = load_scale(conv, channel);
          BNNMK_REGISTERS
          for (int p = 0; p < pixel_count; p++) {
            x[p][0] = scale_sums(by_first, sums[p][0]);
            x[p][1] = scale_sums(by, sums[p][1]);
          }
        }
        weights.words += BNNMK_WIDE_BLOCKS * others;
        if (!has_pair && last + BNNMK_WIDE_CHANNELS < s.channel_count) {
          continue;
        }
        if (is_clamped) {
          bnnmk_clamp_wide(pair, conv->minimum, conv->maximum, x);
        }
        const uint32_t of_output = conv->channel_offset + last;
        if (has_pair) {
          bnnmk_finish_pairs(pixel_count, conv->epilogue, f.row, f.pixel, of_output - BNNMK_WIDE_CHANNELS, x);
        } else {
          finish_single(&f, pixel_count, of_output, x);
        }
      }
      taps.first += (int64_t)((size_t)pixel_count * taps.pixel_step);
      f.pixel += (size_t)pixel_count;
    }
    taps.first += (int64_t)s.input_row_step - (int64_t)(row_pixels * taps.pixel_step);
    f.row++;
    f.pixel += conv->window.out_w - row_pixels;
  }
}

INLINE void finish_tiles(const bnnmk_wide_taps *taps, const bnnmk_wide_sums *sums, const bnnmk_wide_finish *finish,
                         const int pixel_count) {
  if (sums->has_halves && may_have_halves(pixel_count)) {
    finish_pixels(HALVES, taps, sums, finish, pixel_count);
  } else {
    finish_pixels(WORDS, taps, sums, finish, pixel_count);
  }
}

static VPOPCNTDQ void finish_wide(const bnnmk_wide_taps *taps, const bnnmk_wide_sums *sums,
                                  const bnnmk_wide_finish *finish) {
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      finish_tiles(taps, sums, finish, BNNMK_WIDE_PIXELS);
      break;
    case 6:
      finish_tiles(taps, sums, finish, 6);
      break;
    case 4:
      finish_tiles(taps, sums, finish, 4);
      break;
    default:
      finish_tiles(taps, sums, finish, 1);
  }
}

static VPOPCNTDQ void count_wide(const bnnmk_wide_taps *taps, bnnmk_wide_counts counts) {
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      count_tile(taps, BNNMK_WIDE_PIXELS, counts);
      break;
    case 6:
      count_tile(taps, 6, counts);
      break;
    case 4:
      count_tile(taps, 4, counts);
      break;
    default:
      count_tile(taps, 1, counts);
  }
}

// Asks for all weights at once: since the layer's last run others' weights have mostly taken their place in the near
// caches, and the first tiles would wait for one line after the other. A line that is near costs a cycle, little beside
// what some pixels take.
static void prefetch_weights(const bnnmk_binary_conv2d *conv, uint32_t row_count) {
  enum { FEWEST_PIXELS = 32, LINE_WORDS = 8 };
  if ((uint64_t)row_count * conv->window.out_w < FEWEST_PIXELS) {
    return;
  }
  const uint32_t blocks = (conv->out_channels + BNNMK_CHANNEL_BLOCK - 1) / BNNMK_CHANNEL_BLOCK;
  const uint64_t *last = bnnmk_block_weights(conv, blocks);
  for (const uint64_t *line = conv->weights; line < last; line += LINE_WORDS) {
    __builtin_prefetch(line);
  }
}

VPOPCNTDQ void bnnmk_binary_conv2d_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  static const bnnmk_wide_loops loops = {count_wide, decide_wide, finish_wide, 0};
  prefetch_weights(arguments, end - begin);
  if (!bnnmk_binary_conv2d_halves(arguments, begin, end, &loops) &&
      !bnnmk_binary_conv2d_folded(arguments, begin, end, &loops)) {
    bnnmk_binary_conv2d_wide(arguments, begin, end, 0, &loops);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

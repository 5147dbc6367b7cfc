// Binary convolution for AVX-512 with VPOPCNTDQ: XOR with a broadcast input word, count, and add, on up to seven pixels
// times two registers of eight channels' words.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"
#include "finish_wide_x86_avx512.h"
#include "kernel_declarations.h"

#define VPOPCNTDQ __attribute__((target(BNNMK_AVX512_FEATURES ",avx512vpopcntdq")))
#define INLINE static inline VPOPCNTDQ __attribute__((always_inline))

typedef __m512i tile_sums[BNNMK_WIDE_PIXELS][BNNMK_WIDE_BLOCKS];

// Bytes from a pixel's word to those of others: multiples of these, so that a load needs no sum of its own.
typedef struct pixel_steps {
  size_t one, three, five;
} pixel_steps;

// The word of pixel p, a constant, from x on.
INLINE __m512i broadcast_word(const uint64_t *x, pixel_steps steps, const int p) {
  const size_t behind = p == 3 ? steps.three : p == 5 ? steps.five : p == 6 ? 2 * steps.three : (size_t)p * steps.one;
  long long word;
  __builtin_memcpy(&word, (const char *)x + behind, sizeof word);
  return _mm512_set1_epi64(word);
}

// Weights of sixteen channels: the words of eight, and how many words behind them those of the others are.
typedef struct wide_weights {
  const uint64_t *words;
  size_t others;
} wide_weights;

// Takes what differs in a run of words off the sums of the pixels from...<to, constants in every call; x stands on the
// first of them.
INLINE void count_run(const uint64_t *x, pixel_steps steps, size_t length, wide_weights weights, const int from,
                      const int to, tile_sums sums) {
  for (const uint64_t *end = x + length; x < end; x++, weights.words += BNNMK_CHANNEL_BLOCK) {
    const __m512i words[BNNMK_WIDE_BLOCKS] = {_mm512_loadu_si512(weights.words),
                                              _mm512_loadu_si512(weights.words + weights.others)};
    BNNMK_REGISTERS
    for (int p = from; p < to; p++) {
      BNNMK_REGISTERS
      for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
        // XOR broadcasts the word itself, which is cheaper than once for both.
        BNNMK_COMPUTE_HERE("r", x);
        const __m512i word = broadcast_word(x, steps, p - from);
        sums[p][v] = _mm512_sub_epi64(sums[p][v], _mm512_popcnt_epi64(_mm512_xor_si512(words[v], word)));
      }
    }
  }
}

// Takes what differs off the sums. `pixel_count`, and whether there are taps to be skipped, are constants in every
// call, so that the sums live in registers.
INLINE void count_rows(const bnnmk_wide_taps *taps, wide_weights weights, const int pixel_count, const int skips,
                       tile_sums sums) {
  const bnnmk_tap_box box = taps->box;
  const size_t step = taps->pixel_step, length = box.run_length;
  const pixel_steps steps = {step * sizeof(uint64_t), 3 * step * sizeof(uint64_t), 5 * step * sizeof(uint64_t)};
  int64_t row_first = taps->first;
  for (uint32_t row = box.row_count; row > 0; row--) {
    int64_t first = row_first;
    wide_weights run_weights = weights;
    for (uint32_t run = 0; run < box.run_count; run++) {
      const int skips_first = skips && run < taps->skipped_by_first;
      const int skips_last = skips && run + taps->skipped_by_last >= box.run_count;
      const uint64_t *x = taps->input + (first + (skips_first ? (int64_t)step : 0));
      if (!(skips_first || skips_last)) {
        count_run(x, steps, length, run_weights, 0, pixel_count, sums);
      } else if (!skips_last) {
        count_run(x, steps, length, run_weights, 1, pixel_count, sums);
      } else if (!skips_first) {
        count_run(x, steps, length, run_weights, 0, pixel_count - 1, sums);
      } else {
        count_run(x, steps, length, run_weights, 1, pixel_count - 1, sums);
      }
      first += (int64_t)box.input_run_step;
      run_weights.words += box.weights_run_step * BNNMK_CHANNEL_BLOCK;
    }
    row_first += (int64_t)box.input_row_step;
    weights.words += box.weights_row_step * BNNMK_CHANNEL_BLOCK;
  }
}

INLINE void count_sums(const bnnmk_wide_taps *taps, wide_weights weights, const int pixel_count, tile_sums sums) {
  if (pixel_count == BNNMK_WIDE_PIXELS && (taps->skipped_by_first > 0 || taps->skipped_by_last > 0)) {
    count_rows(taps, weights, pixel_count, 1, sums);
  } else {
    count_rows(taps, weights, pixel_count, 0, sums);
  }
}

INLINE void count_tile(const bnnmk_wide_taps *taps, const int pixel_count, bnnmk_wide_counts counts) {
  const __m512i zero = _mm512_setzero_si512();
  tile_sums sums;
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    sums[p][0] = sums[p][1] = zero;
  }
  count_sums(taps, (wide_weights){taps->weights[0], (size_t)(taps->weights[1] - taps->weights[0])}, pixel_count, sums);
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    _mm512_store_si512(counts[p][0], _mm512_sub_epi64(zero, sums[p][0]));
    _mm512_store_si512(counts[p][1], _mm512_sub_epi64(zero, sums[p][1]));
  }
}

// Takes off the sums what padding differs; nothing where `padding` is NULL.
INLINE void take_padding_off(const bnnmk_wide_padding *padding, uint32_t channel, const int pixel_count,
                             tile_sums sums) {
  if (!padding) {
    return;
  }
  bnnmk_padding_counts counts;
  bnnmk_count_wide_padding(padding, channel, BNNMK_WIDE_CHANNELS, counts);
  BNNMK_REGISTERS
  for (int p = 0; p < pixel_count; p++) {
    const uint32_t *of_pixel = counts[bnnmk_pixel_kind(p, pixel_count)];
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      const __m256i of_block = _mm256_loadu_si256((const __m256i *)(of_pixel + v * BNNMK_CHANNEL_BLOCK));
      sums[p][v] = _mm512_sub_epi64(sums[p][v], _mm512_cvtepu32_epi64(of_block));
    }
  }
}

// Sums start at the limits: they are negative where a count is above its one, and the accumulator below its point.
// `pixel_count` is a constant in every call.
INLINE void decide_pixels(const bnnmk_wide_taps *arguments, const bnnmk_wide_decisions *decisions,
                          const int pixel_count) {
  // Copies, which no store can change.
  const bnnmk_wide_taps taps = *arguments;
  const bnnmk_wide_decisions d = *decisions;
  const size_t others = d.block_words * BNNMK_CHANNEL_BLOCK;
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  wide_weights weights = {taps.weights[0], others};
  for (uint32_t channel = 0; channel < d.channel_count; channel += BNNMK_WIDE_CHANNELS) {
    const __m256i *points = (const __m256i *)(d.points + channel);
    tile_sums sums;
    BNNMK_REGISTERS
    for (int v = 0; v < BNNMK_WIDE_BLOCKS; v++) {
      const __m512i limits = bnnmk_count_limits(_mm256_loadu_si256(points + v), d.all);
      BNNMK_REGISTERS
      for (int p = 0; p < pixel_count; p++) {
        sums[p][v] = limits;
      }
      if (d.start_first > 0 || d.start_last > 0) {
        sums[0][v] = _mm512_sub_epi64(limits, _mm512_set1_epi64(d.start_first));
        sums[pixel_count - 1][v] = _mm512_sub_epi64(limits, _mm512_set1_epi64(d.start_last));
      }
    }
    take_padding_off(d.padding, channel, pixel_count, sums);
    count_sums(&taps, weights, pixel_count, sums);
    uint8_t *bytes = d.bytes + channel / 8;
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++, bytes += d.pixel_bytes) {
      const __m512i upper_halves = _mm512_permutex2var_epi32(sums[p][0], odd, sums[p][1]);
      const uint16_t minus = (uint16_t)_cvtmask16_u32(_mm512_movepi32_mask(upper_halves));
      __builtin_memcpy(bytes, &minus, sizeof minus);
    }
    weights.words += BNNMK_WIDE_BLOCKS * others;
  }
}

static VPOPCNTDQ void decide_wide(const bnnmk_wide_taps *taps, const bnnmk_wide_decisions *decisions) {
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      decide_pixels(taps, decisions, BNNMK_WIDE_PIXELS);
      break;
    case 4:
      decide_pixels(taps, decisions, 4);
      break;
    case 2:
      decide_pixels(taps, decisions, 2);
      break;
    default:
      decide_pixels(taps, decisions, 1);
  }
}

// round(scale * (all - 2 * count) + bias) of a pixel's sixteen channels, whose sums are what counts took off 0.
INLINE __m512 scale_sums(const __m512i sums[BNNMK_WIDE_BLOCKS], __m512 all, __m512 scale, __m512 bias) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512 minus_counts = _mm512_cvtepi32_ps(_mm512_permutex2var_epi32(sums[0], even, sums[1]));
  // Exact: accumulators are below 2^24.
  const __m512 accumulators = _mm512_fmadd_ps(minus_counts, _mm512_set1_ps(2.0f), all);
  return _mm512_fmadd_ps(accumulators, scale, bias);
}

// Values stay in registers from the first tap to the last step: stored in between, they would wait to be read again.
// `pixel_count` is a constant in every call.
INLINE void finish_pixels(const bnnmk_wide_taps *arguments, const bnnmk_wide_finish *finish, const int pixel_count) {
  const bnnmk_wide_taps taps = *arguments;
  const bnnmk_wide_finish f = *finish;
  const bnnmk_binary_conv2d *conv = f.conv;
  const bnnmk_finish_tile t = {pixel_count, 1, BNNMK_ALL_LANES};
  const size_t others = f.block_words * BNNMK_CHANNEL_BLOCK;
  const __m512 all_first = _mm512_set1_ps((float)f.all_first), all_last = _mm512_set1_ps((float)f.all_last);
  const __m512 all = _mm512_set1_ps((float)f.all);
  const int is_clamped = conv->minimum > -__builtin_inff() || conv->maximum < __builtin_inff();
  wide_weights weights = {taps.weights[0], others};
  for (uint32_t channel = 0; channel < f.channel_count; channel += BNNMK_WIDE_CHANNELS) {
    tile_sums sums;
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      sums[p][0] = sums[p][1] = _mm512_setzero_si512();
    }
    take_padding_off(f.padding, channel, pixel_count, sums);
    count_sums(&taps, weights, pixel_count, sums);
    const __m512 scale = _mm512_loadu_ps(conv->scale + channel);
    const __m512 bias = conv->bias ? _mm512_loadu_ps(conv->bias + channel) : _mm512_setzero_ps();
    bnnmk_pixel_values x[BNNMK_WIDE_PIXELS];
    BNNMK_REGISTERS
    for (int p = 0; p < pixel_count; p++) {
      x[p][0] = scale_sums(sums[p], p == 0 ? all_first : p == pixel_count - 1 ? all_last : all, scale, bias);
    }
    if (is_clamped) {
      bnnmk_clamp_wide(t, conv->minimum, conv->maximum, x);
    }
    bnnmk_finish_tile_values(t, conv->epilogue, f.row, f.pixel, conv->channel_offset + channel, x);
    weights.words += BNNMK_WIDE_BLOCKS * others;
  }
}

static VPOPCNTDQ void finish_wide(const bnnmk_wide_taps *taps, const bnnmk_wide_finish *finish) {
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      finish_pixels(taps, finish, BNNMK_WIDE_PIXELS);
      break;
    case 4:
      finish_pixels(taps, finish, 4);
      break;
    case 2:
      finish_pixels(taps, finish, 2);
      break;
    default:
      finish_pixels(taps, finish, 1);
  }
}

static VPOPCNTDQ void count_wide(const bnnmk_wide_taps *taps, bnnmk_wide_counts counts) {
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      count_tile(taps, BNNMK_WIDE_PIXELS, counts);
      break;
    case 4:
      count_tile(taps, 4, counts);
      break;
    case 2:
      count_tile(taps, 2, counts);
      break;
    default:
      count_tile(taps, 1, counts);
  }
}

VPOPCNTDQ void bnnmk_binary_conv2d_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  static const bnnmk_wide_loops loops = {count_wide, decide_wide, finish_wide};
  bnnmk_binary_conv2d_wide(arguments, begin, end, &loops);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

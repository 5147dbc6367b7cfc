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

// Neighbouring runs of a row in which the same pixels have taps.
typedef struct tap_runs {
  uint32_t count;
  size_t length, step;  // words: of a run, and from one to the next in the input
} tap_runs;

// The box's runs but for `count` of them; those that follow each other in memory are one.
INLINE tap_runs runs_of(const bnnmk_tap_box *box, uint32_t count) {
  return box->input_run_step == box->run_length
             ? (tap_runs){count > 0, count * box->run_length, count * box->run_length}
             : (tap_runs){count, box->run_length, box->input_run_step};
}

// Takes what differs in `runs`, the first of which starts at `first`, off the sums of the pixels from...<to; gives
// where the next ones start.
INLINE int64_t count_runs(const bnnmk_wide_taps *taps, int64_t first, pixel_steps steps, tap_runs runs,
                          wide_weights *weights, const int from, const int to, tile_sums sums) {
  for (uint32_t run = runs.count; run > 0; run--) {
    const uint64_t *x = taps->input + (first + (from > 0 ? (int64_t)taps->pixel_step : 0));
    count_run(x, steps, runs.length, *weights, from, to, sums);
    weights->words += runs.length * BNNMK_CHANNEL_BLOCK;
    first += (int64_t)runs.step;
  }
  return first;
}

// Takes what differs off the sums. `pixel_count`, and whether the first or the last pixel lacks taps, in runs at either
// end of a row, are constants in every call, so that the sums live in registers.
INLINE void count_rows(const bnnmk_wide_taps *taps, wide_weights weights, const int pixel_count, const int lacks_taps,
                       tile_sums sums) {
  const bnnmk_tap_box box = taps->box;
  const uint32_t head_count = lacks_taps ? taps->skipped_by_first : 0,
                 tail_count = lacks_taps ? taps->skipped_by_last : 0;
  const tap_runs head = runs_of(&box, head_count), tail = runs_of(&box, tail_count);
  const tap_runs middle = lacks_taps ? runs_of(&box, box.run_count - head_count - tail_count)
                                     : (tap_runs){box.run_count, box.run_length, box.input_run_step};
  const size_t step = taps->pixel_step;
  const pixel_steps steps = {step * sizeof(uint64_t), 3 * step * sizeof(uint64_t), 5 * step * sizeof(uint64_t)};
  int64_t row_first = taps->first;
  for (uint32_t row = box.row_count; row > 0; row--) {
    int64_t first = row_first;
    wide_weights row_weights = weights;
    if (lacks_taps) {
      first = count_runs(taps, first, steps, head, &row_weights, 1, pixel_count, sums);
    }
    first = count_runs(taps, first, steps, middle, &row_weights, 0, pixel_count, sums);
    if (lacks_taps) {
      count_runs(taps, first, steps, tail, &row_weights, 0, pixel_count - 1, sums);
    }
    row_first += (int64_t)box.input_row_step;
    weights.words += box.weights_row_step * BNNMK_CHANNEL_BLOCK;
  }
}

INLINE void count_sums(const bnnmk_wide_taps *taps, wide_weights weights, const int pixel_count, tile_sums sums) {
  // Most tiles have seven pixels, and loops of their own where none lacks taps.
  if (pixel_count > 2 &&
      (pixel_count < BNNMK_WIDE_PIXELS || taps->skipped_by_first > 0 || taps->skipped_by_last > 0)) {
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

// Sums of sixteen channels before the first tap: `starts`, less what pixels lack, and what padding differs.
INLINE void start_sums(const __m512i starts[BNNMK_WIDE_BLOCKS], const bnnmk_wide_sums *s, uint32_t channel,
                       const int pixel_count, tile_sums sums) {
  if (__builtin_expect(s->padding != 0, 0)) {
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
      sums[0][v] = _mm512_sub_epi64(starts[v], _mm512_set1_epi64(s->lacked_first));
      sums[pixel_count - 1][v] = _mm512_sub_epi64(starts[v], _mm512_set1_epi64(s->lacked_last));
    }
  }
}

// Sums start at the limits: they are negative where a count is above its one, and the accumulator below its point.
// `pixel_count` is a constant in every call.
INLINE void decide_pixels(const bnnmk_wide_taps *all_taps, const bnnmk_wide_sums *all_sums,
                          const bnnmk_wide_decisions *decisions, const int pixel_count) {
  // Copies, which no store can change.
  bnnmk_wide_taps taps = *all_taps;
  const bnnmk_wide_sums s = *all_sums;
  bnnmk_wide_decisions d = *decisions;
  const size_t others = s.block_words * BNNMK_CHANNEL_BLOCK;
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  for (uint32_t tile = s.tile_count; tile > 0; tile--) {
    wide_weights weights = {taps.weights[0], others};
    for (uint32_t channel = 0; channel < s.channel_count; channel += BNNMK_WIDE_CHANNELS) {
      const __m256i *points = (const __m256i *)(d.points + channel);
      const __m512i limits[BNNMK_WIDE_BLOCKS] = {bnnmk_count_limits(_mm256_loadu_si256(points), s.all),
                                                 bnnmk_count_limits(_mm256_loadu_si256(points + 1), s.all)};
      tile_sums sums;
      start_sums(limits, &s, channel, pixel_count, sums);
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
    taps.first += (int64_t)((size_t)pixel_count * taps.pixel_step);
    d.bytes += (size_t)pixel_count * d.pixel_bytes;
  }
}

static VPOPCNTDQ void decide_wide(const bnnmk_wide_taps *taps, const bnnmk_wide_sums *sums,
                                  const bnnmk_wide_decisions *decisions) {
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      decide_pixels(taps, sums, decisions, BNNMK_WIDE_PIXELS);
      break;
    case 6:
      decide_pixels(taps, sums, decisions, 6);
      break;
    case 4:
      decide_pixels(taps, sums, decisions, 4);
      break;
    case 2:
      decide_pixels(taps, sums, decisions, 2);
      break;
    default:
      decide_pixels(taps, sums, decisions, 1);
  }
}

// round(2 * scale * sum + bias) of a pixel's sixteen channels, whose sums are halves of accumulators.
INLINE __m512 scale_sums(const __m512i sums[BNNMK_WIDE_BLOCKS], __m512 twice_scale, __m512 bias) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_permutex2var_epi32(sums[0], even, sums[1])), twice_scale, bias);
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
INLINE void finish_pixels(const bnnmk_wide_taps *all_taps, const bnnmk_wide_sums *all_sums,
                          const bnnmk_wide_finish *finish, const int pixel_count) {
  bnnmk_wide_taps taps = *all_taps;
  const bnnmk_wide_sums s = *all_sums;
  bnnmk_wide_finish f = *finish;
  const bnnmk_binary_conv2d *conv = f.conv;
  const bnnmk_finish_tile pair = {pixel_count, BNNMK_FINISH_VECTORS, BNNMK_ALL_LANES};
  const size_t others = s.block_words * BNNMK_CHANNEL_BLOCK;
  const __m512i half = _mm512_set1_epi64(s.all / 2), halves[BNNMK_WIDE_BLOCKS] = {half, half};
  const int is_clamped = conv->minimum > -__builtin_inff() || conv->maximum < __builtin_inff();
  for (uint32_t tile = s.tile_count; tile > 0; tile--) {
    wide_weights weights = {taps.weights[0], others};
    bnnmk_pixel_values x[BNNMK_WIDE_PIXELS] = {{_mm512_setzero_ps(), _mm512_setzero_ps()}};
    for (uint32_t channel = 0; channel < s.channel_count; channel += BNNMK_WIDE_CHANNELS) {
      const int has_pair = channel % (2 * BNNMK_WIDE_CHANNELS) > 0;
      tile_sums sums;
      start_sums(halves, &s, channel, pixel_count, sums);
      count_sums(&taps, weights, pixel_count, sums);
      const __m512 scale = _mm512_loadu_ps(conv->scale + channel), twice_scale = _mm512_add_ps(scale, scale);
      const __m512 bias = conv->bias ? _mm512_loadu_ps(conv->bias + channel) : _mm512_setzero_ps();
      BNNMK_REGISTERS
      for (int p = 0; p < pixel_count; p++) {
        x[p][0] = x[p][1];
        x[p][1] = scale_sums(sums[p], twice_scale, bias);
      }
      weights.words += BNNMK_WIDE_BLOCKS * others;
      if (!has_pair && channel + BNNMK_WIDE_CHANNELS < s.channel_count) {
        continue;
      }
      if (is_clamped) {
        bnnmk_clamp_wide(pair, conv->minimum, conv->maximum, x);
      }
      const uint32_t last = conv->channel_offset + channel;
      if (has_pair) {
        bnnmk_finish_pairs(pixel_count, conv->epilogue, f.row, f.pixel, last - BNNMK_WIDE_CHANNELS, x);
      } else {
        finish_single(&f, pixel_count, last, x);
      }
    }
    taps.first += (int64_t)((size_t)pixel_count * taps.pixel_step);
    f.pixel += (size_t)pixel_count;
  }
}

static VPOPCNTDQ void finish_wide(const bnnmk_wide_taps *taps, const bnnmk_wide_sums *sums,
                                  const bnnmk_wide_finish *finish) {
  // Two pixels are few: one after the other they take no code of their own.
  bnnmk_wide_sums singles = *sums;
  singles.tile_count *= taps->pixel_count;
  switch (taps->pixel_count) {
    case BNNMK_WIDE_PIXELS:
      finish_pixels(taps, sums, finish, BNNMK_WIDE_PIXELS);
      break;
    case 6:
      finish_pixels(taps, sums, finish, 6);
      break;
    case 4:
      finish_pixels(taps, sums, finish, 4);
      break;
    default:
      finish_pixels(taps, &singles, finish, 1);
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
    case 2:
      count_tile(taps, 2, counts);
      break;
    default:
      count_tile(taps, 1, counts);
  }
}

VPOPCNTDQ void bnnmk_binary_conv2d_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end) {
  static const bnnmk_wide_loops loops = {count_wide, decide_wide, finish_wide};
  if (!bnnmk_binary_conv2d_folded(arguments, begin, end, &loops)) {
    bnnmk_binary_conv2d_wide(arguments, begin, end, 0, &loops);
  }
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

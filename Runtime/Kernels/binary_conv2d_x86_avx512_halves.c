// Binary convolution on halves of words for AVX-512 with VPOPCNTDQ: a register holds those of sixteen output channels,
// whose sums then stand in it as they are wanted; and where channels end in half a word, the other half is not counted.
// Weights are packed for it in every call, of as many output channels as stay in the first cache:
//
//   packed[group of sixteen][ky][kx][half][channel]
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"

// Words on the stack.
enum { MOST_WEIGHT_WORDS = 2560, PAIR = 2 * BNNMK_WIDE_CHANNELS };

// Whether all channels' sums become decisions or values by a loop for halves, in pairs of registers, and packing
// weights costs less than it saves.
static BNNMK_TARGET_AVX512 int suits(const bnnmk_binary_conv2d *conv, uint32_t row_count) {
  const bnnmk_window *w = &conv->window;
  if (conv->mask || conv->padding_sums || conv->channels % 2 > 0 || conv->out_channels % PAIR > 0) {
    return 0;
  }
  // Folded, a word may have more rows of the window than two halves.
  if (conv->channels <= 21 && w->kernel_h > 2) {
    return 0;
  }
  const uint64_t tap_words = (uint64_t)w->kernel_h * w->kernel_w * conv->input_words;
  if ((uint64_t)row_count * w->out_w < 8 * tap_words) {
    return 0;
  }
  switch (conv->output_kind) {
    case BNNMK_OUTPUT_BITS:
      return conv->switch_count == 1 && conv->channel_offset % 8 == 0;
    case BNNMK_OUTPUT_EPILOGUE:
      return bnnmk_wide_scales_are_exact(conv);
    default:
      return 0;
  }
}

// Packs the weights of `group_count` groups of sixteen channels from `weights` on, `halves` of each tap's words.
static BNNMK_TARGET_AVX512 void pack_halves(const bnnmk_binary_conv2d *conv, const uint64_t *weights,
                                            uint32_t group_count, uint32_t halves, uint64_t *packed) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const size_t taps = (size_t)conv->window.kernel_h * conv->window.kernel_w, words = conv->input_words;
  const size_t block_words = taps * words * BNNMK_CHANNEL_BLOCK;
  for (uint32_t group = 0; group < group_count; group++, weights += BNNMK_WIDE_BLOCKS * block_words) {
    const uint64_t *from = weights;
    for (size_t tap = 0; tap < taps; tap++, from += words * BNNMK_CHANNEL_BLOCK) {
      for (uint32_t half = 0; half < halves; half++, packed += BNNMK_CHANNEL_BLOCK) {
        const uint64_t *word = from + half / 2 * BNNMK_CHANNEL_BLOCK;
        const __m512i which = _mm512_add_epi32(even, _mm512_set1_epi32((int)(half % 2)));
        const __m512i first = _mm512_loadu_si512(word), second = _mm512_loadu_si512(word + block_words);
        _mm512_storeu_si512(packed, _mm512_permutex2var_epi32(first, which, second));
      }
    }
  }
}

BNNMK_TARGET_AVX512 int bnnmk_binary_conv2d_halves(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                                   const bnnmk_wide_loops *loops) {
  const uint32_t halves = (conv->channels + 31) / 32;
  const uint64_t tap_count = (uint64_t)conv->window.kernel_h * conv->window.kernel_w;
  const uint64_t pair_words = tap_count * halves * BNNMK_WIDE_BLOCKS * BNNMK_CHANNEL_BLOCK;
  if (pair_words > MOST_WEIGHT_WORDS || !suits(conv, end - begin)) {
    return 0;
  }
  uint64_t packed[MOST_WEIGHT_WORDS];
  const uint32_t most_channels = (uint32_t)(MOST_WEIGHT_WORDS / pair_words) * PAIR;
  bnnmk_wide_loops of_halves = *loops;
  of_halves.half_bytes = halves == 1 ? sizeof(uint64_t) : sizeof(uint32_t);
  bnnmk_binary_conv2d part = *conv;
  part.weights = packed;
  part.input_words = halves;
  part.input_stride = halves == 1 ? conv->input_stride : 2 * conv->input_stride;
  for (uint32_t channel = 0; channel < conv->out_channels; channel += part.out_channels) {
    const uint32_t left = conv->out_channels - channel;
    part.out_channels = left < most_channels ? left : most_channels;
    part.channel_offset = conv->channel_offset + channel;
    part.switch_points = conv->switch_points ? conv->switch_points + channel : 0;
    part.scale = conv->scale ? conv->scale + channel : 0;
    part.bias = conv->bias ? conv->bias + channel : 0;
    const uint64_t *weights = conv->weights + channel * tap_count * conv->input_words;
    pack_halves(conv, weights, part.out_channels / BNNMK_WIDE_CHANNELS, halves, packed);
    bnnmk_binary_conv2d_wide(&part, begin, end, 0, &of_halves);
  }
  return 1;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

// Binary convolution of up to 32 channels for AVX-512 with VPOPCNTDQ: a pixel's bits are half a word, and a register
// holds those of sixteen output channels. Weights are packed so once a call:
//
//   packed[group of sixteen][ky][kx][channel] = the lower half of the channel's word
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"

// Words on the stack; what needs more is left to others.
enum { MOST_WEIGHT_WORDS = 2048 };

// Whether all channels' sums become decisions or values by a loop for halves, in pairs of registers.
static BNNMK_TARGET_AVX512 int suits(const bnnmk_binary_conv2d *conv) {
  if (conv->mask || conv->pad_differences || conv->channels > 32 || conv->channels % 2 > 0 ||
      conv->out_channels % (2 * BNNMK_WIDE_CHANNELS) > 0) {
    return 0;
  }
  // Folded, a word may have more rows of the window than two halves.
  const uint32_t folded_rows = 64 / conv->channels;
  if (folded_rows > 2 && conv->window.kernel_h > 2) {
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

BNNMK_TARGET_AVX512 int bnnmk_binary_conv2d_halves(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                                   const bnnmk_wide_loops *loops) {
  const size_t tap_count = (size_t)conv->window.kernel_h * conv->window.kernel_w;
  const size_t block_words = tap_count * BNNMK_CHANNEL_BLOCK;
  const uint32_t group_count = conv->out_channels / BNNMK_WIDE_CHANNELS;
  if (!suits(conv) || block_words > MOST_WEIGHT_WORDS || group_count * block_words > MOST_WEIGHT_WORDS) {
    return 0;
  }
  uint64_t packed[MOST_WEIGHT_WORDS], *to = packed;
  for (uint32_t group = 0; group < group_count; group++) {
    const uint64_t *first = conv->weights + group * BNNMK_WIDE_BLOCKS * block_words;
    for (size_t i = 0; i < block_words; i += BNNMK_CHANNEL_BLOCK, to += BNNMK_CHANNEL_BLOCK) {
      const __m256i low = _mm512_cvtepi64_epi32(_mm512_loadu_si512(first + i));
      const __m256i high = _mm512_cvtepi64_epi32(_mm512_loadu_si512(first + block_words + i));
      _mm512_storeu_si512(to, _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1));
    }
  }
  bnnmk_binary_conv2d halves = *conv;
  halves.weights = packed;
  bnnmk_binary_conv2d_wide(&halves, begin, end, 0, loops);
  return 1;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

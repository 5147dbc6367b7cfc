// Binary convolution of few channels for AVX-512 with VPOPCNTDQ: where a pixel's bits fill half a word or less, rows of
// the window are folded. Their bits stand side by side in one word, which is counted once.
//
// For each row of the output a map of folded words is made, `planes` rows high, as is the window over it:
//
//   folded[plane][x] = OR over r < per_word of input[y0 + (plane * per_word + r) * dilation][x] << r * channels
//
// Weights are folded alike, and anew where other rows of the window lie on the input. Bits behind the channels are 0 in
// both.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_conv2d_x86_avx512.h"

// Words on the stack; what needs more is left to others.
enum { MOST_INPUT_WORDS = 1024, MOST_WEIGHT_WORDS = 2048 };

typedef struct folded_layer {
  bnnmk_binary_conv2d conv;  // of folded rows
  bnnmk_tap_range rows;      // of the window, that its weights are of
  uint32_t per_word;
  uint64_t input[MOST_INPUT_WORDS];     // [plane][x]
  uint64_t weights[MOST_WEIGHT_WORDS];  // [block][plane][tap][channel]
} folded_layer;

static uint32_t plane_count(uint32_t rows, uint32_t per_word) { return (rows + per_word - 1) / per_word; }

// ORs `count` words, `step` from each other, shifted, into `folded`.
static inline BNNMK_TARGET_AVX512 void fold_words(const uint64_t *words, size_t step, size_t count, uint32_t shift,
                                                  uint64_t *folded) {
  for (size_t i = 0; i < count; i++) {
    folded[i] |= words[i * step] << shift;
  }
}

static BNNMK_TARGET_AVX512 void fold_weights(const bnnmk_binary_conv2d *conv, folded_layer *layer) {
  const bnnmk_window *w = &conv->window;
  const uint32_t blocks = (conv->out_channels + BNNMK_CHANNEL_BLOCK - 1) / BNNMK_CHANNEL_BLOCK;
  const uint32_t row_count = layer->rows.last - layer->rows.first, planes = plane_count(row_count, layer->per_word);
  const size_t row_words = (size_t)w->kernel_w * BNNMK_CHANNEL_BLOCK;
  __builtin_memset(layer->weights, 0, blocks * planes * row_words * sizeof(uint64_t));
  for (uint32_t block = 0; block < blocks; block++) {
    const uint64_t *from = conv->weights + (block * w->kernel_h + layer->rows.first) * row_words;
    uint64_t *to = layer->weights + block * planes * row_words;
    for (uint32_t r = 0; r < row_count; r++) {
      fold_words(from + r * row_words, 1, row_words, r % layer->per_word * conv->channels,
                 to + r / layer->per_word * row_words);
    }
  }
}

static BNNMK_TARGET_AVX512 void fold_input(const bnnmk_binary_conv2d *conv, uint32_t y, folded_layer *layer) {
  const bnnmk_window *w = &conv->window;
  const uint32_t row_count = layer->rows.last - layer->rows.first;
  const size_t row_step = (size_t)w->in_w * conv->input_stride;
  const size_t first = (size_t)((int64_t)y * w->stride_h - w->pad_top + (int64_t)layer->rows.first * w->dilation_h);
  __builtin_memset(layer->input, 0, (size_t)plane_count(row_count, layer->per_word) * w->in_w * sizeof(uint64_t));
  for (uint32_t r = 0; r < row_count; r++) {
    const uint64_t *row = conv->input + (first + (size_t)r * w->dilation_h) * row_step;
    const uint32_t shift = r % layer->per_word * conv->channels;
    uint64_t *to = layer->input + (size_t)(r / layer->per_word) * w->in_w;
    if (conv->input_stride == 1) {
      fold_words(row, 1, w->in_w, shift, to);
    } else {
      fold_words(row, conv->input_stride, w->in_w, shift, to);
    }
  }
}

BNNMK_TARGET_AVX512 int bnnmk_binary_conv2d_folded(const bnnmk_binary_conv2d *conv, uint32_t begin, uint32_t end,
                                                   const bnnmk_wide_loops *loops) {
  const bnnmk_window *w = &conv->window;
  const uint32_t per_word = 64 / conv->channels, blocks = (conv->out_channels + 7) / BNNMK_CHANNEL_BLOCK;
  const uint64_t most_planes = per_word > 0 ? plane_count(w->kernel_h, per_word) : w->kernel_h;
  if (most_planes == w->kernel_h || conv->mask || conv->padding_sums || most_planes * w->in_w > MOST_INPUT_WORDS ||
      blocks * most_planes * w->kernel_w * BNNMK_CHANNEL_BLOCK > MOST_WEIGHT_WORDS) {
    return 0;
  }
  folded_layer layer;
  layer.conv = *conv;
  layer.conv.input = layer.input;
  layer.conv.weights = layer.weights;
  layer.conv.input_stride = 1;
  layer.conv.channels = 64;
  layer.conv.window.stride_h = layer.conv.window.pad_top = 0;
  layer.conv.window.dilation_h = 1;
  layer.rows = (bnnmk_tap_range){0, 0};
  layer.per_word = per_word;
  for (uint32_t y = begin; y < end; y++) {
    const bnnmk_tap_range rows = bnnmk_row_taps(w, y);
    const uint32_t row_count = rows.last - rows.first;
    if (row_count == 0) {
      bnnmk_binary_conv2d_wide(conv, y, y + 1, 0, loops);
      continue;
    }
    if (rows.first != layer.rows.first || rows.last != layer.rows.last) {
      layer.rows = rows;
      layer.conv.window.in_h = layer.conv.window.kernel_h = plane_count(row_count, per_word);
      fold_weights(conv, &layer);
    }
    fold_input(conv, y, &layer);
    bnnmk_binary_conv2d_wide(&layer.conv, y, y + 1, row_count * conv->channels, loops);
  }
  return 1;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

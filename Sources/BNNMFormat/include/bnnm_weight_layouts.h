// Orders in which the weights of a binary convolution stand in memory. Files for any machine have them as words; a
// target's kernels may want another order, chosen when a model is compiled for it, or when it is opened.
#ifndef BNNM_WEIGHT_LAYOUTS_H
#define BNNM_WEIGHT_LAYOUTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// File contract: never renumbered, only added.
typedef enum bnnmf_weight_layout {
  BNNMF_LAYOUT_WORDS = 0,  // uint64 [groups][B][taps][S][BNNMF_CHANNEL_BLOCK], as bnnm_operators.h says
  // uint8 [groups][blocks of 64 output channels][taps][N][64], N = 2 * ceil(channels / 8): nibble k of a tap, a byte a
  // channel, which has channels 4k...4k + 3 in its low half. 32 channels stand as 0, 16, 1, 17, ... 15, 31; a last
  // block of at most 32 has only those: [taps][N][32].
  BNNMF_LAYOUT_NIBBLES = 1,
} bnnmf_weight_layout;

// What weights can be laid out for. Numbers are no file contract: files have names.
typedef enum bnnmf_target {
  BNNMF_TARGET_PORTABLE = 0,  // any machine
  BNNMF_TARGET_AARCH64 = 1,
  BNNMF_TARGET_ARMV7 = 2,
  BNNMF_TARGET_X86_AVX2 = 3,    // and AVX-512 without VPOPCNTDQ
  BNNMF_TARGET_X86_AVX512 = 4,  // with VPOPCNTDQ
} bnnmf_target;

// The weights of all groups of a binary convolution. Channels and output channels are those of one group.
typedef struct bnnmf_weight_shape {
  uint32_t groups, out_channels, taps, channels;
} bnnmf_weight_shape;

// The layout in which `target` wants such weights; `is_masked` where the convolution has a mask.
bnnmf_weight_layout bnnmf_weight_layout_for(bnnmf_target target, const bnnmf_weight_shape *shape, int is_masked);

// Bytes of the weights of one group in a layout; 0 for an unknown layout, or where they are not below 2^62.
uint64_t bnnmf_weight_group_size(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape);

// Brings weights of all groups from the order of words into a layout, or back. Both sides are aligned to 8 bytes, have
// the sizes of their layouts, and do not overlap.
void bnnmf_weights_from_words(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape, const uint64_t *words,
                              void *weights);
void bnnmf_weights_to_words(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape, const void *weights,
                            uint64_t *words);

// 1 where all that stands for no weight is 0, else 0: bits behind the last channel, channels behind the last output
// channel.
int bnnmf_weights_are_clean(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape, const void *weights);

// How many weights are -1 (bit 1): counts[group][tap][out_channels rounded up to BNNMF_CHANNEL_BLOCK].
void bnnmf_weight_bit_counts(bnnmf_weight_layout layout, const bnnmf_weight_shape *shape, const void *weights,
                             uint32_t *counts);

// The name of a target, as `bnnmf_model_info.target` has it; NULL for an unknown one.
const char *bnnmf_target_name(bnnmf_target target);

#ifdef __cplusplus
}
#endif
#endif

// One weight layout: how large a group is, and how it becomes words and comes from them. weight_layouts.c has the list.
#ifndef BNNMF_WEIGHT_LAYOUT_FORMS_H
#define BNNMF_WEIGHT_LAYOUT_FORMS_H

#include "bnnm_operators.h"

// Words of one pixel, and blocks of output channels, of one group.
static inline uint64_t bnnmf_shape_words(const bnnmf_weight_shape *shape) {
  return shape->channels / 64 + (shape->channels % 64 > 0);
}
static inline uint64_t bnnmf_shape_blocks(const bnnmf_weight_shape *shape) {
  return shape->out_channels / BNNMF_CHANNEL_BLOCK + (shape->out_channels % BNNMF_CHANNEL_BLOCK > 0);
}

typedef struct bnnmf_layout_form {
  // Bytes of one group, which the caller knows to be below 2^62.
  uint64_t (*group_size)(const bnnmf_weight_shape *shape);
  // One group from words, and back to them; every byte of the result is written.
  void (*from_words)(const bnnmf_weight_shape *shape, const uint64_t *words, void *weights);
  void (*to_words)(const bnnmf_weight_shape *shape, const void *weights, uint64_t *words);
  // Adds the bits that are 1 of each tap and output channel of one group to counts[tap][blocks * BNNMF_CHANNEL_BLOCK].
  void (*count_bits)(const bnnmf_weight_shape *shape, const void *weights, uint32_t *counts);
  // 1 where what stands for no weight is 0 in one group.
  int (*is_clean)(const bnnmf_weight_shape *shape, const void *weights);
} bnnmf_layout_form;

// BNNMF_LAYOUT_NIBBLES: whether it pays for such weights, and its form.
int bnnmf_nibbles_suit(const bnnmf_weight_shape *shape);
uint64_t bnnmf_nibbles_group_size(const bnnmf_weight_shape *shape);
void bnnmf_nibbles_from_words(const bnnmf_weight_shape *shape, const uint64_t *words, void *weights);
void bnnmf_nibbles_to_words(const bnnmf_weight_shape *shape, const void *weights, uint64_t *words);
void bnnmf_nibbles_count_bits(const bnnmf_weight_shape *shape, const void *weights, uint32_t *counts);
int bnnmf_nibbles_are_clean(const bnnmf_weight_shape *shape, const void *weights);

#endif

// The steps that layers of binary networks end in, as NEON takes them: eight channels of some pixels stay in registers
// from what they are made of to what is stored. plain_values_neon.c says which epilogues go so; finish_values_neon.c
// runs them, for binary convolution and for values in memory.
#ifndef BNNM_PLAIN_VALUES_NEON_H
#define BNNM_PLAIN_VALUES_NEON_H

#include <stddef.h>

#include "bnnm_kernels.h"

// What a round does, in this order.
typedef enum bnnmk_value_part {
  BNNMK_ADD_OPERAND,       // x += operand
  BNNMK_CLAMP_VALUES,      // x = min(max(x, minimum), maximum)
  BNNMK_CLAMP_NUMBERS,     // the same, where neither x nor maximum is -0
  BNNMK_ADD_SHIFT,         // x += shift
  BNNMK_RECTIFY_VALUES,    // x = x < 0 ? x * slopes : x
  BNNMK_RECTIFY_GENTLY,    // the same, with slopes in (0, 1]
  BNNMK_SCALE_VALUES,      // x *= factors
  BNNMK_ADD_SECOND_SHIFT,  // x += second_shift
  BNNMK_SUBTRACT_VECTOR,   // x -= vector
} bnnmk_value_part;

// Some steps.
typedef struct bnnmk_value_round {
  uint32_t parts;  // bit i: bnnmk_value_part i
  float minimum, maximum;
  const float *shift, *slopes, *factors, *second_shift, *vector;
  const float *operand;  // of the image's first pixel
  size_t operand_stride;
} bnnmk_value_round;

// Steps and what is stored. Pointers stand on the first channel: of the whole output pixel as made, of a block once
// that is chosen; where they have pixels, on the image's first.
typedef struct bnnmk_plain_steps {
  bnnmk_value_round rounds[BNNMK_MAX_STEPS + 1];
  uint32_t round_count;
  int has_clamps;           // whether some round clamps
  uint32_t channel;         // of the whole output pixel
  uint32_t channels;        // of the whole output pixel
  float *values;            // or NULL
  double *row_sums;         // of the first row, or NULL
  uint64_t *decisions;      // always the pixel's first word, or NULL
  uint8_t *decision_bytes;  // the block's byte, or NULL where it has none of its own
  size_t decision_words;    // of a pixel
  const float *points;      // [switch_count][channels]
  uint32_t switch_count;    // at least 1 with decisions
} bnnmk_plain_steps;

// What rounds do in a block, whose numbers may allow to do some of it in a shorter way: bit i is bnnmk_value_part i. 0
// behind the last one.
typedef struct bnnmk_block_parts {
  uint32_t of_round[BNNMK_MAX_STEPS + 2];
} bnnmk_block_parts;

// Values of a binary convolution: what they are made of, and their steps.
typedef struct bnnmk_plain_values {
  bnnmk_plain_steps all, block;           // of the whole output pixel, and of the block at hand, which C takes
  bnnmk_block_parts parts;                // of the block at hand
  uint32_t channel;                       // its first one, of the whole output pixel
  int has_block;                          // whether `block` is the one at hand
  float half_scale[BNNMK_CHANNEL_BLOCK];  // of acc / 2
  float bias[BNNMK_CHANNEL_BLOCK];
} bnnmk_plain_values;

// The steps of an epilogue. 1 where all of them can go so, which fills `steps`.
int bnnmk_make_plain_steps(const bnnmk_epilogue *epilogue, bnnmk_plain_steps *steps);

// The parts of eight channels from `channel` on. `may_be_minus_zero`: whether values may be -0 before the first step.
void bnnmk_choose_parts(const bnnmk_plain_steps *all, uint32_t channel, int may_be_minus_zero,
                        bnnmk_block_parts *parts);

// Those channels' steps; `block`, once a copy of `all`, keeps what blocks have in common.
void bnnmk_choose_block_steps(const bnnmk_plain_steps *all, uint32_t channel, const bnnmk_block_parts *parts,
                              bnnmk_plain_steps *block);

// Values of a binary convolution, all of them and a block's. 1 where they can go so.
int bnnmk_make_plain_values(const bnnmk_binary_conv2d *conv, bnnmk_plain_values *values);
int bnnmk_choose_plain_values(const bnnmk_binary_conv2d *conv, uint32_t block, bnnmk_plain_values *values);

// `pixel_count` pixels of a row from `pixel` on, eight channels each, from memory through the block's steps: input[p *
// channels].
void bnnmk_finish_floats_neon(const bnnmk_plain_steps *block, const float *input, size_t row, size_t pixel,
                              uint32_t pixel_count);

#endif

// The output transform of binary convolution for NEON: counts of differing bits become what the convolution stores.
#ifndef BNNM_FINISH_COUNTS_NEON_H
#define BNNM_FINISH_COUNTS_NEON_H

#include "binary_conv2d_tile.h"

// Counts of neighbouring pixels of one row and one block of channels: acc = all - 2 * count, |acc| <= 32767.
typedef struct bnnmk_counted_run {
  size_t row, pixel;  // of the first one
  uint32_t pixel_count, block;
  int32_t all;
  const uint16_t (*counts)[BNNMK_CHANNEL_BLOCK];  // those of a multiple of eight pixels can be read
} bnnmk_counted_run;

// What a round does, in this order.
typedef enum bnnmk_value_part {
  BNNMK_ADD_OPERAND,       // x += operand
  BNNMK_CLAMP_VALUES,      // x = min(max(x, minimum), maximum)
  BNNMK_ADD_SHIFT,         // x += shift
  BNNMK_RECTIFY_VALUES,    // x = x < 0 ? x * slopes : x
  BNNMK_RECTIFY_GENTLY,    // the same, with slopes in (0, 1]
  BNNMK_SCALE_VALUES,      // x *= factors
  BNNMK_ADD_SECOND_SHIFT,  // x += second_shift
} bnnmk_value_part;

// Steps of an epilogue on a block's channels.
typedef struct bnnmk_value_round {
  uint32_t parts;  // bit i: bnnmk_value_part i
  float minimum, maximum;
  const float *shift, *slopes, *factors, *second_shift;
  const float *operand;  // of the image's first pixel
  size_t operand_stride;
} bnnmk_value_round;

// Values of a block: what of the convolution and its epilogue they take. Pointers stand on the block's first channel.
typedef struct bnnmk_plain_values {
  float half_scale[BNNMK_CHANNEL_BLOCK];  // of acc / 2
  float bias[BNNMK_CHANNEL_BLOCK];
  bnnmk_value_round rounds[BNNMK_MAX_STEPS + 1];
  uint32_t round_count;
  uint32_t channel;         // of the whole output pixel
  uint32_t channels;        // of the whole output pixel
  float *values;            // of the image's first pixel, or NULL
  uint64_t *decisions;      // first word of the image's first pixel, or NULL
  uint8_t *decision_bytes;  // the block's byte of the image's first pixel, or NULL where it has none of its own
  size_t decision_words;    // of a pixel
  const float *points;      // [switch_count][channels]
  uint32_t switch_count;    // at least 1 with decisions
} bnnmk_plain_values;

// How runs of a block are stored.
typedef struct bnnmk_block_finish bnnmk_block_finish;
typedef void bnnmk_finish_counts(const bnnmk_binary_conv2d *conv, const bnnmk_block_finish *finish,
                                 const bnnmk_counted_run *run);
struct bnnmk_block_finish {
  bnnmk_finish_counts *finish;
  bnnmk_plain_values values;  // for bnnmk_finish_plain_values_neon
};

// The fastest way for `block`.
void bnnmk_choose_finish_neon(const bnnmk_binary_conv2d *conv, uint32_t block, bnnmk_block_finish *finish);

// Values in registers through to what is stored. 1 where a whole block's values can go so, which fills `values`.
int bnnmk_make_plain_values(const bnnmk_binary_conv2d *conv, uint32_t block, bnnmk_plain_values *values);
bnnmk_finish_counts bnnmk_finish_plain_values_neon;

// By tiles of accumulators and the transform that all levels share: everything.
bnnmk_finish_counts bnnmk_finish_by_tiles_neon;

// bnnmk_decide.
uint32_t bnnmk_decide_neon(const int32_t accumulators[BNNMK_CHANNEL_BLOCK], const int32_t *points,
                           uint32_t switch_count, size_t point_stride);

#endif

// The inner loop of binary convolution for AMX: sums of up to five tiles of pixels by sixteen channels.
#ifndef BNNM_MULTIPLY_TILES_X86_AMX_H
#define BNNM_MULTIPLY_TILES_X86_AMX_H

#include "amx_features.h"
#include "planes_x86_amx.h"

enum {
  BNNMK_TILE_CHANNELS = 16,
  BNNMK_PAIR_CHANNELS = 2 * BNNMK_TILE_CHANNELS,  // of sums side by side
  BNNMK_MOST_JOB_TILES = 5,
  BNNMK_MOST_JOB_ROWS = BNNMK_MOST_JOB_TILES * BNNMK_TILE_ROWS,
  BNNMK_WEIGHTS_REGISTER = 5,  // which always has sixteen rows
  BNNMK_TILES_AHEAD = 8,       // of weights: fewer would not have left the core when they are loaded
};

// How many of `tile_count` tiles job `job` has: all about as many, so that sums rarely wait for themselves.
static inline uint32_t bnnmk_tiles_of_job(uint32_t tile_count, uint32_t job) {
  const uint32_t jobs = (tile_count + BNNMK_MOST_JOB_TILES - 1) / BNNMK_MOST_JOB_TILES;
  return tile_count / jobs + (job < tile_count % jobs);
}

// Sums of some tiles of pixels, by sixteen channels.
typedef struct bnnmk_tile_job {
  const int8_t *input;  // the first plane's pixel that the first step of the first tile's first row reads
  uint32_t tile_count;
  // Of eight channels, the first step's first tap; NULL: stand as bytes already.
  const uint64_t *weights;
  size_t other_weights;  // words from there to those of the other eight channels, which may be the same
  const int8_t *bytes;   // where its weights are read as bytes; NULL: behind those of the job before
} bnnmk_tile_job;

// Weights as bytes: tiles that are written ahead of those that are read, around the end to the first one.
typedef struct bnnmk_byte_weights {
  int8_t *first, *end;
  int8_t *written;
  const int8_t *read;
  uint32_t ahead;
} bnnmk_byte_weights;

// What is done besides, of what has been summed up before: once every `interval` steps.
typedef struct bnnmk_tile_rest {
  void (*finish)(void *rest);
  void *rest;
  uint32_t interval;
} bnnmk_tile_rest;

// Where a job's steps are the same for all.
typedef struct bnnmk_tile_loop {
  const bnnmk_tile_step *steps;
  uint32_t step_count, tile_rows;
  bnnmk_byte_weights weights;
} bnnmk_tile_loop;

// Writes the first tiles of weights, before the first job.
void bnnmk_start_weights(bnnmk_tile_loop *loop, const bnnmk_tile_job *first);

// Computes a job's sums, a row of sixteen channels every BNNMK_PAIR_CHANNELS numbers, while weights become bytes for it
// and, behind them, for the next one, and the rest of others is finished.
void bnnmk_multiply_tiles(bnnmk_tile_loop *loop, const bnnmk_tile_job *job, const bnnmk_tile_job *next,
                          const bnnmk_tile_rest *rest, int32_t *sums);

#endif

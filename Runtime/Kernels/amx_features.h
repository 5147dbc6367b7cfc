// What kernels of the AMX level may use, and how they use tiles: eight registers of up to sixteen rows of 64 bytes, of
// 64-bit processes only.
#ifndef BNNM_AMX_FEATURES_H
#define BNNM_AMX_FEATURES_H

#include <stdint.h>

#include "avx512_features.h"

#define BNNMK_TARGET_AMX __attribute__((target(BNNMK_AVX512_FEATURES ",amx-tile,amx-int8")))

enum {
  BNNMK_TILE_ROWS = 16,       // at most
  BNNMK_TILE_ROW_BYTES = 64,  // of a tile in memory, too
  BNNMK_TILE_BYTES = BNNMK_TILE_ROWS * BNNMK_TILE_ROW_BYTES,
  BNNMK_TILE_REGISTERS = 8,
};

// What LDTILECFG reads.
typedef struct bnnmk_tile_configuration {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} bnnmk_tile_configuration;

// Memory is as the source says before what follows: GCC 12 does not know what the instructions for tiles read.
#define BNNMK_SETTLE_MEMORY __asm__ volatile("" ::: "memory")

// Register `full` has all rows, all others `rows`.
static inline BNNMK_TARGET_AMX __attribute__((always_inline)) void bnnmk_configure_tiles(uint32_t rows, int full) {
  bnnmk_tile_configuration configuration = {.palette = 1};
  for (int i = 0; i < BNNMK_TILE_REGISTERS; i++) {
    configuration.row_bytes[i] = BNNMK_TILE_ROW_BYTES;
    configuration.rows[i] = i == full ? BNNMK_TILE_ROWS : (uint8_t)rows;
  }
  __asm__ volatile("" ::"r"(&configuration) : "memory");
  _tile_loadconfig(&configuration);
}

#endif

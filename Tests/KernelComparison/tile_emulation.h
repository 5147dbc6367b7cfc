// The kernels for AMX on CPUs without: their instructions for tiles are computed by a handler of SIGILL, so that what
// is compared is the code that ships.
#ifndef BNNM_TILE_EMULATION_H
#define BNNM_TILE_EMULATION_H

#include "bnnm_kernels.h"

// Makes tiles usable from now on, by one thread: the CPU's own with the operating system's permission, or, where the
// CPU has AVX-512 but no tiles, by emulation, some microseconds an instruction. 0 where neither is.
int prepare_tiles(void);

// Whether they are emulated.
int tiles_are_emulated(void);

// Rows that emulated products have taken so far: cycles that they would take at least, of 1024 multiply-accumulates
// each.
uint64_t emulated_product_rows(void);

// Ends the program where a kernel has left tiles configured, if that can be seen.
void expect_released_tiles(void);

#endif

// The parts of the kernel table: one function for each instruction set, which sets the slots that it has kernels for.
// levels.c calls them in ascending order; kernels_<level>.c defines them.
#ifndef BNNM_INSTRUCTION_SET_TABLES_H
#define BNNM_INSTRUCTION_SET_TABLES_H

#include "bnnm_kernels.h"

// Sets every slot.
void bnnmk_set_generic(bnnmk_table *table);

#if defined(__x86_64__) || defined(__i386__)
// Sets the slots that AVX2 + FMA + POPCNT do better.
void bnnmk_set_avx2(bnnmk_table *table);

// Sets the slots that AVX-512 (F, BW, DQ and VL) does better, and, behind that, those that VPOPCNTDQ does.
void bnnmk_set_avx512(bnnmk_table *table);
void bnnmk_set_avx512_vpopcntdq(bnnmk_table *table);

#if defined(__x86_64__)
// Sets the slots that tiles (AMX, beside AVX-512 with VPOPCNTDQ) do better.
void bnnmk_set_amx(bnnmk_table *table);
#endif
#endif

#if defined(__ARM_NEON)
// Sets the slots that NEON does better; on 32-bit ARM with VFPv4.
void bnnmk_set_neon(bnnmk_table *table);
#endif

#endif

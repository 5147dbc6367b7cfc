// Kernel choice by CPU, in one place: which levels can run here, and the table for the best of those allowed.
#include "instruction_set_tables.h"

uint32_t bnnmk_available_levels(void) {
  uint32_t levels = BNNMK_GENERIC;
#if defined(__x86_64__) || defined(__i386__)
  // Covers the operating system too: a feature counts only where it saves the registers (XGETBV).
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt")) {
    levels |= BNNMK_AVX2;
  }
#endif
  return levels;
}

void bnnmk_fill_table(bnnmk_table *table, uint32_t mask) {
  uint32_t levels = bnnmk_available_levels() & mask;
  bnnmk_set_generic(table);
#if defined(__x86_64__) || defined(__i386__)
  if (levels & BNNMK_AVX2) {
    bnnmk_set_avx2(table);
  }
#endif
  (void)levels;
}

// Kernel choice by CPU, in one place: which levels can run here, and the table for the best of those allowed.
#include "instruction_set_tables.h"

#if defined(__arm__) && defined(__ARM_NEON)
#include <sys/auxv.h>

// The bits of AT_HWCAP on 32-bit ARM, as the kernel's interface numbers them.
enum { CPU_NEON = 1 << 12, CPU_VFPV4 = 1 << 16 };
#endif

const char *bnnmk_missing_instructions(void) {
#if defined(__arm__) && defined(__ARM_NEON)
  const unsigned long needed = CPU_NEON | CPU_VFPV4;
  if ((getauxval(AT_HWCAP) & needed) != needed) {
    return "NEON and VFPv4";
  }
#endif
  return 0;
}

uint32_t bnnmk_available_levels(void) {
  uint32_t levels = BNNMK_GENERIC;
#if defined(__x86_64__) || defined(__i386__)
  // Covers the operating system too: a feature counts only where it saves the registers (XGETBV).
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt")) {
    levels |= BNNMK_AVX2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
      levels |= BNNMK_AVX512;
    }
  }
#elif defined(__ARM_NEON)
  // Part of every 64-bit ARM.
  if (!bnnmk_missing_instructions()) {
    levels |= BNNMK_NEON;
  }
#endif
  return levels;
}

void bnnmk_fill_table(bnnmk_table *table, uint32_t mask) {
  uint32_t levels = bnnmk_available_levels() & mask;
  bnnmk_set_generic(table);
#if defined(__x86_64__) || defined(__i386__)
  if (levels & (BNNMK_AVX2 | BNNMK_AVX512)) {
    bnnmk_set_avx2(table);
  }
  if (levels & BNNMK_AVX512) {
    bnnmk_set_avx512(table);
    if (__builtin_cpu_supports("avx512vpopcntdq")) {
      bnnmk_set_avx512_vpopcntdq(table);
    }
  }
#elif defined(__ARM_NEON)
  if (levels & BNNMK_NEON) {
    bnnmk_set_neon(table);
  }
#endif
  (void)levels;
}

// Kernel choice by CPU, in one place: which levels can run here, and the table for the best of those allowed.
#define _DEFAULT_SOURCE  // syscall
#include "instruction_set_tables.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// Of arch_prctl and XCR0, as the kernel's interface numbers them.
enum { REQUEST_PERMISSION = 0x1023, TILE_CONFIGURATION = 17, TILE_DATA = 18 };

// Whether the CPU has tiles and products of bytes, and the operating system saves the registers.
static int has_tiles(void) {
  const uint32_t needed = (uint32_t)1 << 24 | (uint32_t)1 << 25;  // AMX-TILE and AMX-INT8
  const uint32_t saved = (uint32_t)1 << TILE_CONFIGURATION | (uint32_t)1 << TILE_DATA;
  uint32_t a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & needed) != needed) {
    return 0;
  }
  __asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  return (a & saved) == saved;
}

static int ask_for_tiles(void) { return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0 ? 0 : errno; }
#elif defined(__x86_64__)
static int has_tiles(void) { return 0; }
static int ask_for_tiles(void) { return 0; }
#endif

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
#if defined(__x86_64__)
      levels |= __builtin_cpu_supports("avx512vpopcntdq") && has_tiles() ? BNNMK_AMX : 0;
#endif
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

uint32_t bnnmk_free_levels(uint32_t mask) { return mask & ~(uint32_t)BNNMK_AMX; }

int bnnmk_ask_for_levels(uint32_t mask) {
#if defined(__x86_64__)
  if (mask & bnnmk_available_levels() & BNNMK_AMX) {
    return ask_for_tiles();
  }
#endif
  (void)mask;
  return 0;
}

void bnnmk_fill_table(bnnmk_table *table, uint32_t mask) {
  uint32_t levels = bnnmk_available_levels() & mask;
  bnnmk_set_generic(table);
#if defined(__x86_64__) || defined(__i386__)
  if (levels & (BNNMK_AVX2 | BNNMK_AVX512 | BNNMK_AMX)) {
    bnnmk_set_avx2(table);
  }
  if (levels & (BNNMK_AVX512 | BNNMK_AMX)) {
    bnnmk_set_avx512(table);
    if (__builtin_cpu_supports("avx512vpopcntdq")) {
      bnnmk_set_avx512_vpopcntdq(table);
    }
  }
#if defined(__x86_64__)
  if (levels & BNNMK_AMX) {
    bnnmk_set_amx(table);
  }
#endif
#elif defined(__ARM_NEON)
  if (levels & BNNMK_NEON) {
    bnnmk_set_neon(table);
  }
#endif
  (void)levels;
}

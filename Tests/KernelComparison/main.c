// Compares the kernels of every instruction set level that this CPU has with plain arithmetic, on random cases.
//
//     kernel_comparison [CASES] [SEED]
//     kernel_comparison bench
//     kernel_comparison core
//
// Prints the levels and "ok", times of whole layers at every level, and what emulated ones would take at least, or
// which core it runs on. Exit status: 0 where all is equal, 1 where not, 2 on wrong usage.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assembly_comparison.h"
#include "benchmark.h"
#include "bnnm_platform.h"
#include "columns_arm.h"
#include "comparisons.h"
#include "instruction_set_tables.h"
#include "kernel_declarations.h"
#include "schedule_arm.h"
#include "tile_emulation.h"
#include "vpopcntdq.h"

static const struct {
  uint32_t mask;
  const char *name;
} known[] = {
    {BNNMK_GENERIC, "generic"}, {BNNMK_NEON, "neon"},     {BNNMK_NEON_DOTPROD, "neon-dotprod"},
    {BNNMK_AVX2, "avx2"},       {BNNMK_AVX512, "avx512"}, {BNNMK_AMX, "amx"},
};
enum { KNOWN_COUNT = sizeof known / sizeof *known, MAX_LEVELS = KNOWN_COUNT + 4 };

// An emulated instruction takes microseconds: one case of this many runs them.
enum { CASES_PER_EMULATED_ONE = 10 };

#if defined(BNNMK_HAS_A64_ASSEMBLY)
static uint32_t cortex_a55(void) { return BNNMK_CORTEX_A55; }

static void convolve_on_a55(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_binary_conv2d conv = *(const bnnmk_binary_conv2d *)arguments;
  conv.core = cortex_a55;
  bnnmk_binary_conv2d_neon(&conv, begin, end);
}
#endif

// The levels of this CPU. Those that `emulated_count` of them, the last ones, need emulation for are slow.
static int make_levels(kernel_level levels[MAX_LEVELS], int *emulated_count) {
  int count = 0;
  for (int i = 0; i < KNOWN_COUNT; i++) {
    if (bnnmk_free_levels(bnnmk_available_levels()) & known[i].mask) {
      levels[count].name = known[i].name;
      bnnmk_fill_table(&levels[count++].table, known[i].mask);
    }
  }
  *emulated_count = 0;
#if defined(__x86_64__) || defined(__i386__)
  if (bnnmk_available_levels() & BNNMK_AVX512) {
    levels[count] = levels[count - 1];
    levels[count].name = "avx512 without VPOPCNTDQ";
    bnnmk_set_avx512(&levels[count++].table);
    levels[count] = levels[count - 1];
    *emulated_count = emulate_vpopcntdq();
    levels[count].name = *emulated_count ? "avx512 with VPOPCNTDQ, emulated" : "avx512 with VPOPCNTDQ";
    bnnmk_set_avx512_vpopcntdq(&levels[count++].table);
  }
#endif
#if defined(__x86_64__)
  if (prepare_tiles()) {
    levels[count] = levels[count - 1];
    levels[count].name = tiles_are_emulated() ? "amx, emulated" : "amx";
    bnnmk_set_amx(&levels[count++].table);
    levels[count] = levels[count - 1];
    levels[count].name = tiles_are_emulated() ? "amx wherever possible, emulated" : "amx wherever possible";
    levels[count++].table.binary_conv2d = bnnmk_binary_conv2d_x86_amx_tiles;
    *emulated_count += 2 * tiles_are_emulated();
  }
#endif
#if defined(BNNMK_HAS_ASSEMBLY)
  levels[count] = levels[count - 1];
  levels[count].name = "neon without assembly";
  levels[count++].table.binary_conv2d = bnnmk_binary_conv2d_neon_intrinsics;
#endif
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  levels[count] = levels[count - 1];
  levels[count].name = "neon on Cortex-A55";
  levels[count++].table.binary_conv2d = convolve_on_a55;
#endif
  for (int i = 0; i < count; i++) {
    printf("%s: %s, %s\n", levels[i].name, levels[i].table.binary_conv2d_name, levels[i].table.conv2d_name);
  }
  return count;
}

int main(int argc, char **argv) {
  const int is_benchmark = argc == 2 && strcmp(argv[1], "bench") == 0;
  unsigned long case_count = argc > 1 && !is_benchmark ? strtoul(argv[1], NULL, 10) : 1000;
  unsigned long first_seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
  if (argc == 2 && strcmp(argv[1], "core") == 0) {
    printf("%08x\n", (unsigned)bnnmp_current_core());
    return 0;
  }
  if (argc > 3 || case_count == 0) {
    fprintf(stderr, "usage: kernel_comparison [CASES] [SEED] | bench | core\n");
    return 2;
  }
  const char *missing = bnnmk_missing_instructions();
  if (missing) {
    fprintf(stderr, "this CPU lacks %s\n", missing);
    return 1;
  }
  kernel_level levels[MAX_LEVELS];
  int emulated_count;
  const int all_count = make_levels(levels, &emulated_count);
  fflush(stdout);
  if (is_benchmark) {
    benchmark_levels(levels, all_count - emulated_count);
    if (tiles_are_emulated()) {
      count_tile_products(&levels[all_count - 2]);
    }
    return 0;
  }
  unsigned long failures = 0;
  for (unsigned long i = 0; i < case_count; i++) {
    const int level_count = i % CASES_PER_EMULATED_ONE == 0 ? all_count : all_count - emulated_count;
    failures += !compare_binary_conv2d(first_seed + i, levels, level_count);
    failures += !compare_conv2d(first_seed + i, levels, level_count);
    failures += !compare_channelwise(first_seed + i, levels, level_count);
    failures += !compare_epilogues(first_seed + i, levels, level_count);
    failures += !compare_row_steps(first_seed + i, levels, level_count);
    failures += !compare_matmul(first_seed + i, levels, level_count);
    failures += !compare_binary_matmul(first_seed + i, levels, level_count);
    failures += !compare_compute(first_seed + i, levels, level_count);
    failures += !compare_binarize(first_seed + i, levels, level_count);
    failures += !compare_transpose(first_seed + i, levels, level_count);
    failures += !compare_lookup(first_seed + i, levels, level_count);
    failures += !compare_elementwise(first_seed + i, levels, level_count);
    failures += !compare_reduce(first_seed + i, levels, level_count);
    failures += !compare_assembly(first_seed + i);
    failures += !compare_fused(first_seed + i);
  }
  if (failures > 0) {
    printf("%lu of %lu cases fail\n", failures, 15 * case_count);
    return 1;
  }
  printf(
      "ok: %lu binary and float convolutions, depthwise ones or pools, epilogues, steps on rows, products, binary "
      "products, functions, binarizations, transpositions, lookups, arithmetic and reductions each\n",
      case_count);
  return 0;
}

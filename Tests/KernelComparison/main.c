// Compares the kernels of every instruction set level that this CPU has with plain arithmetic, on random cases.
//
//     kernel_comparison [CASES] [SEED]
//
// Prints the levels and "ok". Exit status: 0 where all is equal, 1 where not, 2 on wrong usage.
#include <stdio.h>
#include <stdlib.h>

#include "comparisons.h"

static const struct {
  uint32_t mask;
  const char *name;
} known[] = {
    {BNNMK_GENERIC, "generic"}, {BNNMK_NEON, "neon"},     {BNNMK_NEON_DOTPROD, "neon-dotprod"},
    {BNNMK_AVX2, "avx2"},       {BNNMK_AVX512, "avx512"}, {BNNMK_AMX, "amx"},
};
enum { KNOWN_COUNT = sizeof known / sizeof *known };

int main(int argc, char **argv) {
  unsigned long case_count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
  unsigned long first_seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
  if (argc > 3 || case_count == 0) {
    fprintf(stderr, "usage: kernel_comparison [CASES] [SEED]\n");
    return 2;
  }
  const char *missing = bnnmk_missing_instructions();
  if (missing) {
    fprintf(stderr, "this CPU lacks %s\n", missing);
    return 1;
  }
  kernel_level levels[KNOWN_COUNT];
  int level_count = 0;
  for (int i = 0; i < KNOWN_COUNT; i++) {
    if (bnnmk_available_levels() & known[i].mask) {
      kernel_level *level = &levels[level_count++];
      level->name = known[i].name;
      bnnmk_fill_table(&level->table, known[i].mask);
      printf("%s: %s, %s\n", level->name, level->table.binary_conv2d_name, level->table.conv2d_name);
    }
  }
  fflush(stdout);
  unsigned long failures = 0;
  for (unsigned long i = 0; i < case_count; i++) {
    failures += !compare_binary_conv2d(first_seed + i, levels, level_count);
    failures += !compare_conv2d(first_seed + i, levels, level_count);
    failures += !compare_epilogues(first_seed + i, levels, level_count);
    failures += !compare_matmul(first_seed + i, levels, level_count);
    failures += !compare_binary_matmul(first_seed + i, levels, level_count);
    failures += !compare_compute(first_seed + i, levels, level_count);
  }
  if (failures > 0) {
    printf("%lu of %lu cases fail\n", failures, 6 * case_count);
    return 1;
  }
  printf("ok: %lu binary convolutions, float convolutions, epilogues, products, binary products and functions each\n",
         case_count);
  return 0;
}

// The NEON level (on 32-bit ARM with VFPv4): the slots it does better than plain C.
#if defined(__ARM_NEON)

#include "instruction_set_tables.h"
#include "kernel_declarations.h"

#if defined(__aarch64__)
enum { TARGET = 1 };  // BNNMF_TARGET_AARCH64
#else
enum { TARGET = 2 };  // BNNMF_TARGET_ARMV7
#endif

void bnnmk_set_neon(bnnmk_table *table) {
  table->target = TARGET;
  table->binary_conv2d = bnnmk_binary_conv2d_neon;
  table->binary_conv2d_name = "binary_conv2d_neon";
  table->conv2d = bnnmk_conv2d_f32_neon;
  table->conv2d_name = "conv2d_f32_neon";
  table->binarize_f32 = bnnmk_binarize_f32_neon;
  table->map = bnnmk_map_neon;
  table->matmul = bnnmk_matmul_f32_neon;
  table->binary_matmul = bnnmk_binary_matmul_neon;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

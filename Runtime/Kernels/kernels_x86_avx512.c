// The AVX-512 level: the slots it does better than AVX2, on every CPU that has F, BW, DQ and VL, and more of them with
// VPOPCNTDQ. Without it, weights are wanted as AVX2 wants them.
#if defined(__x86_64__) || defined(__i386__)

#include "instruction_set_tables.h"
#include "kernel_declarations.h"

void bnnmk_set_avx512(bnnmk_table *table) {
  table->binary_conv2d = bnnmk_binary_conv2d_x86_avx512;
  table->binary_conv2d_name = "binary_conv2d_x86_avx512";
  table->conv2d = bnnmk_conv2d_f32_x86_avx512;
  table->conv2d_name = "conv2d_f32_x86_avx512";
  table->reduce = bnnmk_reduce_x86_avx512;
  table->max_pool_f32 = bnnmk_max_pool_f32_x86_avx512;
  table->average_pool_f32 = bnnmk_average_pool_f32_x86_avx512;
  table->map = bnnmk_map_x86_avx512;
  table->binarize_f32 = bnnmk_binarize_f32_x86_avx512;
  table->matmul = bnnmk_matmul_f32_x86_avx512;
  table->binarize_by_f32 = bnnmk_binarize_by_f32_x86_avx512;
}

enum { TARGET_X86_AVX512 = 4 };  // BNNMF_TARGET_X86_AVX512

void bnnmk_set_avx512_vpopcntdq(bnnmk_table *table) {
  table->target = TARGET_X86_AVX512;
  table->binary_conv2d = bnnmk_binary_conv2d_x86_avx512_vpopcntdq;
  table->binary_conv2d_name = "binary_conv2d_x86_avx512_vpopcntdq";
  table->binary_matmul = bnnmk_binary_matmul_x86_avx512_vpopcntdq;
  // Older CPUs would lower their clock for these.
  table->elementwise = bnnmk_elementwise_x86_avx512;
  table->map = bnnmk_map_x86_avx512_vpopcntdq;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx512_here;
#endif

// The AVX2 level (with FMA and POPCNT): the slots it does better than plain C.
#if defined(__x86_64__) || defined(__i386__)

#include "instruction_set_tables.h"
#include "kernel_declarations.h"

enum { TARGET_X86_AVX2 = 3 };  // BNNMF_TARGET_X86_AVX2

void bnnmk_set_avx2(bnnmk_table *table) {
  table->target = TARGET_X86_AVX2;
  table->binary_conv2d = bnnmk_binary_conv2d_x86_avx2;
  table->binary_conv2d_name = "binary_conv2d_x86_avx2";
  table->conv2d = bnnmk_conv2d_f32_x86_avx2;
  table->depthwise_conv2d = bnnmk_depthwise_conv2d_f32_x86_avx2;
  table->max_pool_f32 = bnnmk_max_pool_f32_x86_avx2;
  table->average_pool_f32 = bnnmk_average_pool_f32_x86_avx2;
  table->conv2d_name = "conv2d_f32_x86_avx2";
  table->binarize_f32 = bnnmk_binarize_f32_x86_avx2;
  table->unpack = bnnmk_unpack_x86_avx2;
  table->elementwise = bnnmk_elementwise_x86_avx2;
  table->copy_rows = bnnmk_copy_rows_x86_avx2;
  table->gather = bnnmk_gather_x86_avx2;
  table->transpose = bnnmk_transpose_x86_avx2;
  table->reduce = bnnmk_reduce_x86_avx2;
  table->map = bnnmk_map_x86_avx2;
  table->binarize_by_f32 = bnnmk_binarize_by_f32_x86_avx2;
  table->matmul = bnnmk_matmul_f32_x86_avx2;
  table->binary_matmul = bnnmk_binary_matmul_x86_avx2;
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

// Every kernel, one line each: <op>_<types>_<architecture>_<feature>. Their structures of arguments are those of the
// table in bnnm_kernels.h.
#ifndef BNNM_KERNEL_DECLARATIONS_H
#define BNNM_KERNEL_DECLARATIONS_H

#include "bnnm_kernels.h"

void bnnmk_binary_conv2d_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_conv2d_f32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_depthwise_conv2d_f32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_max_pool_f32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_max_pool_i32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_average_pool_f32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_bit_pool_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_f32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_i32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_unpack_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_bit_difference_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_lookup_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_extract_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_scale_shift_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_clamp_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_transpose_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_elementwise_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_map_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_copy_rows_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_insert_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_by_f32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_by_i32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_accumulator_thresholds_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_compute_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_gather_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_gather_bits_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_resample_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_reduce_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_matmul_f32_generic(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binary_matmul_generic(const void *arguments, uint32_t begin, uint32_t end);

#if defined(__x86_64__) || defined(__i386__)
void bnnmk_binary_conv2d_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binary_conv2d_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binary_conv2d_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binary_conv2d_x86_amx(const void *arguments, uint32_t begin, uint32_t end);
// The same by tiles wherever that is possible, gain or not.
void bnnmk_binary_conv2d_x86_amx_tiles(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_conv2d_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_conv2d_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_depthwise_conv2d_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_max_pool_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_average_pool_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_reduce_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_max_pool_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_average_pool_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_by_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_unpack_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_elementwise_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_elementwise_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_copy_rows_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_gather_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_transpose_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_reduce_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_map_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_map_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_map_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_by_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_matmul_f32_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_matmul_f32_x86_avx512(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binary_matmul_x86_avx2(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binary_matmul_x86_avx512_vpopcntdq(const void *arguments, uint32_t begin, uint32_t end);
#endif

#if defined(__ARM_NEON)
void bnnmk_binary_conv2d_neon(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binary_conv2d_neon_intrinsics(const void *arguments, uint32_t begin, uint32_t end);  // without assembly
void bnnmk_conv2d_f32_neon(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binarize_f32_neon(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_map_neon(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_matmul_f32_neon(const void *arguments, uint32_t begin, uint32_t end);
void bnnmk_binary_matmul_neon(const void *arguments, uint32_t begin, uint32_t end);
#endif

#endif

// The generic level: every slot of the table in plain C, the reference of all other levels.
#include "instruction_set_tables.h"
#include "kernel_declarations.h"

void bnnmk_set_generic(bnnmk_table *table) {
  *table = (bnnmk_table){
      .binary_conv2d = bnnmk_binary_conv2d_generic,
      .conv2d = bnnmk_conv2d_f32_generic,
      .depthwise_conv2d = bnnmk_depthwise_conv2d_f32_generic,
      .max_pool_f32 = bnnmk_max_pool_f32_generic,
      .max_pool_i32 = bnnmk_max_pool_i32_generic,
      .average_pool_f32 = bnnmk_average_pool_f32_generic,
      .bit_pool = bnnmk_bit_pool_generic,
      .binarize_f32 = bnnmk_binarize_f32_generic,
      .binarize_i32 = bnnmk_binarize_i32_generic,
      .unpack = bnnmk_unpack_generic,
      .bit_difference = bnnmk_bit_difference_generic,
      .lookup = bnnmk_lookup_generic,
      .extract = bnnmk_extract_generic,
      .scale_shift = bnnmk_scale_shift_generic,
      .clamp = bnnmk_clamp_generic,
      .transpose = bnnmk_transpose_generic,
      .elementwise = bnnmk_elementwise_generic,
      .map = bnnmk_map_generic,
      .copy_rows = bnnmk_copy_rows_generic,
      .insert = bnnmk_insert_generic,
      .binarize_by_f32 = bnnmk_binarize_by_f32_generic,
      .binarize_by_i32 = bnnmk_binarize_by_i32_generic,
      .accumulator_thresholds = bnnmk_accumulator_thresholds_generic,
      .compute = bnnmk_compute_generic,
      .gather = bnnmk_gather_generic,
      .gather_bits = bnnmk_gather_bits_generic,
      .resample = bnnmk_resample_generic,
      .reduce = bnnmk_reduce_generic,
      .matmul = bnnmk_matmul_f32_generic,
      .binary_matmul = bnnmk_binary_matmul_generic,
      .binary_conv2d_name = "binary_conv2d_generic",
      .conv2d_name = "conv2d_f32_generic",
  };
}

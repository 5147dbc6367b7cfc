// The AMX level: what tiles of bytes do better than counting bits with VPOPCNTDQ, on 64-bit servers that have both.
#if defined(__x86_64__)

#include "instruction_set_tables.h"
#include "kernel_declarations.h"

void bnnmk_set_amx(bnnmk_table *table) {
  table->binary_conv2d = bnnmk_binary_conv2d_x86_amx;
  table->binary_conv2d_name = "binary_conv2d_x86_amx";
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_amx_here;
#endif

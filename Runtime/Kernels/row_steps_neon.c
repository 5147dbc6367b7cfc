// Steps on rows, for 64-bit ARM.
#if defined(__aarch64__)

#include "row_steps.h"

void bnnmk_apply_rows_neon(const bnnmk_row_steps *steps, const float *from, float *room, float *to, uint32_t row_count,
                           uint32_t extent) {
  const bnnmk_row_parts parts = {bnnmk_turn_rows_neon,   bnnmk_exponentials_of_rows_neon,
                                 bnnmk_gate_errors_neon, bnnmk_apply_function_neon,
                                 bnnmk_sum_rows_in_c,    bnnmk_add_rows_in_c};
  bnnmk_apply_rows_by(steps, from, room, to, row_count, extent, parts);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_a64_here;
#endif

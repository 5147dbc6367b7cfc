// Steps on rows with AVX2.
#if defined(__x86_64__) || defined(__i386__)

#define BNNMK_INLINE_TARGET "avx2"
#include "row_steps.h"

__attribute__((target(BNNMK_INLINE_TARGET))) void bnnmk_apply_rows_x86_avx2(const bnnmk_row_steps *steps,
                                                                            const float *from, float *room, float *to,
                                                                            uint32_t row_count, uint32_t extent) {
  const bnnmk_row_parts parts = {bnnmk_turn_rows_x86_avx2,   bnnmk_exponentials_of_rows_x86_avx2,
                                 bnnmk_gate_errors_x86_avx2, bnnmk_apply_function_x86_avx2,
                                 bnnmk_sum_rows_x86_avx2,    bnnmk_add_rows_x86_avx2};
  bnnmk_apply_rows_by(steps, from, room, to, row_count, extent, parts);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

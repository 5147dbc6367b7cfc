// Transposition in plain C.
#include "kernel_declarations.h"
#include "transpose.h"

static void transpose_plane(const uint32_t *input, size_t row_step, size_t step, uint32_t *output, uint32_t row_count,
                            uint32_t row_length) {
  bnnmk_transpose_any_plane(input, row_step, step, output, row_count, row_length);
}

void bnnmk_transpose_generic(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_transpose_planes(arguments, begin, end, transpose_plane);
}

// Products of binary matrices by an instruction set's inner loop of binary convolution.
#ifndef BNNM_BINARY_MATMUL_H
#define BNNM_BINARY_MATMUL_H

#include "count_differences.h"

// Rows begin..<end.
void bnnmk_binary_matmul_by_differences(const bnnmk_binary_matmul *matmul, uint32_t begin, uint32_t end,
                                        bnnmk_count_differences *count_differences);

#endif

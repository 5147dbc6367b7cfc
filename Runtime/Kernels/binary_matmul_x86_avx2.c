// Products of two matrices of bits, by the POPCNT instruction.
#if defined(__x86_64__) || defined(__i386__)

#include "binary_matmul.h"
#include "kernel_declarations.h"

__attribute__((target("avx2,popcnt"))) static inline uint32_t popcount(uint64_t bits) {
  return (uint32_t)__builtin_popcountll(bits);
}

__attribute__((target("avx2,popcnt"))) void bnnmk_binary_matmul_x86_avx2(const void *arguments, uint32_t begin,
                                                                         uint32_t end) {
  const bnnmk_binary_matmul *matmul = arguments;
  bnnmk_binary_matmul_rows(matmul, begin, end, popcount);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_avx2_here;
#endif

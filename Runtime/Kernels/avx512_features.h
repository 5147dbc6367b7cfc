// What kernels of the AVX-512 level may use, and what several of them do.
#ifndef BNNM_AVX512_FEATURES_H
#define BNNM_AVX512_FEATURES_H

#include <immintrin.h>
#include <stddef.h>

// Of every CPU of the level. Loops in plain C take half registers: a block of binary convolution has eight channels.
#if defined(__clang__)
#define BNNMK_AVX512_FEATURES "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,popcnt,prefer-256-bit"
#else
#define BNNMK_AVX512_FEATURES "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,popcnt,prefer-vector-width=256"
#endif
#define BNNMK_TARGET_AVX512 __attribute__((target(BNNMK_AVX512_FEATURES)))

// The mask of the first `count` lanes, of all sixteen where there are more.
static inline BNNMK_TARGET_AVX512 __attribute__((always_inline)) __mmask16 bnnmk_first_lanes(size_t count) {
  return count < 16 ? (__mmask16)((1u << count) - 1) : (__mmask16)0xffff;
}

#endif

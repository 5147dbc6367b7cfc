// Loops over the channels of a vector, and over vectors; what keeps variables in registers.
#ifndef BNNM_LANES_H
#define BNNM_LANES_H

// Before a loop over few channels, a constant number: clang would unroll it before it looks for vectors, and then find
// none.
#if defined(__clang__)
#define BNNMK_LANES _Pragma("clang loop unroll(disable)")
#else
#define BNNMK_LANES
#endif

// Before a loop over an array of vectors, a constant number: unrolled whole, the vectors are registers. Not where small
// goes before fast.
#if defined(BNNMK_SMALL)
#define BNNMK_REGISTERS
#elif defined(__clang__)
#define BNNMK_REGISTERS _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define BNNMK_REGISTERS _Pragma("GCC unroll 16")
#else
#define BNNMK_REGISTERS
#endif

// Before a loop each round of which stores what no other one reads, though pointers may be equal. Not where small goes
// before fast.
#if defined(BNNMK_SMALL)
#define BNNMK_INDEPENDENT
#elif defined(__clang__)
#define BNNMK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define BNNMK_INDEPENDENT _Pragma("GCC ivdep")
#else
#define BNNMK_INDEPENDENT
#endif

// A variable has its value here, in a register of its own: compilers neither move what it takes behind the next branch
// nor turn pointers into sums that each load computes anew. No instruction.
#define BNNMK_COMPUTE_HERE(kind, variable) __asm__ volatile("" : "+" kind(variable))

#endif

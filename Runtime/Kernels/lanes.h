// Loops over the channels of a vector.
#ifndef BNNM_LANES_H
#define BNNM_LANES_H

// Before a loop over few channels, a constant number: clang would unroll it before it looks for vectors, and then find
// none.
#if defined(__clang__)
#define BNNMK_LANES _Pragma("clang loop unroll(disable)")
#else
#define BNNMK_LANES
#endif

#endif

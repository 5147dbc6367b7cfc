// The AVX-512 kernels for CPUs with VPOPCNTDQ and for those without, on either: both are compared on every CPU that has
// AVX-512, whichever of them it would take by itself.
#ifndef BNNM_VPOPCNTDQ_H
#define BNNM_VPOPCNTDQ_H

// Where this CPU has AVX-512 but not VPOPCNTDQ, VPOPCNTQ on registers is computed by a handler of SIGILL from now on,
// some microseconds an instruction. 1 where that is so.
int emulate_vpopcntdq(void);

#endif

// Include first: in the including file, a * b + c is a multiplication and an addition that round separately, unless the
// source asks for a fused multiply-add by name. Float results must not depend on what a compiler likes to contract.
#ifndef BNNM_SEPARATE_ROUNDINGS_H
#define BNNM_SEPARATE_ROUNDINGS_H

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#endif

// Exponentials and error functions on vectors of float32, the operations of plain C (real_functions_generic.c) in the
// same order. The including file has before it:
//
//   vector, all(x)            of float32; each number x
//   INLINE                    of functions for its instruction set
//   TURNS, FEWER_TURNS        vectors at a time, and of what is left
//   load(from, k), store(to, k, x)  the k-th vector
//   fused(a, b, c), fused_less(a, b, c)   c + a * b and c - a * b, rounded once
//   greatest(a, b), least(a, b)     of a number a; NaN where b is
//   least_positive(a, b)      of numbers a > 0 and b; anything where b is NaN
//   lookup(row, shifted)      row[low four bits of each number]
//   times_power(x, shifted)   x times 2^(what was shifted, rounded down), rounded once
//   if_below(x, limit, yes, no)
//   magnitude_of(x), with_sign_of(x, of)    without its sign bit; that of the other joined to it
#ifndef BNNM_EXPONENTIALS_H
#define BNNM_EXPONENTIALS_H

#include "exponential_tables.h"
#include "real_functions.h"
#include "separate_roundings.h"

// Numbers of a vector, of a round of the loops, and of a round of what is left.
enum { WIDTH = sizeof(vector) / sizeof(float), MOST = TURNS * WIDTH, LEAST = FEWER_TURNS * WIDTH };

// `statement` for each of some vectors in turns, since the operations of one wait for each other.
#define IN_TURNS(statement)         \
  BNNMK_REGISTERS                   \
  for (int k = 0; k < turns; k++) { \
    statement;                      \
  }

// e^from; or, with `most`, e^(from - most), where from is at most that, else anything, and maybe times a scale before.
INLINE void exponentials(const float *from, const float *scale, const vector *most, float *to, const int turns) {
  vector x[TURNS], shifted[TURNS], n[TURNS], r[TURNS], more[TURNS], power[TURNS];
  IN_TURNS(x[k] = load(from, k))
  if (scale) {
    IN_TURNS(x[k] = x[k] * load(scale, k))
  }
  if (most) {
    IN_TURNS(x[k] = x[k] - *most)
  }
  IN_TURNS(x[k] = greatest(all(BNNMK_LEAST_EXPONENT), x[k]))
  IN_TURNS(shifted[k] = fused(x[k], all(BNNMK_PER_LN_2), all(BNNMK_NEAREST_SIXTEENTH)))
  if (!most) {
    IN_TURNS(shifted[k] = least_positive(all(BNNMK_MOST_SHIFTED), shifted[k]))
  }
  IN_TURNS(n[k] = shifted[k] - all(BNNMK_NEAREST_SIXTEENTH))
  IN_TURNS(r[k] = fused_less(n[k], all(BNNMK_LN_2_LOW), fused_less(n[k], all(BNNMK_LN_2_HIGH), x[k])))
  IN_TURNS(more[k] = fused(r[k], all(BNNMK_EXPONENTIAL_3), all(BNNMK_EXPONENTIAL_2)))
  IN_TURNS(more[k] = fused(r[k] * r[k], more[k], r[k]))
  IN_TURNS(power[k] = lookup(bnnmk_exponential_table[BNNMK_POWER], shifted[k]))
  IN_TURNS(more[k] = fused(power[k], more[k], lookup(bnnmk_exponential_table[BNNMK_POWER_REST], shifted[k])))
  IN_TURNS(store(to, k, times_power(power[k] + more[k], shifted[k])))
}

// erf(from), or, with a gate, what that makes of it; its operands begin with these numbers.
INLINE void error_functions(const float *from, const bnnmk_error_gate *gate, float *to, const int turns) {
  const vector first = all(BNNMK_NEAREST + BNNMK_FIRST_PIECES);
  vector magnitude[TURNS], shifted[TURNS], distance[TURNS], d[TURNS], d2[TURNS], value[TURNS], slope[TURNS],
      high[TURNS];
  IN_TURNS(magnitude[k] = least(all(BNNMK_MOST_ERROR), magnitude_of(load(from, k))))
  IN_TURNS(shifted[k] = fused(magnitude[k], all(BNNMK_PIECES_PER_UNIT), all(BNNMK_NEAREST)))
  IN_TURNS(distance[k] = magnitude[k] - lookup(bnnmk_error_table[BNNMK_CENTER], shifted[k]))
  IN_TURNS(d[k] = if_below(shifted[k], first, distance[k] * distance[k], distance[k]))
  IN_TURNS(value[k] = if_below(shifted[k], first, magnitude[k], lookup(bnnmk_error_table[BNNMK_VALUE], shifted[k])))
  IN_TURNS(d2[k] = d[k] * d[k])
#define FIT(i) lookup(bnnmk_error_table[BNNMK_FIT + i], shifted[k])
  IN_TURNS(high[k] = fused(d2[k], fused(d[k], FIT(5), FIT(4)), fused(d[k], FIT(3), FIT(2))))
  IN_TURNS(slope[k] = fused(d2[k], high[k], fused(d[k], FIT(1), FIT(0))))
#undef FIT
  IN_TURNS(value[k] = with_sign_of(fused(distance[k], slope[k], value[k]), load(from, k)))
  if (gate) {
    IN_TURNS(value[k] = (value[k] + load(gate->shift, k)) * load(gate->factor, k) * load(gate->scale, k))
  }
  IN_TURNS(store(to, k, value[k]))
}

#endif

// Exponentials and error functions of many numbers, and of rows with what stands around them. Behind exponentials.h
// and:
//
//   greatest_of(x)            the greatest number of a vector
//   load_first(from, count, others)   the first 1 to WIDTH numbers of a vector, with those of another behind
//   store_first(to, count, x)
#ifndef BNNM_EXPONENTIAL_LOOPS_H
#define BNNM_EXPONENTIAL_LOOPS_H

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "exponentials.h"

// `statement` for rounds of `turns` vectors from i on, as long as `count` numbers are not through.
#define EACH_ROUND(count, statement)                                \
  for (; (count) - i >= MOST; i += MOST) {                          \
    enum { turns = TURNS };                                         \
    statement;                                                      \
  }                                                                 \
  for (; FEWER_TURNS < TURNS && (count) - i >= LEAST; i += LEAST) { \
    enum { turns = FEWER_TURNS };                                   \
    statement;                                                      \
  }

// x[i] = function(x[i]) for i < count, a multiple of FEWER_TURNS vectors; returns whether it is one of these.
INLINE int apply_exponential(bnnmk_real_function function, float *x, size_t count) {
  size_t i = 0;
  if (function == BNNMK_EXP) {
    EACH_ROUND(count, exponentials(x + i, 0, 0, x + i, turns))
  } else if (function == BNNMK_ERF) {
    EACH_ROUND(count, error_functions(x + i, 0, x + i, turns))
  } else {
    return 0;
  }
  return 1;
}

// x * scale at i, where `scale` may be NULL; and the first numbers there, with others behind.
INLINE vector scaled(const float *x, const float *scale, size_t i) {
  vector y = load(x + i, 0);
  if (scale) {
    y *= load(scale + i, 0);
  }
  return y;
}

INLINE vector first_scaled(const float *x, const float *scale, size_t i, size_t count, float others) {
  vector y = load_first(x + i, count, all(others));
  if (scale) {
    y *= load_first(scale + i, count, all(1));
  }
  return y;
}

// A row of a bnnmk_turn_rows: y / sum, and the greatest x * scale, which is returned. Either x or y may be NULL.
INLINE float turn_row(float *y, float sum, const float *x, const float *scale, size_t extent) {
  enum { turns = TURNS };
  vector most[TURNS];
  IN_TURNS(most[k] = all(-INFINITY))
  size_t i = 0;
  for (; extent - i >= MOST; i += MOST) {
    if (y) {
      IN_TURNS(store(y + i, k, load(y + i, k) / all(sum)))
    }
    if (x) {
      IN_TURNS(most[k] = greatest(scaled(x, scale, i + (size_t)k * WIDTH), most[k]))
    }
  }
  for (; extent - i >= WIDTH; i += WIDTH) {
    if (y) {
      store(y + i, 0, load(y + i, 0) / all(sum));
    }
    if (x) {
      most[0] = greatest(scaled(x, scale, i), most[0]);
    }
  }
  if (i < extent) {
    const size_t count = extent - i;
    if (y) {
      store_first(y + i, count, load_first(y + i, count, all(1)) / all(sum));
    }
    if (x) {
      most[0] = greatest(first_scaled(x, scale, i, count, -INFINITY), most[0]);
    }
  }
  for (int k = 1; k < TURNS; k++) {
    most[0] = greatest(most[k], most[0]);
  }
  return greatest_of(most[0]);
}

// A bnnmk_turn_rows.
INLINE void turn_rows(const bnnmk_turn *turn, size_t extent) {
  for (uint32_t row = 0; row < turn->divided_count || row < turn->found_count; row++) {
    float *y = row < turn->divided_count ? turn->y + row * extent : 0;
    const float *x = row < turn->found_count ? turn->x + row * extent : 0;
    const float most = turn_row(y, y ? turn->sums[row] : 1, x, turn->scale, extent);
    if (x) {
      turn->greatest[row] = most;
    }
  }
}

INLINE void subtract_greatest(const float *x, const float *scale, float most, float *y, size_t extent) {
  size_t i = 0;
  for (; extent - i >= WIDTH; i += WIDTH) {
    store(y + i, 0, scaled(x, scale, i) - all(most));
  }
  if (i < extent) {
    const size_t count = extent - i;
    store_first(y + i, count, first_scaled(x, scale, i, count, 0) - all(most));
  }
}

// A bnnmk_exponentials_of_rows. Where rows do not suit rounds, all are one for `apply`, which is bnnmk_apply_function
// of the instruction set.
INLINE void exponentials_of_rows(const float *x, const float *scale, const float *most, float *y, uint32_t row_count,
                                 size_t extent, bnnmk_apply *apply) {
  const int suits = extent % LEAST == 0;
  for (uint32_t row = 0; row < row_count; row++) {
    const float *from = x + row * extent;
    float *to = y + row * extent;
    if (!suits) {
      subtract_greatest(from, scale, most[row], to, extent);
      continue;
    }
    const vector all_most = all(most[row]);
    size_t i = 0;
    EACH_ROUND(extent, exponentials(from + i, scale ? scale + i : 0, &all_most, to + i, turns))
  }
  if (!suits) {
    apply(BNNMK_EXP, y, row_count * (uint32_t)extent);
  }
}

// A bnnmk_gate_errors.
INLINE void gate_errors(const bnnmk_error_gate *gate, const float *x, float *y, uint32_t row_count, size_t extent) {
  // Quotients are taken a round before their error functions, so that nothing waits for the divider.
  enum { turns = TURNS };
  float quotients[2 * MOST];
  IN_TURNS(store(quotients, k, load(x, k) / load(gate->by, k)))
  const size_t count = row_count * extent;
  size_t place = 0, now = 0;
  for (size_t i = 0; i < count; i += MOST) {
    const size_t next = count - i > MOST ? i + MOST : i, next_place = extent - place > MOST ? place + MOST : 0;
    const float *divided = x + next, *by = gate->by + next_place;
    const bnnmk_error_gate here = {by, gate->shift + place, gate->factor + i, gate->scale + place};
    IN_TURNS(store(quotients + (MOST - now), k, load(divided, k) / load(by, k)))
    error_functions(quotients + now, &here, y + i, TURNS);
    now = MOST - now;
    place = next_place;
  }
}

#undef EACH_ROUND
#undef IN_TURNS

#endif

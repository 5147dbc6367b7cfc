// Reductions over the middle of [outer][extent][inner]: blocks of up to 128 elements (some rows of the middle, or a
// part of one) are loaded into float64 or int64 and enter the columns' results in order. Where `inner` is 1, columns
// are neighbours in `outer`, so that there are many here too; sums and extremes of float32 are taken row by row.
#include <math.h>

#include "element_blocks.h"
#include "kernel_declarations.h"
#include "row_sums.h"
#include "separate_roundings.h"

// Numbered as bnnmf_reduction.
enum { SUM = 1, MEAN = 2, MAXIMUM = 3, MINIMUM = 4, PRODUCT = 5, ARGMAX = 6, ARGMIN = 7 };

// Columns that are neighbours in `outer`: few enough that the cache lines of all of them stay near, whose addresses may
// be multiples of a power of two apart.
enum { NARROW = 16 };

// Results so far of a block of columns; `index` for ARGMAX and ARGMIN.
typedef struct real_results {
  double value[BNNMK_BLOCK];
  int64_t index[BNNMK_BLOCK];
} real_results;

typedef struct integer_results {
  int64_t value[BNNMK_BLOCK], index[BNNMK_BLOCK];
} integer_results;

// What a column starts with: the neutral element.
static double first_real(uint32_t function) {
  switch (function) {
    case PRODUCT:
      return 1.0;
    case MAXIMUM:
      return -INFINITY;
    case MINIMUM:
      return INFINITY;
    default:
      return 0.0;
  }
}

static int64_t first_integer(uint32_t function) {
  switch (function) {
    case PRODUCT:
      return 1;
    case MAXIMUM:
      return INT64_MIN;
    case MINIMUM:
      return INT64_MAX;
    default:
      return 0;
  }
}

#define EACH(expression)               \
  for (size_t c = 0; c < count; c++) { \
    expression;                        \
  }                                    \
  break

static void enter_reals(const bnnmk_reduce *reduce, real_results *results, const double *x, size_t row, size_t count) {
  double *y = results->value;
  switch (reduce->function) {
    case SUM:
    case MEAN:
      EACH(y[c] += x[c]);
    case PRODUCT:
      EACH(y[c] *= x[c]);
    case MAXIMUM:
      // A NaN is taken, and never left again.
      EACH(y[c] = x[c] > y[c] || x[c] != x[c] ? x[c] : y[c]);
    case MINIMUM:
      EACH(y[c] = x[c] < y[c] || x[c] != x[c] ? x[c] : y[c]);
    default:
      for (size_t c = 0; c < count; c++) {
        // The least is the greatest of the negated numbers; NaN stands above all of them either way.
        const double value = reduce->function == ARGMIN ? -x[c] : x[c];
        const int is_nan = value != value, was_nan = y[c] != y[c];
        const int is_equal = value == y[c] || (is_nan && was_nan);
        const int is_greater = value > y[c] || (is_nan && !was_nan);
        if (row == 0 || is_greater || (is_equal && reduce->select_last)) {
          y[c] = value;
          results->index[c] = (int64_t)row;
        }
      }
  }
}

static void enter_integers(const bnnmk_reduce *reduce, integer_results *results, const int64_t *x, size_t row,
                           size_t count) {
  int64_t *y = results->value;
  switch (reduce->function) {
    case SUM:
      EACH(y[c] = (int64_t)((uint64_t)y[c] + (uint64_t)x[c]));
    case PRODUCT:
      EACH(y[c] = (int64_t)((uint64_t)y[c] * (uint64_t)x[c]));
    case MAXIMUM:
      EACH(y[c] = x[c] > y[c] ? x[c] : y[c]);
    case MINIMUM:
      EACH(y[c] = x[c] < y[c] ? x[c] : y[c]);
    default:
      for (size_t c = 0; c < count; c++) {
        // -1 - x: the order of all integers reversed.
        const int64_t value = reduce->function == ARGMIN ? -1 - x[c] : x[c];
        if (row == 0 || value > y[c] || (value == y[c] && reduce->select_last)) {
          y[c] = value;
          results->index[c] = (int64_t)row;
        }
      }
  }
}

// `count` columns, whose elements of row 0 are `column_step` apart from element `first` on, and whose rows `row_step`.
// Results are stored from element `output` on.
static void reduce_columns(const bnnmk_reduce *reduce, size_t first, size_t column_step, size_t row_step, size_t output,
                           size_t count) {
  union {
    real_results reals;
    integer_results integers;
  } results;
  union {
    double reals[BNNMK_BLOCK];
    int64_t integers[BNNMK_BLOCK];
  } x;
  const int is_real = reduce->type == BNNMK_FLOAT32;
  for (size_t c = 0; c < count; c++) {
    if (is_real) {
      results.reals.value[c] = first_real(reduce->function);
      results.reals.index[c] = 0;
    } else {
      results.integers.value[c] = first_integer(reduce->function);
      results.integers.index[c] = 0;
    }
  }
  // Whole rows stand one behind the other.
  const size_t room = column_step == 1 && row_step == count ? BNNMK_BLOCK / count : 1;
  for (size_t row = 0; row < reduce->extent;) {
    const size_t left = reduce->extent - row, rows = left < room ? left : room;
    if (is_real) {
      bnnmk_load_reals(x.reals, reduce->input, reduce->type, first + row * row_step, column_step, rows * count);
    } else {
      bnnmk_load_integers(x.integers, reduce->input, reduce->type, first + row * row_step, column_step, rows * count);
    }
    for (size_t r = 0; r < rows; r++) {
      if (is_real) {
        enter_reals(reduce, &results.reals, x.reals + r * count, row + r, count);
      } else {
        enter_integers(reduce, &results.integers, x.integers + r * count, row + r, count);
      }
    }
    row += rows;
  }
  if (reduce->function == ARGMAX || reduce->function == ARGMIN) {
    const int64_t *index = is_real ? results.reals.index : results.integers.index;
    bnnmk_store_integers(index, reduce->output, BNNMK_INT64, output, count);
  } else if (is_real) {
    for (size_t c = 0; c < count && reduce->function == MEAN; c++) {
      results.reals.value[c] /= reduce->extent;
    }
    bnnmk_store_reals(results.reals.value, reduce->output, reduce->type, output, count);
  } else {
    bnnmk_store_integers(results.integers.value, reduce->output, reduce->type, output, count);
  }
}

// Sums or means of rows of float32.
static void sum_rows(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end) {
  const float *x = (const float *)reduce->input + (size_t)begin * reduce->extent;
  float *output = reduce->output;
  for (uint32_t row = begin; row < end; row++, x += reduce->extent) {
    output[row] = bnnmk_sum_of_row(x, reduce->extent, 0, reduce->function == MEAN ? reduce->extent : 1.0);
  }
}

// The extreme of a row of float32, eight in turns, so that registers take neighbours. 0: NaN, or a zero, whose sign the
// order decides. `is_maximum` is a constant in every call.
static inline __attribute__((always_inline)) int find_extreme(const float *x, size_t extent, const int is_maximum,
                                                              float *to) {
  enum { TURNS = 8 };
  float several[TURNS];
  int32_t is_nan[TURNS] = {0};
  for (int turn = 0; turn < TURNS; turn++) {
    several[turn] = *x;
  }
  size_t i = 0;
  for (; extent - i >= TURNS; i += TURNS) {
    for (int turn = 0; turn < TURNS; turn++) {
      const float value = x[i + (size_t)turn];
      several[turn] = (is_maximum ? value > several[turn] : value < several[turn]) ? value : several[turn];
      is_nan[turn] |= value != value;
    }
  }
  float y = several[0];
  int any_nan = is_nan[0];
  for (int turn = 1; turn < TURNS; turn++) {
    y = (is_maximum ? several[turn] > y : several[turn] < y) ? several[turn] : y;
    any_nan |= is_nan[turn];
  }
  for (; i < extent; i++) {
    y = (is_maximum ? x[i] > y : x[i] < y) ? x[i] : y;
    any_nan |= x[i] != x[i];
  }
  *to = y;
  return !any_nan && y != 0;
}

// Maxima or minima of rows of float32.
static void find_extremes(const bnnmk_reduce *reduce, uint32_t begin, uint32_t end) {
  const size_t extent = reduce->extent;
  const float *x = (const float *)reduce->input + begin * extent;
  float *output = reduce->output;
  for (uint32_t row = begin; row < end; row++, x += extent) {
    const int is_found = reduce->function == MAXIMUM ? find_extreme(x, extent, 1, output + row)
                                                     : find_extreme(x, extent, 0, output + row);
    if (!is_found) {
      reduce_columns(reduce, row * extent, extent, 1, row, 1);
    }
  }
}

void bnnmk_reduce_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_reduce *reduce = arguments;
  const size_t inner = reduce->inner, extent = reduce->extent;
  const int is_row_of_floats = inner == 1 && reduce->type == BNNMK_FLOAT32;
  if (is_row_of_floats && (reduce->function == SUM || reduce->function == MEAN)) {
    sum_rows(reduce, begin, end);
    return;
  }
  if (is_row_of_floats && extent > 0 && (reduce->function == MAXIMUM || reduce->function == MINIMUM)) {
    find_extremes(reduce, begin, end);
    return;
  }
  if (inner == 1) {
    for (size_t outer = begin; outer < end; outer += NARROW) {
      const size_t left = end - outer;
      reduce_columns(reduce, outer * extent, extent, 1, outer, left < NARROW ? left : NARROW);
    }
    return;
  }
  for (size_t outer = begin; outer < end; outer++) {
    for (size_t column = 0; column < inner; column += BNNMK_BLOCK) {
      const size_t left = inner - column;
      reduce_columns(reduce, outer * extent * inner + column, 1, inner, outer * inner + column,
                     left < BNNMK_BLOCK ? left : BNNMK_BLOCK);
    }
  }
}

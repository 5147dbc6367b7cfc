// Functions of up to three broadcast operands of any type. Elements are taken to float64 or to 64-bit integers, in
// blocks, and back: sums, products and quotients of float32 numbers round as if computed in float32, because float64
// has more than twice the digits.
#include <math.h>

#include "kernel_declarations.h"
#include "separate_roundings.h"
#include "strided_rows.h"

#define BLOCK 64

typedef union block {
  double reals[BLOCK];
  int64_t integers[BLOCK];
} block;

// Numbered as bnnmf_function, behind bnnmk_function.
enum { POWER = 7, EQUAL, LESS, LESS_OR_EQUAL, AND, OR, XOR, WHERE, CAST };

static int64_t load_integer(const void *base, bnnmk_element_type type, size_t index) {
  switch (type) {
    case BNNMK_INT32:
      return ((const int32_t *)base)[index];
    case BNNMK_INT64:
      return ((const int64_t *)base)[index];
    default:
      return ((const uint8_t *)base)[index] != 0;
  }
}

// `count` elements from `offset` on, `step` apart, as reals or as integers.
static void load(block *values, const void *base, bnnmk_element_type type, int as_reals, size_t offset, size_t step,
                 size_t count) {
  for (size_t i = 0; i < count; i++) {
    const size_t index = offset + i * step;
    if (type == BNNMK_FLOAT32) {
      values->reals[i] = ((const float *)base)[index];
    } else if (as_reals) {
      values->reals[i] = (double)load_integer(base, type, index);
    } else {
      values->integers[i] = load_integer(base, type, index);
    }
  }
}

static int64_t saturated(double x) {
  if (!(x > -9223372036854775808.0)) {
    return x != x ? 0 : INT64_MIN;
  }
  return x >= 9223372036854775808.0 ? INT64_MAX : (int64_t)x;
}

static void store_integers(const int64_t *values, void *output, bnnmk_element_type type, size_t offset, size_t count) {
  for (size_t i = 0; i < count; i++) {
    switch (type) {
      case BNNMK_FLOAT32:
        ((float *)output)[offset + i] = (float)values[i];
        break;
      case BNNMK_INT32:
        ((int32_t *)output)[offset + i] = (int32_t)(uint32_t)(uint64_t)values[i];
        break;
      case BNNMK_INT64:
        ((int64_t *)output)[offset + i] = values[i];
        break;
      default:
        ((uint8_t *)output)[offset + i] = values[i] != 0;
    }
  }
}

// Reals as another type: integers lose the fraction and saturate, at 32 bits too.
static void store_reals(block *values, void *output, bnnmk_element_type type, size_t offset, size_t count) {
  if (type == BNNMK_FLOAT32) {
    for (size_t i = 0; i < count; i++) {
      ((float *)output)[offset + i] = (float)values->reals[i];
    }
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const double x = values->reals[i];
    int64_t integer = type == BNNMK_BOOL ? x != 0 : saturated(x);
    if (type == BNNMK_INT32) {
      integer = integer > INT32_MAX ? INT32_MAX : integer < INT32_MIN ? INT32_MIN : integer;
    }
    values->integers[i] = integer;
  }
  store_integers(values->integers, output, type, offset, count);
}

static double of_reals(uint32_t function, double a, double b) {
  switch (function) {
    case BNNMK_ADD:
      return a + b;
    case BNNMK_SUBTRACT:
      return a - b;
    case BNNMK_MULTIPLY:
      return a * b;
    case BNNMK_DIVIDE:
      return a / b;
    case BNNMK_MINIMUM:
      return a < b || a != a ? a : b;
    case BNNMK_MAXIMUM:
      return a > b || a != a ? a : b;
    default:
      return pow(a, b);
  }
}

// base^exponent, wrapping; towards zero for a negative exponent, 0 for 0.
static int64_t integer_power(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  }
  uint64_t result = 1, square = (uint64_t)base;
  for (; exponent > 0; exponent >>= 1, square *= square) {
    if (exponent & 1) {
      result *= square;
    }
  }
  return (int64_t)result;
}

static int64_t of_integers(uint32_t function, int64_t a, int64_t b) {
  switch (function) {
    case BNNMK_ADD:
      return (int64_t)((uint64_t)a + (uint64_t)b);
    case BNNMK_SUBTRACT:
      return (int64_t)((uint64_t)a - (uint64_t)b);
    case BNNMK_MULTIPLY:
      return (int64_t)((uint64_t)a * (uint64_t)b);
    case BNNMK_DIVIDE:
      return b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
    case BNNMK_MINIMUM:
      return a < b ? a : b;
    case BNNMK_MAXIMUM:
      return a > b ? a : b;
    case POWER:
      return integer_power(a, b);
    case EQUAL:
      return a == b;
    case LESS:
      return a < b;
    case LESS_OR_EQUAL:
      return a <= b;
    case AND:
      return a & b;
    case OR:
      return a | b;
    default:
      return a ^ b;
  }
}

static int64_t compare_reals(uint32_t function, double a, double b) {
  return function == EQUAL ? a == b : function == LESS ? a < b : a <= b;
}

// One block of a row; operands start at offsets[o] and go on by steps[o].
static void compute_block(const bnnmk_compute *call, const size_t *offsets, const size_t *steps, size_t output,
                          size_t count) {
  block operands[3];
  const uint32_t function = call->function;
  // What the values are: those of WHERE stand behind its condition.
  const uint32_t first = function == WHERE ? 1 : 0;
  const int is_real = call->types[first] == BNNMK_FLOAT32 ||
                      (function == POWER && call->operand_count > 1 && call->types[1] == BNNMK_FLOAT32);
  for (uint32_t o = 0; o < call->operand_count; o++) {
    load(&operands[o], call->operands[o], call->types[o], is_real && o >= first, offsets[o], steps[o], count);
  }
  block *a = &operands[0];
  const block *b = &operands[1];
  if (function == WHERE) {
    block *no = &operands[2];
    for (size_t i = 0; i < count; i++) {
      no->integers[i] = a->integers[i] ? b->integers[i] : no->integers[i];
    }
    a = no;
  } else if (is_real && (function == EQUAL || function == LESS || function == LESS_OR_EQUAL)) {
    for (size_t i = 0; i < count; i++) {
      a->integers[i] = compare_reals(function, a->reals[i], b->reals[i]);
    }
  } else if (function != CAST) {
    for (size_t i = 0; i < count; i++) {
      if (is_real) {
        a->reals[i] = of_reals(function, a->reals[i], b->reals[i]);
      } else {
        a->integers[i] = of_integers(function, a->integers[i], b->integers[i]);
      }
    }
  }
  if (is_real && call->output_type != BNNMK_BOOL) {
    store_reals(a, call->output, call->output_type, output, count);
  } else if (is_real && function == CAST) {
    store_reals(a, call->output, BNNMK_BOOL, output, count);
  } else {
    store_integers(a->integers, call->output, call->output_type, output, count);
  }
}

void bnnmk_compute_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_compute *call = arguments;
  bnnmk_strided_rows rows = bnnmk_first_row(call->rank, call->dims, begin, end);
  for (size_t row = 0; row < rows.row_count; row++, bnnmk_next_row(&rows)) {
    size_t offsets[3] = {0}, steps[3] = {0};
    for (uint32_t o = 0; o < call->operand_count; o++) {
      offsets[o] = call->rank > 0 ? bnnmk_row_in_operand(&rows, call->strides[o]) : 0;
      steps[o] = call->rank > 0 ? call->strides[o][rows.last] : 0;
    }
    for (size_t done = 0; done < rows.row_length; done += BLOCK) {
      const size_t left = rows.row_length - done, count = left < BLOCK ? left : BLOCK;
      compute_block(call, offsets, steps, rows.output + done, count);
      for (uint32_t o = 0; o < call->operand_count; o++) {
        offsets[o] += count * steps[o];
      }
    }
  }
}

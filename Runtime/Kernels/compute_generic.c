// Functions of up to three operands of any type but bits, with broadcasting: blocks of a row are loaded into float64 or
// int64, computed there by one loop a function, and stored as the output's type.
#include <math.h>

#include "arithmetic.h"
#include "element_blocks.h"
#include "kernel_declarations.h"
#include "separate_roundings.h"
#include "strided_rows.h"

// Numbered as bnnmf_function, behind those of bnnmk_function.
enum {
  POWER = 7,
  EQUAL = 8,
  LESS = 9,
  LESS_OR_EQUAL = 10,
  AND = 11,
  OR = 12,
  XOR = 13,
  WHERE = 14,
  CAST = 15,
};

// Up to three operands' elements, in one domain; results replace the first.
typedef struct real_blocks {
  double a[BNNMK_BLOCK], b[BNNMK_BLOCK];
} real_blocks;

typedef struct integer_blocks {
  int64_t a[BNNMK_BLOCK], b[BNNMK_BLOCK], c[BNNMK_BLOCK];
} integer_blocks;

#define EACH(expression)               \
  for (size_t i = 0; i < count; i++) { \
    expression;                        \
  }                                    \
  break

static void compute_reals(uint32_t function, double *a, const double *b, size_t count) {
  if (function == POWER) {
    for (size_t i = 0; i < count; i++) {
      a[i] = pow(a[i], b[i]);
    }
    return;
  }
#define APPLY_EACH(function)                             \
  for (size_t i = 0; i < count; i++) {                   \
    a[i] = bnnmk_apply_arithmetic(function, a[i], b[i]); \
  }
  BNNMK_WITH_CONSTANT_FUNCTION((bnnmk_function)function, APPLY_EACH)
}

// Comparisons of reals, to 0 and 1.
static void compare_reals(uint32_t function, const double *a, const double *b, int64_t *y, size_t count) {
  switch (function) {
    case EQUAL:
      EACH(y[i] = a[i] == b[i]);
    case LESS:
      EACH(y[i] = a[i] < b[i]);
    default:
      EACH(y[i] = a[i] <= b[i]);
  }
}

static int64_t quotient(int64_t a, int64_t b) {
  if (b == 0) {
    return 0;
  }
  return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

// a to the power of b, modulo 2^64; towards zero for b < 0, of 0 too.
static int64_t integer_power(int64_t a, int64_t b) {
  if (b < 0) {
    return a == 1 || (a == -1 && b % 2 == 0) ? 1 : a == -1 ? -1 : 0;
  }
  uint64_t result = 1, square = (uint64_t)a;
  for (; b > 0; b >>= 1, square *= square) {
    result *= b & 1 ? square : 1;
  }
  return (int64_t)result;
}

// Unsigned arithmetic wraps around; what is stored of it is the same modulo the type's size.
static void compute_integers(uint32_t function, int64_t *a, const int64_t *b, const int64_t *c, size_t count) {
  switch (function) {
    case BNNMK_ADD:
      EACH(a[i] = (int64_t)((uint64_t)a[i] + (uint64_t)b[i]));
    case BNNMK_SUBTRACT:
      EACH(a[i] = (int64_t)((uint64_t)a[i] - (uint64_t)b[i]));
    case BNNMK_MULTIPLY:
      EACH(a[i] = (int64_t)((uint64_t)a[i] * (uint64_t)b[i]));
    case BNNMK_DIVIDE:
      EACH(a[i] = quotient(a[i], b[i]));
    case BNNMK_MINIMUM:
      EACH(a[i] = a[i] < b[i] ? a[i] : b[i]);
    case BNNMK_MAXIMUM:
      EACH(a[i] = a[i] > b[i] ? a[i] : b[i]);
    case POWER:
      EACH(a[i] = integer_power(a[i], b[i]));
    case EQUAL:
      EACH(a[i] = a[i] == b[i]);
    case LESS:
      EACH(a[i] = a[i] < b[i]);
    case LESS_OR_EQUAL:
      EACH(a[i] = a[i] <= b[i]);
    case AND:
      EACH(a[i] &= b[i]);
    case OR:
      EACH(a[i] |= b[i]);
    case XOR:
      EACH(a[i] ^= b[i]);
    case WHERE:
      EACH(a[i] = a[i] ? b[i] : c[i]);
    default:
      break;  // a cast: loads and stores do it all
  }
}

// One block of a row: `at` are the operands' first elements, `steps` what leads from one to the next.
static void compute_block(const bnnmk_compute *call, const size_t at[3], const size_t steps[3], size_t output,
                          size_t count) {
  const bnnmk_element_type type = call->types[0], output_type = call->output_type;
  const int is_selection = call->function == WHERE;
  const int is_real = type == BNNMK_FLOAT32 || (call->function == POWER && call->types[1] == BNNMK_FLOAT32);
  if (is_real) {
    real_blocks x;
    bnnmk_load_reals(x.a, call->operands[0], type, at[0], steps[0], count);
    if (call->operand_count > 1) {
      bnnmk_load_reals(x.b, call->operands[1], call->types[1], at[1], steps[1], count);
    }
    if (call->function >= EQUAL && call->function <= LESS_OR_EQUAL) {
      int64_t y[BNNMK_BLOCK];
      compare_reals(call->function, x.a, x.b, y, count);
      bnnmk_store_integers(y, call->output, output_type, output, count);
      return;
    }
    if (call->function != CAST) {
      compute_reals(call->function, x.a, x.b, count);
    }
    bnnmk_store_reals(x.a, call->output, output_type, output, count);
    return;
  }
  integer_blocks x;
  int64_t *blocks[3] = {x.a, x.b, x.c};
  for (uint32_t o = 0; o < call->operand_count; o++) {
    // What is selected is bits to move.
    const bnnmk_element_type own = is_selection && call->types[o] == BNNMK_FLOAT32 ? BNNMK_INT32 : call->types[o];
    bnnmk_load_integers(blocks[o], call->operands[o], own, at[o], steps[o], count);
  }
  compute_integers(call->function, x.a, x.b, x.c, count);
  bnnmk_store_integers(x.a, call->output, is_selection && output_type == BNNMK_FLOAT32 ? BNNMK_INT32 : output_type,
                       output, count);
}

void bnnmk_compute_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_compute *call = arguments;
  bnnmk_strided_rows rows = bnnmk_first_row(call->rank, call->dims, begin, end);
  for (size_t row = 0; row < rows.row_count; row++, bnnmk_next_row(&rows)) {
    size_t first[3] = {0}, steps[3] = {0};
    for (uint32_t o = 0; o < call->operand_count; o++) {
      first[o] = bnnmk_row_in_operand(&rows, call->strides[o]);
      steps[o] = call->rank > 0 ? call->strides[o][rows.last] : 0;
    }
    for (size_t done = 0; done < rows.row_length; done += BNNMK_BLOCK) {
      const size_t left = rows.row_length - done;
      const size_t at[3] = {first[0] + done * steps[0], first[1] + done * steps[1], first[2] + done * steps[2]};
      compute_block(call, at, steps, rows.output + done, left < BNNMK_BLOCK ? left : BNNMK_BLOCK);
    }
  }
}

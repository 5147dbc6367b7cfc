// Loads and stores of blocks of elements, one loop for each type and domain.
#include "element_blocks.h"

void bnnmk_load_reals(double *x, const void *elements, bnnmk_element_type type, size_t first, size_t step,
                      size_t count) {
  if (type != BNNMK_FLOAT32) {
    int64_t integers[BNNMK_BLOCK];
    bnnmk_load_integers(integers, elements, type, first, step, count);
    for (size_t i = 0; i < count; i++) {
      x[i] = (double)integers[i];
    }
    return;
  }
  const float *from = (const float *)elements + first;
  for (size_t i = 0; i < count; i++) {
    x[i] = from[i * step];
  }
}

void bnnmk_load_integers(int64_t *x, const void *elements, bnnmk_element_type type, size_t first, size_t step,
                         size_t count) {
  if (type == BNNMK_INT32) {
    const int32_t *from = (const int32_t *)elements + first;
    for (size_t i = 0; i < count; i++) {
      x[i] = from[i * step];
    }
  } else if (type == BNNMK_INT64) {
    const int64_t *from = (const int64_t *)elements + first;
    for (size_t i = 0; i < count; i++) {
      x[i] = from[i * step];
    }
  } else {
    const uint8_t *from = (const uint8_t *)elements + first;
    for (size_t i = 0; i < count; i++) {
      x[i] = from[i * step] != 0;
    }
  }
}

static int64_t integer_of_real(double x, bnnmk_element_type type) {
  if (type == BNNMK_BOOL) {
    return x != 0.0;  // NaN is not 0
  }
  if (x != x) {
    return 0;
  }
  // The bounds are float64 numbers; the greatest int64 is not, but the first number beyond it is.
  const double limit = type == BNNMK_INT32 ? 2147483648.0 : 9223372036854775808.0;
  const int64_t greatest = type == BNNMK_INT32 ? INT32_MAX : INT64_MAX;
  return x >= limit ? greatest : x <= -limit ? -greatest - 1 : (int64_t)x;
}

void bnnmk_store_reals(const double *x, void *elements, bnnmk_element_type type, size_t first, size_t count) {
  if (type == BNNMK_FLOAT32) {
    float *to = (float *)elements + first;
    for (size_t i = 0; i < count; i++) {
      to[i] = (float)x[i];
    }
    return;
  }
  int64_t integers[BNNMK_BLOCK];
  for (size_t i = 0; i < count; i++) {
    integers[i] = integer_of_real(x[i], type);
  }
  bnnmk_store_integers(integers, elements, type, first, count);
}

void bnnmk_store_integers(const int64_t *x, void *elements, bnnmk_element_type type, size_t first, size_t count) {
  switch (type) {
    case BNNMK_FLOAT32:
      for (size_t i = 0; i < count; i++) {
        ((float *)elements)[first + i] = (float)x[i];
      }
      break;
    case BNNMK_INT32:
      for (size_t i = 0; i < count; i++) {
        ((uint32_t *)elements)[first + i] = (uint32_t)(uint64_t)x[i];
      }
      break;
    case BNNMK_INT64:
      for (size_t i = 0; i < count; i++) {
        ((int64_t *)elements)[first + i] = x[i];
      }
      break;
    case BNNMK_BOOL:
      for (size_t i = 0; i < count; i++) {
        ((uint8_t *)elements)[first + i] = x[i] != 0;
      }
      break;
  }
}

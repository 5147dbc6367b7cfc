// Maximum of int32 windows over the taps on the input.
#include "kernel_declarations.h"
#include "pool_windows.h"

static void start(const bnnmk_pool *pool, size_t output_pixel) {
  int32_t *y = (int32_t *)pool->output + output_pixel * pool->channels;
  for (uint32_t c = 0; c < pool->channels; c++) {
    y[c] = INT32_MIN;
  }
}

static void tap(const bnnmk_pool *pool, size_t output_pixel, size_t input_pixel) {
  const int32_t *x = (const int32_t *)pool->input + input_pixel * pool->channels;
  int32_t *y = (int32_t *)pool->output + output_pixel * pool->channels;
  for (uint32_t c = 0; c < pool->channels; c++) {
    y[c] = x[c] > y[c] ? x[c] : y[c];
  }
}

void bnnmk_max_pool_i32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_pool *pool = arguments;
  bnnmk_pool_rows(pool, begin, end, start, tap);
}

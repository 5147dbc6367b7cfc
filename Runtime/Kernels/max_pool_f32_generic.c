// Maximum of float windows over the taps on the input. A NaN among them is the result.
#include <math.h>

#include "kernel_declarations.h"
#include "pool_windows.h"

static void start(const bnnmk_pool *pool, size_t output_pixel) {
  float *y = (float *)pool->output + output_pixel * pool->channels;
  for (uint32_t c = 0; c < pool->channels; c++) {
    y[c] = -INFINITY;
  }
}

static void tap(const bnnmk_pool *pool, size_t output_pixel, size_t input_pixel) {
  const float *x = (const float *)pool->input + input_pixel * pool->channels;
  float *y = (float *)pool->output + output_pixel * pool->channels;
  for (uint32_t c = 0; c < pool->channels; c++) {
    y[c] = x[c] > y[c] || x[c] != x[c] ? x[c] : y[c];
  }
}

void bnnmk_max_pool_f32_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_pool *pool = arguments;
  bnnmk_pool_rows(pool, begin, end, start, tap);
}

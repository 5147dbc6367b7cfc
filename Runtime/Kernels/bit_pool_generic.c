// AND or OR, per channel, of windows of bits over the taps on the input.
#include "kernel_declarations.h"
#include "pool_windows.h"

static inline size_t words_per_pixel(const bnnmk_pool *pool) { return pool->channels / 64 + (pool->channels % 64 > 0); }

// The neutral elements: ones for AND, zeros for OR.
static void start(const bnnmk_pool *pool, size_t output_pixel) {
  const size_t words = words_per_pixel(pool);
  uint64_t *y = (uint64_t *)pool->output + output_pixel * words;
  for (size_t i = 0; i < words; i++) {
    y[i] = ~pool->or_channels[i];
  }
}

static void tap(const bnnmk_pool *pool, size_t output_pixel, size_t input_pixel) {
  const size_t words = words_per_pixel(pool);
  const uint64_t *x = (const uint64_t *)pool->input + input_pixel * words;
  uint64_t *y = (uint64_t *)pool->output + output_pixel * words;
  for (size_t i = 0; i < words; i++) {
    // OR channels gain x's ones; AND channels lose x's zeros.
    y[i] = (y[i] | (x[i] & pool->or_channels[i])) & (x[i] | pool->or_channels[i]);
  }
}

void bnnmk_bit_pool_generic(const void *arguments, uint32_t begin, uint32_t end) {
  const bnnmk_pool *pool = arguments;
  bnnmk_pool_rows(pool, begin, end, start, tap);
}

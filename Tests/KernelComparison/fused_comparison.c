// Fused multiply-adds by float64 (Runtime/Kernels/fused.h) against the C library's, to the bit: any numbers, and sums
// close to the middle between two of float32, where rounding twice would differ.
#include <math.h>
#include <stdio.h>

#include "comparisons.h"
#include "fused.h"
#include "random_numbers.h"

enum { CASES = 400 };

static float any_number(uint64_t *random) {
  const bnnmk_float_bits x = {.bits = (uint32_t)next_random(random)};
  return x.number;
}

// One of few bits, times a power of two: such products end in zeros, so that sums can be halves.
static float short_number(uint64_t *random) {
  return ldexpf((float)random_between(random, 1, 4096), (int)random_between(random, 0, 60) - 40);
}

int compare_fused(uint64_t seed) {
  uint64_t random = seed * 31 + 7;
  for (int i = 0; i < CASES; i++) {
    const int is_short = i % 4 > 0;
    const float a = is_short ? short_number(&random) : any_number(&random);
    float b = is_short ? short_number(&random) : any_number(&random);
    float c = any_number(&random);
    if (i % 4 == 2) {
      // The product is half of c's last place, or a little more or less.
      c = ldexpf((float)random_between(&random, 1u << 23, (1u << 24) - 1), (int)random_between(&random, 0, 120) - 160);
      const float half = ldexpf(1, ilogbf(c) - 24);
      b = half / a * (1 + ldexpf(random_unit(&random), -(int)random_between(&random, 10, 40)));
    } else if (i % 4 == 3) {
      // What the product is in float32 is taken away, and half of its last place.
      c = -(a * b) * (1 + ldexpf(1, -(int)random_between(&random, 1, 50)));
    }
    const float sign = random_between(&random, 0, 1) ? -1.0f : 1.0f;
    const float expected = fmaf(a, b, sign * c), found = bnnmk_fused_by_float64(a, b, sign * c);
    const bnnmk_float_bits x = {expected}, y = {found};
    if (x.bits != y.bits && (expected == expected || found == found)) {
      printf("fused, seed %llu, case %d: %a * %a + %a is %a, not %a\n", (unsigned long long)seed, i, (double)a,
             (double)b, (double)(sign * c), (double)expected, (double)found);
      return 0;
    }
  }
  return 1;
}

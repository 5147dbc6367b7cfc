// Percentiles, mean and standard deviation of a list of times.
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// The least time that at least `percent` of all do not exceed.
static double percentile(const double *sorted, size_t count, double percent) {
  const size_t rank = (size_t)ceil(percent / 100 * (double)count);
  return sorted[rank > 0 ? rank - 1 : 0];
}

profile_times profile_summarize(double *times, size_t count) {
  qsort(times, count, sizeof *times, compare);
  double sum = 0, squares = 0;
  for (size_t i = 0; i < count; i++) {
    sum += times[i];
  }
  const double mean = sum / (double)count;
  for (size_t i = 0; i < count; i++) {
    squares += (times[i] - mean) * (times[i] - mean);
  }
  return (profile_times){
      .count = count,
      .min = times[0],
      .p50 = percentile(times, count, 50),
      .p90 = percentile(times, count, 90),
      .p99 = percentile(times, count, 99),
      .max = times[count - 1],
      .mean = mean,
      .deviation = count > 1 ? sqrt(squares / (double)(count - 1)) : 0,
  };
}

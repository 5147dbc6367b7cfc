// What a list of times comes to.
#ifndef BNNM_PROFILE_STATISTICS_H
#define BNNM_PROFILE_STATISTICS_H

#include <stddef.h>

// In microseconds. Percentiles are those of the sorted list at the nearest rank, "p50" the median.
typedef struct profile_times {
  size_t count;
  double min, p50, p90, p99, max, mean;
  double deviation;  // standard deviation of the sample; 0 for one time
} profile_times;

// Of `count` (>= 1) times, which it sorts.
profile_times profile_summarize(double *times, size_t count);

#endif

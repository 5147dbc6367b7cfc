// A monotonic clock.
#define _POSIX_C_SOURCE 200809L

#include <time.h>

#include "bnnm_platform.h"

uint64_t bnnmp_clock_nanoseconds(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

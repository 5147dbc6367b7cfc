// Counts shared between threads.
#include "bnnm_platform.h"

void bnnmp_retain(uint32_t *count) { __atomic_fetch_add(count, 1, __ATOMIC_RELAXED); }

uint32_t bnnmp_take(uint32_t *next) { return __atomic_fetch_add(next, 1, __ATOMIC_RELAXED); }

// Releases what this holder wrote; the last holder acquires what all the others wrote.
bool bnnmp_release(uint32_t *count) { return __atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL) == 1; }

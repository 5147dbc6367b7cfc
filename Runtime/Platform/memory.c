// Aligned memory from the C library.
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>

#include "bnnm_platform.h"

void *bnnmp_allocate(size_t byte_count, size_t alignment) {
  void *memory = NULL;
  if (byte_count > PTRDIFF_MAX) {
    return NULL;
  }
  if (alignment < sizeof(void *)) {
    alignment = sizeof(void *);
  }
  return posix_memalign(&memory, alignment, byte_count > 0 ? byte_count : 1) == 0 ? memory : NULL;
}

void bnnmp_free(void *memory) { free(memory); }

// Aligned memory from the C library, and memory asked for ahead.
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

void bnnmp_prefetch(const void *memory, size_t byte_count) {
  enum { LINE_BYTES = 64 };
  for (size_t offset = 0; offset < byte_count; offset += LINE_BYTES) {
    __builtin_prefetch((const char *)memory + offset);
  }
}

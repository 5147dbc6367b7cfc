// Memory that ends at a page which nobody may read or write, so that an access behind it ends the program; what stands
// before it is filled with a pattern, and so is the memory itself.
#ifndef BNNM_GUARDED_MEMORY_H
#define BNNM_GUARDED_MEMORY_H

#include <stddef.h>

enum { GUARD_PATTERN = 0xa5 };

typedef struct guarded_memory {
  void *data;  // aligned to the largest power of two that divides the size, up to a page
  size_t byte_count;
  unsigned char *mapping;
  size_t mapped_byte_count;
} guarded_memory;

// Ends the program where there is no memory.
guarded_memory guarded_allocate(size_t byte_count);

// 1 where the bytes before the memory are as they were.
int guarded_is_intact(const guarded_memory *memory);

void guarded_free(guarded_memory *memory);

#endif

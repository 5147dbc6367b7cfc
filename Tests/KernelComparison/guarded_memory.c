// Guarded memory by mmap: whole pages, the last of them without any right.
#include "guarded_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

guarded_memory guarded_allocate(size_t byte_count) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t used = (byte_count + page - 1) / page * page + page;  // at least a page before it
  unsigned char *mapping = mmap(NULL, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED || mprotect(mapping + used, page, PROT_NONE) != 0) {
    perror("guarded memory");
    exit(2);
  }
  memset(mapping, GUARD_PATTERN, used);
  return (guarded_memory){mapping + used - byte_count, byte_count, mapping, used + page};
}

int guarded_is_intact(const guarded_memory *memory) {
  for (const unsigned char *byte = memory->mapping; byte < (unsigned char *)memory->data; byte++) {
    if (*byte != GUARD_PATTERN) {
      return 0;
    }
  }
  return 1;
}

void guarded_free(guarded_memory *memory) { munmap(memory->mapping, memory->mapped_byte_count); }

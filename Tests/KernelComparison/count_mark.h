// Where a program to be counted ends a part and begins the next: a system call that does nothing but that
// instruction_counter.c, which knows its argument, prints what was executed so far.
#ifndef BNNM_COUNT_MARK_H
#define BNNM_COUNT_MARK_H

#include <unistd.h>

// A file descriptor that no program has.
enum { COUNT_MARK = 0x6d6e6e62 };

static inline void mark_count(void) { close(COUNT_MARK); }

#endif

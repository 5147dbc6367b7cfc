// What the engine needs of the operating system: memory, files, threads and reference counts. libc and pthread only.
#ifndef BNNM_PLATFORM_H
#define BNNM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// malloc with an alignment that is a power of two; NULL where memory is short. `byte_count` of 0 counts as 1.
void *bnnmp_allocate(size_t byte_count, size_t alignment);
void bnnmp_free(void *memory);

// Asks for memory that is read soon; any address will do.
void bnnmp_prefetch(const void *memory, size_t byte_count);

typedef enum bnnmp_file_status {
  BNNMP_FILE_OK = 0,
  BNNMP_FILE_MISSING,      // no such file
  BNNMP_FILE_NOT_REGULAR,  // a directory, a device, ...
  BNNMP_FILE_UNREADABLE,   // permission, I/O; `error` has errno
  BNNMP_FILE_OUT_OF_MEMORY,
} bnnmp_file_status;

typedef struct bnnmp_file {
  const void *bytes;  // page-aligned; NULL for an empty file
  size_t byte_count;
  int error;  // errno of a failure, else 0
} bnnmp_file;

// Maps a whole file read-only; the file itself is closed again. An empty file is OK with `byte_count` 0.
bnnmp_file_status bnnmp_map_file(const char *path, bnnmp_file *file);
void bnnmp_unmap_file(bnnmp_file *file);

// Text of an errno, thread-safe, always terminated.
void bnnmp_error_text(int error, char *text, size_t capacity);

// Reference counts: increments and decrements are atomic; `release` is true for the last holder, which then owns all.
void bnnmp_retain(uint32_t *count);
bool bnnmp_release(uint32_t *count);
// The next number of a counter that threads share.
uint32_t bnnmp_take(uint32_t *next);

// Which core the calling thread is on: implementer and part number where MIDR_EL1 of ARM has them, all other bits 0; 0
// on other machines, and where the operating system does not say.
typedef uint32_t (*bnnmp_core)(void);
uint32_t bnnmp_current_core(void);

// A fork-join pool: `thread_count - 1` workers that, with the caller, share one call's work. It belongs to one thread
// at a time. Workers spin briefly for the next call, then sleep.
typedef struct bnnmp_pool bnnmp_pool;

// Computes items begin..<end; called by several threads at once, for parts that do not overlap.
typedef void (*bnnmp_task)(const void *context, uint32_t begin, uint32_t end);

// Bytes that a pool of this many threads needs; `memory` of that size, aligned to 64, is the caller's and outlives the
// pool.
size_t bnnmp_pool_byte_count(uint32_t thread_count);
// Thread i, the caller being thread 0, stays on cpus[i % cpu_count], where cpu_count is not 0. Where threads are on
// cores that `core` tells apart, work is cut into more parts. NULL where a thread cannot be started, or not there (no
// thread is left behind).
bnnmp_pool *bnnmp_pool_create(void *memory, uint32_t thread_count, const uint32_t *cpus, uint32_t cpu_count,
                              bnnmp_core core);
// Ends the workers; of an inherited pool nothing is left to end.
void bnnmp_pool_destroy(bnnmp_pool *pool);
// Whether the pool came with fork(): its workers stayed in the parent, and it must not be run.
bool bnnmp_pool_is_inherited(const bnnmp_pool *pool);
// Whether threads worked on unlike cores when they last did; not of a NULL pool.
bool bnnmp_pool_is_unlike(const bnnmp_pool *pool);
// Runs `task` over 0..<count, in parts of at least `grain` items; returns when all are done. A NULL pool runs it in
// place.
void bnnmp_pool_run(bnnmp_pool *pool, bnnmp_task task, const void *context, uint32_t count, uint32_t grain);

// Nanoseconds of a monotonic clock.
uint64_t bnnmp_clock_nanoseconds(void);

#ifdef __cplusplus
}
#endif
#endif

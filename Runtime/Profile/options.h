// What the command line asks for.
#ifndef BNNM_PROFILE_OPTIONS_H
#define BNNM_PROFILE_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

enum { PROFILE_MAX_THREAD_COUNTS = 16, PROFILE_MAX_CPUS = 64 };

typedef enum profile_format { PROFILE_TABLE, PROFILE_JSON, PROFILE_CSV } profile_format;

typedef struct profile_options {
  const char *model;                            // path
  uint32_t threads[PROFILE_MAX_THREAD_COUNTS];  // one run of the profiler each
  uint32_t thread_count_count;
  uint32_t cpus[PROFILE_MAX_CPUS];  // thread i stays on cpus[i % cpu_count]
  uint32_t cpu_count;
  uint32_t isa_levels;    // a mask of bnnm_isa, a run each; 0: what the library chooses by itself
  uint32_t run_count;     // of timed runs; 0: as many as `seconds` take
  uint32_t warmup_count;  // of runs before them
  double seconds;
  uint64_t seed;  // of the random input
  profile_format format;
  int is_check;             // run the embedded checks, measure nothing
  const char *trace;        // path of a Chrome trace to write; NULL: none
  const char *compare;      // path of an earlier --json; NULL: none
  const char *system_root;  // where /proc and /sys are looked for: "" but for tests
} profile_options;

// Reads the arguments. 0 where they are fine, 1 where help was asked for and printed, 2 where something was wrong, and
// told on `errors`.
int profile_read_options(int argument_count, const char *const *arguments, FILE *output, FILE *errors,
                         profile_options *options);

#endif

// What was measured, as a table, JSON, CSV or a Chrome trace.
#ifndef BNNM_PROFILE_REPORT_H
#define BNNM_PROFILE_REPORT_H

#include "measurement.h"

typedef struct profile_report {
  const profile_subject *subject;
  const profile_options *options;
  board_identity board;
  const profile_run *runs;
  uint32_t run_count;
  uint64_t peak_memory;  // bytes of this process
} profile_report;

void profile_write_table(const profile_report *report, FILE *output);
void profile_write_json(const profile_report *report, FILE *output);
void profile_write_csv(const profile_report *report, FILE *output);

// Chrome's trace event format, complete events: https://chromium.googlesource.com/catapult, "Trace Event Format".
void profile_write_trace(const profile_report *report, FILE *output);

// A string of JSON, in quotes.
void profile_write_string(FILE *output, const char *text);

// Sum of the layers' medians.
double profile_layer_sum(const profile_report *report, const profile_run *run);

// Compares with an earlier --json at `path`: what got faster or slower, beyond what chance would give. 0, or 1 after
// telling `errors` why not.
int profile_compare(const profile_report *report, const char *path, FILE *output, FILE *errors);

#endif

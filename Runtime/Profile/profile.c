// The profiler from its arguments to its exit status.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bnnm_profile.h"
#include "check.h"
#include "report.h"

// Writes the trace; a file that cannot be written whole is removed.
static int write_trace(const profile_report *report, const char *path, FILE *errors) {
  FILE *file = fopen(path, "w");
  if (file) {
    profile_write_trace(report, file);
    const int failed = ferror(file) | fclose(file);
    if (!failed) {
      return 0;
    }
    remove(path);
  }
  fprintf(errors, "bnnm-profile: %s: cannot be written: %s\n", path, strerror(errno));
  return 1;
}

static int write_report(const profile_report *report, FILE *output, FILE *errors) {
  const profile_options *options = report->options;
  switch (options->format) {
    case PROFILE_TABLE:
      profile_write_table(report, output);
      break;
    case PROFILE_JSON:
      profile_write_json(report, output);
      break;
    case PROFILE_CSV:
      profile_write_csv(report, output);
      break;
  }
  int status = options->trace ? write_trace(report, options->trace, errors) : 0;
  if (options->compare) {
    // Beside JSON or CSV, which a program reads, people get the comparison.
    FILE *comparison = options->format == PROFILE_TABLE ? output : errors;
    status |= profile_compare(report, options->compare, comparison, errors);
  }
  return status;
}

// Every number of threads at every level.
static int measure_all(const profile_options *options, const profile_subject *subject, FILE *output, FILE *errors,
                       FILE *json) {
  enum { LEVELS = 32 };
  profile_run *runs = calloc(PROFILE_MAX_THREAD_COUNTS * LEVELS, sizeof *runs);
  if (!runs) {
    fputs("bnnm-profile: no memory\n", errors);
    return 1;
  }
  uint32_t run_count = 0;
  int status = 0;
  uint32_t levels = options->isa_levels;
  do {
    const uint32_t isa = levels & (~levels + 1);  // the lowest one left; 0: the library's choice
    levels &= levels - (levels > 0);
    for (uint32_t i = 0; !status && i < options->thread_count_count; i++) {
      status = profile_measure(options, subject, options->threads[i], isa, errors, &runs[run_count]);
      run_count += !status;
    }
  } while (levels && !status);
  if (!status) {
    profile_report report = {subject, options, {{0}, {0}, {0}, {0}, 0}, runs, run_count, board_peak_memory()};
    board_identify(options->system_root, &report.board);
    status = write_report(&report, output, errors);
    if (json) {
      profile_write_json(&report, json);
    }
  }
  for (uint32_t i = 0; i < run_count; i++) {
    profile_free_run(&runs[i]);
  }
  free(runs);
  return status;
}

int bnnm_profile(int argument_count, const char *const *arguments, FILE *output, FILE *errors, FILE *json) {
  profile_options options;
  const int wrong = profile_read_options(argument_count, arguments, output, errors, &options);
  if (wrong) {
    return wrong == 1 ? 0 : wrong;
  }
  profile_subject subject;
  if (profile_open(&options, errors, &subject)) {
    return 1;
  }
  int status = options.is_check ? profile_run_checks(&options, &subject, output, errors)
                                : measure_all(&options, &subject, output, errors, json);
  if (fflush(output) || ferror(output) || (json && (fflush(json) || ferror(json)))) {
    fputs("bnnm-profile: the output cannot be written\n", errors);
    status = 1;
  }
  profile_close(&subject);
  return status;
}

int bnnm_profile_main(int argument_count, const char *const *arguments, FILE *json) {
  return bnnm_profile(argument_count, arguments, stdout, stderr, json);
}

// A board proves the library on itself: embedded inputs are run, decisions and outputs compared.
#include "check.h"

static void write_result(const profile_options *options, FILE *output, uint32_t isa, uint32_t threads, uint32_t index,
                         const bnnm_check_result *result) {
  const char *name = bnnm_isa_name((bnnm_isa)isa);
  if (options->format == PROFILE_JSON) {
    fprintf(output,
            "{\"isa\":\"%s\",\"threads\":%u,\"check\":%u,\"passed\":%s,\"binarizers\":%u,\"differing_binarizers\":%u,"
            "\"outputs\":%u,\"differing_outputs\":%u,\"largest_difference\":%g,\"tolerance\":%g}\n",
            name, threads, index, result->passed ? "true" : "false", result->probe_count, result->differing_probes,
            result->output_count, result->differing_outputs, (double)result->largest_difference,
            (double)result->tolerance);
    return;
  }
  fprintf(output, "%s, %u thread%s, check %u: %s: %u of %u binarizers and %u of %u outputs differ", name, threads,
          threads == 1 ? "" : "s", index + 1, result->passed ? "passed" : "FAILED", result->differing_probes,
          result->probe_count, result->differing_outputs, result->output_count);
  fprintf(output, "; outputs within %.2g of %.2g\n", (double)result->largest_difference, (double)result->tolerance);
}

static int run_session(const profile_options *options, const profile_subject *subject, uint32_t isa, uint32_t threads,
                       FILE *output, FILE *errors) {
  bnnm_session *session = profile_session(options, subject, threads, isa, NULL, NULL, errors);
  int status = session == NULL;
  const uint32_t count = bnnm_model_check_count(subject->model);
  for (uint32_t i = 0; session && i < count; i++) {
    bnnm_check_result result = BNNM_CHECK_RESULT_INIT;
    const bnnm_status ran = bnnm_session_check(session, i, &result);
    if (ran != BNNM_OK) {
      fprintf(errors, "bnnm-profile: check %u: %s\n", i + 1, bnnm_status_text(ran));
      status = 1;
      break;
    }
    write_result(options, output, isa, threads, i, &result);
    status |= !result.passed;
  }
  bnnm_session_free(session);
  return status;
}

int profile_run_checks(const profile_options *options, const profile_subject *subject, FILE *output, FILE *errors) {
  if (bnnm_model_check_count(subject->model) == 0) {
    fprintf(errors, "bnnm-profile: %s: there are no checks in it; `bnnm compile --with-check N` embeds some\n",
            subject->path);
    return 1;
  }
  const uint32_t levels = options->isa_levels ? options->isa_levels : bnnm_available_isa();
  int status = 0;
  for (uint32_t isa = 1; isa; isa <<= 1) {
    for (uint32_t i = 0; (levels & isa) && i < options->thread_count_count; i++) {
      status |= run_session(options, subject, isa, options->threads[i], output, errors);
    }
  }
  return status;
}

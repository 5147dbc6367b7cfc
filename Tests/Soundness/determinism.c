// What the outputs of models depend on, and what they must not depend on: at one instruction set level every number of
// threads from 1 to 8 gives the same bytes; a chain of integers gives the same numbers at every level too; and the
// checks that a model carries pass at every level, that is, its numbers are within its own tolerance and its decisions
// equal.
//
//     determinism MODEL...
//
// Prints a line for each chain of integers, `integer NAME HASH`, the same on every machine, and the numbers of what was
// compared. Exit status: 0 where all of it holds, 1 where something does not, 2 on wrong usage.
#include <string.h>

#include "evidence.h"
#include "subject.h"

enum { MAX_THREADS = 8 };

static uint64_t models, chains, runs, checks;

// Whether no layer computes with real numbers in an order of its own: what is left moves, counts, compares, or rounds
// each number once. bnnm.h calls layers by these names.
static bool is_chain_of_integers(const bnnm_model *model) {
  static const char *const exact[] = {"Transpose", "Reshape", "BinaryConv2D", "MaxPool",      "BitPool",
                                      "Binarize",  "Unpack",  "ScaleShift",   "Clamp",        "Concat",
                                      "Gather",    "Map",     "BinaryMatMul", "BitDifference"};
  bnnm_model_info info = BNNM_MODEL_INFO_INIT;
  if (bnnm_model_get_info(model, &info) != BNNM_OK) {
    return false;
  }
  for (uint32_t i = 0; i < info.layer_count; i++) {
    bnnm_layer_info layer = BNNM_LAYER_INFO_INIT;
    bool known = false;
    if (bnnm_model_layer_info(model, i, &layer) != BNNM_OK) {
      return false;
    }
    for (size_t k = 0; k < sizeof exact / sizeof *exact; k++) {
      known = known || strcmp(layer.operator_name, exact[k]) == 0;
    }
    if (!known) {
      return false;
    }
  }
  return true;
}

// The checks of the model on one session.
static bool passes_its_checks(const subject *own, bnnm_session *session, const char *level) {
  for (uint32_t i = 0; i < bnnm_model_check_count(own->model); i++) {
    bnnm_check_result result = BNNM_CHECK_RESULT_INIT;
    if (bnnm_session_check(session, i, &result) != BNNM_OK || !result.passed) {
      fprintf(stderr, "%s at %s: check %u: %u of %u binarizers and %u of %u outputs differ, the latter by up to %g\n",
              own->name, level, i, result.differing_probes, result.probe_count, result.differing_outputs,
              result.output_count, (double)result.largest_difference);
      return false;
    }
    checks++;
  }
  return true;
}

// One level: whether every number of threads gives the same bytes; `values` is the hash of their numbers.
static bool level_is_deterministic(const subject *own, bnnm_isa isa, const subject_outputs *outputs, uint64_t *values) {
  const char *level = bnnm_isa_name(isa);
  uint64_t first = 0;
  for (uint32_t threads = 1; threads <= MAX_THREADS; threads++) {
    bnnm_session *session = NULL;
    bool good = subject_make_session(own, own->model, threads, isa, &session);
    for (int repetition = 0; good && repetition < 2; repetition++) {
      good = subject_run(own, session, outputs);
      const uint64_t found = subject_hash(outputs);
      if (threads == 1 && repetition == 0) {
        first = found;
        *values = subject_hash_of_values(own, outputs);
      }
      if (good && found != first) {
        fprintf(stderr, "%s at %s: %u threads give other outputs than one\n", own->name, level, threads);
        good = false;
      }
      runs++;
    }
    good = good && passes_its_checks(own, session, level);
    bnnm_session_free(session);
    if (!good) {
      return false;
    }
  }
  return true;
}

static bool is_deterministic(const subject *own, const subject_outputs *outputs) {
  const bool is_integer = is_chain_of_integers(own->model);
  uint64_t first = 0;
  bool has_first = false;
  for (uint32_t isa = 1; isa != 0 && isa <= bnnm_available_isa(); isa <<= 1) {
    uint64_t hash = 0;
    if (!(bnnm_available_isa() & isa)) {
      continue;
    }
    if (!level_is_deterministic(own, (bnnm_isa)isa, outputs, &hash)) {
      return false;
    }
    if (is_integer && has_first && hash != first) {
      fprintf(stderr, "%s: a chain of integers, whose outputs at %s differ from those of plain C\n", own->name,
              bnnm_isa_name((bnnm_isa)isa));
      return false;
    }
    first = has_first ? first : hash;
    has_first = true;
  }
  if (is_integer) {
    printf("integer %s %016" PRIx64 "\n", own->name, first);
    chains++;
  }
  models++;
  return true;
}

int main(int count, char **arguments) {
  if (count < 2) {
    fprintf(stderr, "usage: determinism MODEL...\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);  // a slow emulator shows how far it is
  bool good = true;
  for (int i = 1; i < count; i++) {
    subject own;
    subject_outputs outputs;
    if (!subject_open(&own, arguments[i])) {
      good = false;
      continue;
    }
    good = subject_make_outputs(&own, &outputs) && is_deterministic(&own, &outputs) && good;
    subject_free_outputs(&outputs);
    subject_close(&own);
  }
  if (!good) {
    return 1;
  }
  tell_evidence("determinism-models", models);
  tell_evidence("determinism-integer-chains", chains);
  tell_evidence("determinism-runs", runs);
  tell_evidence("determinism-checks", checks);
  return 0;
}

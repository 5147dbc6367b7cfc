// Runs models for a long time: many executions on sessions of 1, 2 and 4 threads, which are made anew now and then.
// Every output has to be that of the first run, bit for bit, and no memory may be lost on the way.
//
//     soak --runs COUNT MODEL...
//     soak --seconds COUNT MODEL...
//
// Exit status: 0 where nothing changed or grew, 1 where something did, 2 on wrong usage.
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "evidence.h"
#include "subject.h"

enum { MAX_MODELS = 32, RUNS_PER_TURN = 10, TURNS_PER_SESSION = 20 };

// malloc's own bookkeeping may differ by this much; one forgotten session is more.
enum { ALLOWED_HEAP_GROWTH = 4096, ALLOWED_RESIDENT_GROWTH = 4 << 20 };

static const uint32_t thread_counts[] = {1, 2, 4};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof *thread_counts };

typedef struct usage {
  size_t heap;      // bytes in use, as malloc counts them
  size_t resident;  // bytes of the process in memory
} usage;

static usage current_usage(void) {
  usage now = {mallinfo2().uordblks, 0};
  FILE *file = fopen("/proc/self/statm", "r");
  unsigned long whole, resident;
  if (file && fscanf(file, "%lu %lu", &whole, &resident) == 2) {
    now.resident = resident * (size_t)sysconf(_SC_PAGESIZE);
  }
  if (file) {
    fclose(file);
  }
  return now;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

// One model with a session for each number of threads.
typedef struct runner {
  subject model;
  subject_outputs outputs;
  bnnm_session *sessions[THREAD_COUNTS];
} runner;

static bool renew(runner *own, size_t which) {
  bnnm_session_free(own->sessions[which]);
  own->sessions[which] = NULL;
  return subject_make_session(&own->model, own->model.model, thread_counts[which], 0, &own->sessions[which]);
}

static bool runner_open(runner *own, const char *path) {
  *own = (runner){0};
  if (!subject_open(&own->model, path)) {
    return false;
  }
  bool ready = subject_make_outputs(&own->model, &own->outputs);
  for (size_t which = 0; ready && which < THREAD_COUNTS; which++) {
    ready = renew(own, which);
  }
  return ready;
}

static void runner_close(runner *own) {
  for (size_t which = 0; which < THREAD_COUNTS; which++) {
    bnnm_session_free(own->sessions[which]);
  }
  subject_free_outputs(&own->outputs);
  subject_close(&own->model);
}

// One turn of every session; those whose time has come are made anew first.
static bool take_turn(runner *own, uint64_t turn, uint64_t *sessions) {
  for (size_t which = 0; which < THREAD_COUNTS; which++) {
    if ((turn + which) % TURNS_PER_SESSION == 0) {
      if (!renew(own, which)) {
        return false;
      }
      *sessions += 1;
    }
    for (int i = 0; i < RUNS_PER_TURN; i++) {
      if (!subject_repeats(&own->model, own->sessions[which], &own->outputs)) {
        return false;
      }
    }
  }
  return true;
}

// Whether usage grew by more than is allowed; says so.
static bool grew(const char *what, size_t before, size_t after, size_t allowed) {
  if (after <= before + allowed) {
    return false;
  }
  fprintf(stderr, "%s grew from %zu to %zu bytes\n", what, before, after);
  return true;
}

static int soak(runner *runners, size_t count, uint64_t runs, double seconds) {
  const double start = seconds_now();
  uint64_t done = 0, sessions = 0;
  usage before = {0, 0};
  for (uint64_t turn = 0; done < runs && seconds_now() - start < seconds; turn++) {
    for (size_t i = 0; i < count; i++) {
      if (!take_turn(&runners[i], turn, &sessions)) {
        fprintf(stderr, "after %" PRIu64 " runs\n", done);
        return 1;
      }
      done += (uint64_t)runners[i].model.execution_count * RUNS_PER_TURN * THREAD_COUNTS;
    }
    // By then every session has been made anew, and malloc has what it wants to keep.
    if (turn == TURNS_PER_SESSION) {
      before = current_usage();
    }
  }
  const usage after = current_usage();
  if (before.resident == 0) {
    fprintf(stderr, "too short to tell whether memory grows\n");
    return 1;
  }
  const bool heap_grew = grew("the heap", before.heap, after.heap, ALLOWED_HEAP_GROWTH);
  if (grew("resident memory", before.resident, after.resident, ALLOWED_RESIDENT_GROWTH) || heap_grew) {
    return 1;
  }
  tell_evidence("soak-executions", done);
  tell_evidence("soak-sessions", sessions);
  tell_evidence("soak-seconds", (uint64_t)(seconds_now() - start));
  tell_evidence("soak-heap-growth-bytes", after.heap > before.heap ? after.heap - before.heap : 0);
  return 0;
}

int main(int count, char **arguments) {
  static runner runners[MAX_MODELS];
  const bool by_runs = count > 3 && strcmp(arguments[1], "--runs") == 0;
  const bool by_seconds = count > 3 && strcmp(arguments[1], "--seconds") == 0;
  if ((!by_runs && !by_seconds) || count - 3 > MAX_MODELS) {
    fprintf(stderr, "usage: soak --runs|--seconds COUNT MODEL... (at most %d)\n", MAX_MODELS);
    return 2;
  }
  const uint64_t number = strtoull(arguments[2], NULL, 10);
  const size_t models = (size_t)count - 3;
  bool ready = true;
  for (size_t i = 0; ready && i < models; i++) {
    ready = runner_open(&runners[i], arguments[3 + i]);
  }
  const int status =
      ready ? soak(runners, models, by_runs ? number : UINT64_MAX, by_seconds ? (double)number : 1e9) : 1;
  for (size_t i = 0; i < models; i++) {
    runner_close(&runners[i]);
  }
  return status;
}

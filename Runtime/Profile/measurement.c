// Timed runs: first without anything in between, then with the clock read before each layer.
#define _GNU_SOURCE  // sched_setaffinity
#include "measurement.h"

#include <sched.h>
#include <stdlib.h>

enum { LEAST_RUNS = 10, MOST_LAYER_RUNS = 200, TRACED_RUNS = 5 };

// How often the machine's state is looked at between runs, in microseconds.
static const double sample_interval = 100000;

// Times that grow as they come.
typedef struct time_list {
  double *times;
  size_t count, capacity;
} time_list;

static int append(time_list *list, double time) {
  if (list->count == list->capacity) {
    const size_t capacity = list->capacity ? 2 * list->capacity : 256;
    double *times = realloc(list->times, capacity * sizeof *times);
    if (!times) {
      return 1;
    }
    list->times = times;
    list->capacity = capacity;
  }
  list->times[list->count++] = time;
  return 0;
}

// Where the layer callback writes: a stamp before each layer, and one behind the last.
typedef struct layer_clock {
  double *stamps;
} layer_clock;

static void layer_begins(void *user, uint32_t layer, size_t execution) {
  (void)execution;
  layer_clock *clock = user;
  if (clock->stamps) {
    clock->stamps[layer] = profile_now();
  }
}

static int run_once(bnnm_session *session, const profile_subject *subject, FILE *errors) {
  const bnnm_status status =
      bnnm_session_run(session, 1, subject->inputs, subject->input_count, subject->outputs, subject->output_count);
  if (status != BNNM_OK) {
    fprintf(errors, "bnnm-profile: %s\n", bnnm_session_message(session));
  }
  return status != BNNM_OK;
}

static int warm_up(const profile_options *options, bnnm_session *session, const profile_subject *subject,
                   FILE *errors) {
  for (uint32_t i = 0; i < options->warmup_count; i++) {
    if (run_once(session, subject, errors)) {
      return 1;
    }
  }
  return 0;
}

static int out_of_memory(FILE *errors) {
  fputs("bnnm-profile: no memory for the times\n", errors);
  return 1;
}

// Whole runs; the machine's state is sampled between them.
static int time_runs(const profile_options *options, bnnm_session *session, const profile_subject *subject,
                     FILE *errors, profile_run *run, time_list *list) {
  const double begin = profile_now();
  double sampled = begin;
  for (;;) {
    const double before = profile_now();
    if (run_once(session, subject, errors)) {
      return 1;
    }
    const double after = profile_now();
    if (append(list, after - before)) {
      return out_of_memory(errors);
    }
    if (options->run_count ? list->count >= options->run_count
                           : list->count >= LEAST_RUNS && after - begin >= options->seconds * 1e6) {
      break;
    }
    if (after - sampled > sample_interval) {
      board_sample(options->system_root, &run->board);
      sampled = profile_now();
    }
  }
  run->times = profile_summarize(list->times, list->count);
  return 0;
}

// The stamps of every run become the times of every layer.
static int summarize_layers(const profile_subject *subject, const double *stamps, size_t run_count, profile_run *run) {
  const uint32_t layer_count = subject->info.layer_count;
  double *times = malloc(run_count * sizeof *times);
  if (!times) {
    return 1;
  }
  for (uint32_t layer = 0; layer < layer_count; layer++) {
    for (size_t i = 0; i < run_count; i++) {
      const double *begin = stamps + i * (layer_count + 1u) + layer;
      times[i] = begin[1] - begin[0];
    }
    run->layers[layer].times = profile_summarize(times, run_count);
  }
  free(times);
  return 0;
}

// Runs with the clock read before each layer: as many as there were whole ones, up to a number that is enough.
static int time_layers(const profile_options *options, const profile_subject *subject, uint32_t isa, FILE *errors,
                       profile_run *run) {
  const uint32_t layer_count = subject->info.layer_count;
  const size_t run_count = run->times.count < MOST_LAYER_RUNS ? run->times.count : MOST_LAYER_RUNS;
  const size_t stamp_count = layer_count + 1u;
  layer_clock clock = {NULL};
  bnnm_session *session = profile_session(options, subject, run->threads, isa, layer_begins, &clock, errors);
  double *stamps = calloc(run_count * stamp_count, sizeof *stamps);
  run->layers = calloc(layer_count + 1u, sizeof *run->layers);
  run->trace = malloc(TRACED_RUNS * stamp_count * sizeof *run->trace);
  int status = !session || !stamps || !run->layers || !run->trace;
  if (session && status) {
    out_of_memory(errors);
  }
  status = status || warm_up(options, session, subject, errors);
  for (size_t i = 0; !status && i < run_count; i++) {
    clock.stamps = stamps + i * stamp_count;
    status = run_once(session, subject, errors);
  }
  if (!status) {
    for (uint32_t layer = 0; layer < layer_count; layer++) {
      run->layers[layer].info = (bnnm_layer_info)BNNM_LAYER_INFO_INIT;
      bnnm_model_layer_info(subject->model, layer, &run->layers[layer].info);
      run->layers[layer].kernel = bnnm_session_layer_kernel(session, layer);
    }
    run->traced_runs = run_count < TRACED_RUNS ? (uint32_t)run_count : TRACED_RUNS;
    const double *traced = stamps + (run_count - run->traced_runs) * stamp_count;
    for (size_t i = 0; i < run->traced_runs * stamp_count; i++) {
      run->trace[i] = traced[i] - traced[0];
    }
    status = summarize_layers(subject, stamps, run_count, run) ? out_of_memory(errors) : 0;
  }
  free(stamps);
  bnnm_session_free(session);
  return status;
}

// The calling thread works as thread 0: it goes where the session's threads are told to be.
static int pin_caller(const profile_options *options, FILE *errors) {
  if (options->cpu_count == 0) {
    return 0;
  }
  cpu_set_t *set = CPU_ALLOC(BNNM_MAX_CPUS);
  const size_t size = CPU_ALLOC_SIZE(BNNM_MAX_CPUS);
  int status = 1;
  if (set) {
    CPU_ZERO_S(size, set);
    CPU_SET_S(options->cpus[0], size, set);
    status = sched_setaffinity(0, size, set);
    CPU_FREE(set);
  }
  if (status) {
    fprintf(errors, "bnnm-profile: --cpus: this process cannot run on CPU %u\n", options->cpus[0]);
  }
  return status != 0;
}

int profile_measure(const profile_options *options, const profile_subject *subject, uint32_t threads, uint32_t isa,
                    FILE *errors, profile_run *run) {
  *run = (profile_run){.threads = threads};
  if (pin_caller(options, errors)) {
    return 1;
  }
  const double begin = profile_now();
  bnnm_session *session = profile_session(options, subject, threads, isa, NULL, NULL, errors);
  run->create_us = profile_now() - begin;
  if (!session) {
    return 1;
  }
  run->isa = bnnm_session_isa(session);
  time_list list = {0};
  int status = warm_up(options, session, subject, errors);
  run->board = board_begin(options->system_root);
  status = status || time_runs(options, session, subject, errors, run, &list);
  board_end(options->system_root, &run->board);
  free(list.times);
  bnnm_session_free(session);
  status = status || time_layers(options, subject, isa, errors, run);
  if (status) {
    profile_free_run(run);
  }
  return status;
}

void profile_free_run(profile_run *run) {
  free(run->layers);
  free(run->trace);
  *run = (profile_run){0};
}

// Models and sessions used from many threads at once, in every way that bnnm.h allows: sessions of one model side by
// side, created and freed without pause; a model that is replaced by another while its sessions run on; models asked
// about meanwhile; sessions handed from one thread to the next. Every output has to be that of the first run, bit for
// bit. Built with ThreadSanitizer (BNNM_SANITIZERS=thread), any race in the library ends it.
//
//     thread_storm SECONDS MODEL...
//
// Exit status: 0 where all went well, 1 where something did not, 2 on wrong usage.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "evidence.h"
#include "subject.h"

enum { MAX_MODELS = 32, THREADS = 8, MAX_SESSION_THREADS = 3, MAILBOX = 4 };

// What all threads use of one model.
typedef struct shared {
  subject model;
  pthread_mutex_t mutex;  // of what follows; the library itself needs none
  bnnm_model *current;    // replaced by a newly opened one now and then
  bnnm_session *mail[MAILBOX];
} shared;

static shared subjects[MAX_MODELS];
static size_t subject_count;
static time_t end;
static _Atomic uint64_t operations;
static _Atomic bool failed;

static uint32_t draw(uint32_t *state, uint32_t below) {
  *state = *state * 1664525u + 1013904223u;
  return (uint32_t)(((uint64_t)*state * below) >> 32);
}

static bool run_once(const subject *model, bnnm_session *session) {
  subject_outputs outputs;
  const bool repeated = subject_make_outputs(model, &outputs) && subject_repeats(model, session, &outputs);
  subject_free_outputs(&outputs);
  return repeated;
}

// A session of the model that is current just now, whose creation may overlap with others'.
static bool make_session(shared *own, uint32_t *random, bnnm_session **session) {
  pthread_mutex_lock(&own->mutex);
  const bool made = subject_make_session(&own->model, own->current, 1 + draw(random, MAX_SESSION_THREADS), 0, session);
  pthread_mutex_unlock(&own->mutex);
  return made;
}

// A session of the shared model, which is never replaced: without any lock.
static bool create_run_free(shared *own, uint32_t *random) {
  bnnm_session *session = NULL;
  bool good = subject_make_session(&own->model, own->model.model, 1 + draw(random, MAX_SESSION_THREADS), 0, &session);
  for (uint32_t i = draw(random, 4); good && i > 0; i--) {
    good = run_once(&own->model, session);
  }
  bnnm_session_free(session);
  return good;
}

// Opens the file anew, puts that model in the place of the current one, and frees that, whose sessions live on.
static bool replace_model(shared *own, uint32_t *random) {
  bnnm_model *next = NULL, *last;
  if (bnnm_model_open_file(own->model.path, NULL, &next) != BNNM_OK) {
    fprintf(stderr, "%s: it does not open again\n", own->model.name);
    return false;
  }
  bnnm_session *session = NULL;
  if (!make_session(own, random, &session)) {
    bnnm_model_free(next);
    return false;
  }
  pthread_mutex_lock(&own->mutex);
  last = own->current;
  own->current = next;
  pthread_mutex_unlock(&own->mutex);
  bnnm_model_free(last);
  const bool good = run_once(&own->model, session);
  bnnm_session_free(session);
  return good;
}

// Leaves a session that has run for another thread, or takes one that another thread left.
static bool hand_over(shared *own, uint32_t *random) {
  bnnm_session *made = NULL;
  if (!make_session(own, random, &made)) {
    return false;
  }
  bool good = run_once(&own->model, made);
  pthread_mutex_lock(&own->mutex);
  const uint32_t place = draw(random, MAILBOX);
  bnnm_session *taken = own->mail[place];
  own->mail[place] = made;
  pthread_mutex_unlock(&own->mutex);
  if (taken) {
    good = run_once(&own->model, taken) && good;
    bnnm_session_free(taken);
  }
  return good;
}

// Everything that can be asked of a model.
static bool ask(shared *own, uint32_t *random) {
  const bnnm_model *model = own->model.model;
  bnnm_model_info info = BNNM_MODEL_INFO_INIT;
  bnnm_layer_info layer = BNNM_LAYER_INFO_INIT;
  bnnm_tensor_info input = BNNM_TENSOR_INFO_INIT;
  bnnm_probe_info probe = BNNM_PROBE_INFO_INIT;
  size_t arena = 0;
  uint32_t index = 0;
  bool good = bnnm_model_get_info(model, &info) == BNNM_OK && info.layer_count > 0 &&
              bnnm_model_layer_info(model, draw(random, info.layer_count), &layer) == BNNM_OK &&
              bnnm_model_input_info(model, 0, &input) == BNNM_OK &&
              bnnm_session_arena_bytes(model, NULL, &arena) == BNNM_OK && arena >= info.live_byte_count &&
              bnnm_available_isa() != 0;
  if (info.probe_count > 0) {
    good = good && bnnm_model_probe_info(model, draw(random, info.probe_count), &probe) == BNNM_OK;
  }
  good = good && (input.name[0] == 0 || bnnm_model_find_input(model, input.name, &index) == BNNM_OK) && index == 0;
  if (!good) {
    fprintf(stderr, "%s: it does not describe itself\n", own->model.name);
  }
  return good;
}

// The checks that the model carries, on a session of its own.
static bool check(shared *own, uint32_t *random) {
  bnnm_session *session = NULL;
  bool good = make_session(own, random, &session);
  for (uint32_t i = 0; good && i < bnnm_model_check_count(own->model.model); i++) {
    bnnm_check_result result = BNNM_CHECK_RESULT_INIT;
    good = bnnm_session_check(session, i, &result) == BNNM_OK && result.passed;
    if (!good) {
      fprintf(stderr, "%s: check %u fails\n", own->model.name, i);
    }
  }
  bnnm_session_free(session);
  return good;
}

// One thread: keeps a session of its own on every model, and does what comes by chance.
static void *storm(void *argument) {
  static bool (*const deeds[])(shared *, uint32_t *) = {create_run_free, replace_model, hand_over, ask, check};
  enum { DEEDS = sizeof deeds / sizeof *deeds };
  uint32_t random = (uint32_t)(uintptr_t)argument * 77777u + 1;
  bnnm_session *kept[MAX_MODELS] = {NULL};
  bool good = true;
  for (size_t i = 0; good && i < subject_count; i++) {
    good = make_session(&subjects[i], &random, &kept[i]);
  }
  while (good && !atomic_load(&failed) && time(NULL) < end) {
    const uint32_t which = draw(&random, (uint32_t)subject_count), deed = draw(&random, DEEDS * 2);
    good = deed < DEEDS ? deeds[deed](&subjects[which], &random) : run_once(&subjects[which].model, kept[which]);
    atomic_fetch_add(&operations, 1);
  }
  for (size_t i = 0; i < subject_count; i++) {
    bnnm_session_free(kept[i]);
  }
  if (!good) {
    atomic_store(&failed, true);
  }
  return NULL;
}

// Opens a model and a second handle to be replaced.
static bool shared_open(shared *own, const char *path) {
  return subject_open(&own->model, path) && pthread_mutex_init(&own->mutex, NULL) == 0 &&
         bnnm_model_open_file(path, NULL, &own->current) == BNNM_OK;
}

static void shared_close(shared *own) {
  for (int i = 0; i < MAILBOX; i++) {
    bnnm_session_free(own->mail[i]);
  }
  bnnm_model_free(own->current);
  pthread_mutex_destroy(&own->mutex);
  subject_close(&own->model);
}

int main(int count, char **arguments) {
  const int seconds = count > 2 ? atoi(arguments[1]) : 0;
  if (seconds <= 0 || count - 2 > MAX_MODELS) {
    fprintf(stderr, "usage: thread_storm SECONDS MODEL... (at most %d)\n", MAX_MODELS);
    return 2;
  }
  for (; subject_count < (size_t)count - 2; subject_count++) {
    if (!shared_open(&subjects[subject_count], arguments[2 + subject_count])) {
      return 1;
    }
  }
  pthread_t threads[THREADS];
  size_t started = 0;
  end = time(NULL) + seconds;
  for (; started < THREADS; started++) {
    if (pthread_create(&threads[started], NULL, storm, (void *)(uintptr_t)(started + 1)) != 0) {
      fprintf(stderr, "only %zu threads start\n", started);
      atomic_store(&failed, true);
      break;
    }
  }
  for (size_t i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
  }
  for (size_t i = 0; i < subject_count; i++) {
    shared_close(&subjects[i]);
  }
  if (atomic_load(&failed)) {
    return 1;
  }
  tell_evidence("storm-operations", atomic_load(&operations));
  return 0;
}

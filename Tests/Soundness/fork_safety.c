// What a child may do with models and sessions after fork(), as docs/c-api.md says: open its own, make sessions of an
// inherited model, run an inherited session that has no threads of its own. A session with threads, which fork() leaves
// behind, refuses to run in the child and can be freed there. The parent notices nothing of it.
//
//     fork_safety MODEL...
//
// Exit status: 0 where all of it holds, 1 where something does not, 2 on wrong usage.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evidence.h"
#include "subject.h"

enum { SECONDS_OF_A_CHILD = 60, FORKS_UNDER_LOAD = 100, RUNNERS = 3 };

// What is inherited.
typedef struct inheritance {
  const subject *model;
  bnnm_session *alone;     // one thread
  bnnm_session *threaded;  // three threads
} inheritance;

static uint64_t children;

static bool runs(const subject *model, bnnm_session *session) {
  subject_outputs outputs;
  const bool repeated = subject_make_outputs(model, &outputs) && subject_repeats(model, session, &outputs);
  subject_free_outputs(&outputs);
  return repeated;
}

// Whether `deed` succeeds in a child process, before a child that hangs is ended by its alarm.
static bool in_child(bool (*deed)(const inheritance *), const inheritance *own, const char *what) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(SECONDS_OF_A_CHILD);
    _exit(deed(own) ? 0 : 1);
  }
  int status = 0;
  children += 1;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
    fprintf(stderr, "%s: a child that %s ends with status %d\n", own->model->name, what, status);
    return false;
  }
  return true;
}

static bool opens_its_own(const inheritance *own) {
  subject model;
  bnnm_session *session = NULL;
  if (!subject_open(&model, own->model->path)) {
    return false;
  }
  const bool good = subject_make_session(&model, model.model, 2, 0, &session) && runs(own->model, session);
  bnnm_session_free(session);
  subject_close(&model);
  return good;
}

static bool makes_a_session(const inheritance *own) {
  bnnm_session *session = NULL;
  const bool good = subject_make_session(own->model, own->model->model, 2, 0, &session) && runs(own->model, session);
  bnnm_session_free(session);
  return good;
}

static bool runs_the_inherited_session(const inheritance *own) {
  const bool good = runs(own->model, own->alone);
  bnnm_session_free(own->alone);
  return good;
}

// Refused with a message, in every way to run; then freed.
static bool is_refused_the_threads(const inheritance *own) {
  subject_outputs outputs;
  if (!subject_make_outputs(own->model, &outputs)) {
    return false;
  }
  const bnnm_status ran = bnnm_session_run(own->threaded, own->model->execution_count, own->model->inputs,
                                           own->model->input_count, outputs.ports, outputs.count);
  bool good = ran == BNNM_THREAD_FAILED && bnnm_session_message(own->threaded)[0] != 0;
  if (bnnm_model_check_count(own->model->model) > 0) {
    bnnm_check_result result = BNNM_CHECK_RESULT_INIT;
    good = good && bnnm_session_check(own->threaded, 0, &result) == BNNM_THREAD_FAILED;
  }
  subject_free_outputs(&outputs);
  bnnm_session_free(own->threaded);
  return good;
}

// Frees all that it inherited.
static bool frees_everything(const inheritance *own) {
  bnnm_session_free(own->threaded);
  bnnm_session_free(own->alone);
  bnnm_model_free(own->model->model);
  return true;
}

static bool all_of_it(const inheritance *own) {
  return in_child(opens_its_own, own, "opens the model itself") &&
         in_child(makes_a_session, own, "makes a session of the inherited model") &&
         in_child(runs_the_inherited_session, own, "runs an inherited session of one thread") &&
         in_child(is_refused_the_threads, own, "uses an inherited session of three threads") &&
         in_child(frees_everything, own, "frees what it inherited");
}

// A thread of the parent that runs a session of its own until it is told to stop.
typedef struct busy_thread {
  pthread_t thread;
  const subject *model;
  _Atomic bool stops, failed;
} busy_thread;

static void *keep_running(void *argument) {
  busy_thread *own = argument;
  bnnm_session *session = NULL;
  bool good = subject_make_session(own->model, own->model->model, 2, 0, &session);
  while (good && !atomic_load(&own->stops)) {
    good = runs(own->model, session);
  }
  bnnm_session_free(session);
  atomic_store(&own->failed, !good);
  return NULL;
}

// Children of a process whose other threads run sessions of the same model.
static bool under_load(const inheritance *own) {
  busy_thread busy[RUNNERS];
  bool good = true;
  size_t started = 0;
  for (; good && started < RUNNERS; started += good) {
    busy[started].model = own->model;
    atomic_init(&busy[started].stops, false);
    atomic_init(&busy[started].failed, false);
    good = pthread_create(&busy[started].thread, NULL, keep_running, &busy[started]) == 0;
  }
  for (int i = 0; good && i < FORKS_UNDER_LOAD; i++) {
    good = in_child(i % 2 ? makes_a_session : is_refused_the_threads, own, "comes of a busy process");
  }
  for (size_t i = 0; i < started; i++) {
    atomic_store(&busy[i].stops, true);
    pthread_join(busy[i].thread, NULL);
    good = good && !atomic_load(&busy[i].failed);
  }
  return good;
}

static bool is_safe(const char *path) {
  subject model;
  inheritance own = {&model, NULL, NULL};
  if (!subject_open(&model, path)) {
    return false;
  }
  bool good = subject_make_session(&model, model.model, 1, 0, &own.alone) &&
              subject_make_session(&model, model.model, 3, 0, &own.threaded);
  // The parent's sessions work before and after.
  good = good && runs(&model, own.alone) && runs(&model, own.threaded) && all_of_it(&own) && under_load(&own) &&
         runs(&model, own.alone) && runs(&model, own.threaded);
  bnnm_session_free(own.alone);
  bnnm_session_free(own.threaded);
  subject_close(&model);
  return good;
}

int main(int count, char **arguments) {
  if (count < 2) {
    fprintf(stderr, "usage: fork_safety MODEL...\n");
    return 2;
  }
  bool good = true;
  for (int i = 1; i < count; i++) {
    good = is_safe(arguments[i]) && good;
  }
  if (!good) {
    return 1;
  }
  tell_evidence("fork-children", children);
  return 0;
}

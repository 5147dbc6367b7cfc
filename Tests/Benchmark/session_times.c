// Runs a session of the shipped library and takes the time of each run and of each layer, without an interpreter in
// between.
#define _GNU_SOURCE

#include <bnnm.h>
#include <stdlib.h>
#include <time.h>

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

typedef struct timed_session {
  bnnm_session *session;
  bnnm_input inputs[8];
  bnnm_output outputs[8];
  uint32_t input_count, output_count, layer_count;
  double *layers;  // where the callback writes; NULL outside of timed_session_layers
  double last;
} timed_session;

static void layer_begins(void *user, uint32_t layer, size_t execution) {
  (void)execution;
  timed_session *timed = user;
  if (!timed->layers) {
    return;
  }
  const double now = nanoseconds();
  if (layer > 0) {
    timed->layers[layer - 1] = now - timed->last;
  }
  timed->last = nanoseconds();
}

void timed_session_free(timed_session *timed) {
  bnnm_session_free(timed->session);
  for (int i = 0; i < 8; i++) {
    free((void *)timed->inputs[i].data);
    free(timed->outputs[i].data);
  }
  free(timed);
}

// A session with buffers of its own, inputs random from -1 to 1; NULL with a message where that fails.
timed_session *timed_session_create(bnnm_model *model, uint32_t threads, uint32_t isa_mask, char *message,
                                    size_t capacity) {
  timed_session *timed = calloc(1, sizeof *timed);
  bnnm_session_options options = BNNM_SESSION_OPTIONS_INIT;
  options.message = message;
  options.message_capacity = capacity;
  options.threads = threads;
  options.isa_mask = isa_mask;
  options.layer = layer_begins;
  options.layer_user = timed;
  bnnm_model_info info = BNNM_MODEL_INFO_INIT;
  bnnm_model_get_info(model, &info);
  timed->layer_count = info.layer_count;
  timed->input_count = bnnm_model_input_count(model);
  timed->output_count = bnnm_model_output_count(model);
  if (timed->input_count > 8 || timed->output_count > 8 ||
      bnnm_session_create(model, &options, &timed->session) != BNNM_OK) {
    timed_session_free(timed);
    return NULL;
  }
  uint32_t state = 1;
  for (uint32_t i = 0; i < timed->input_count; i++) {
    bnnm_tensor_info port = BNNM_TENSOR_INFO_INIT;
    bnnm_model_input_info(model, i, &port);
    float *values = aligned_alloc(64, ((size_t)port.byte_count + 63) / 64 * 64);
    for (size_t k = 0; k < port.byte_count / sizeof(float); k++) {
      state = state * 1664525u + 1013904223u;
      values[k] = (float)(int32_t)state / 2147483648.0f;
    }
    timed->inputs[i] = (bnnm_input){values, (size_t)port.byte_count};
  }
  for (uint32_t i = 0; i < timed->output_count; i++) {
    bnnm_tensor_info port = BNNM_TENSOR_INFO_INIT;
    bnnm_model_output_info(model, i, &port);
    timed->outputs[i] =
        (bnnm_output){aligned_alloc(64, ((size_t)port.byte_count + 63) / 64 * 64), (size_t)port.byte_count};
  }
  return timed;
}

static int run(timed_session *timed) {
  return (int)bnnm_session_run(timed->session, 1, timed->inputs, timed->input_count, timed->outputs,
                               timed->output_count);
}

// Nanoseconds of each of `count` runs; the status of the one that failed, or 0.
int timed_session_runs(timed_session *timed, uint32_t count, double *times) {
  for (uint32_t i = 0; i < count; i++) {
    const double begin = nanoseconds();
    const int status = run(timed);
    times[i] = nanoseconds() - begin;
    if (status != BNNM_OK) {
      return status;
    }
  }
  return BNNM_OK;
}

// The same for each layer of each run: times[count][layers].
int timed_session_layers(timed_session *timed, uint32_t count, double *times) {
  int status = BNNM_OK;
  for (uint32_t i = 0; i < count && status == BNNM_OK; i++) {
    timed->layers = times + (size_t)i * timed->layer_count;
    status = run(timed);
  }
  timed->layers = NULL;
  return status;
}

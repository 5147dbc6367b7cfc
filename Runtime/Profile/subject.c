// The model that is profiled: opened, and given inputs and room for outputs.
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measurement.h"

enum { MESSAGE = 1024 };

double profile_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

// Numbers of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static void fill(void *data, uint64_t byte_count, uint32_t type, uint64_t *random) {
  switch (type) {
    case BNNM_FLOAT32:
      for (uint64_t i = 0; i < byte_count / sizeof(float); i++) {
        ((float *)data)[i] = (float)((double)(next_random(random) >> 11) * 0x1p-52 - 1);
      }
      break;
    case BNNM_INT32:
      for (uint64_t i = 0; i < byte_count / sizeof(int32_t); i++) {
        ((int32_t *)data)[i] = (int32_t)(next_random(random) & 1);
      }
      break;
    case BNNM_INT64:
      for (uint64_t i = 0; i < byte_count / sizeof(int64_t); i++) {
        ((int64_t *)data)[i] = (int64_t)(next_random(random) & 1);
      }
      break;
    default:
      for (uint64_t i = 0; i < byte_count; i++) {
        ((uint8_t *)data)[i] = (uint8_t)(next_random(random) & (type == BNNM_UINT8 ? 255 : 1));
      }
      break;
  }
}

// `byte_count` zeros and one more, so that none is no failure; NULL where there is no such memory.
static void *zeros(uint64_t byte_count) { return byte_count < SIZE_MAX ? calloc((size_t)byte_count + 1, 1) : NULL; }

static int prepare_buffers(profile_subject *subject, uint64_t seed) {
  const bnnm_model *model = subject->model;
  subject->input_count = bnnm_model_input_count(model);
  subject->output_count = bnnm_model_output_count(model);
  subject->inputs = calloc(subject->input_count + 1u, sizeof *subject->inputs);
  subject->outputs = calloc(subject->output_count + 1u, sizeof *subject->outputs);
  if (!subject->inputs || !subject->outputs) {
    return 1;
  }
  bnnm_tensor_info info = BNNM_TENSOR_INFO_INIT;
  for (uint32_t i = 0; i < subject->input_count; i++) {
    bnnm_model_input_info(model, i, &info);
    void *data = zeros(info.byte_count);
    subject->inputs[i] = (bnnm_input){data, (size_t)info.byte_count};
    if (!data) {
      return 1;
    }
    fill(data, info.byte_count, info.element_type, &seed);
  }
  for (uint32_t i = 0; i < subject->output_count; i++) {
    bnnm_model_output_info(model, i, &info);
    subject->outputs[i] = (bnnm_output){zeros(info.byte_count), (size_t)info.byte_count};
    if (!subject->outputs[i].data) {
      return 1;
    }
  }
  return 0;
}

int profile_open(const profile_options *options, FILE *errors, profile_subject *subject) {
  *subject = (profile_subject){.path = options->model, .info = BNNM_MODEL_INFO_INIT};
  char message[MESSAGE] = "";
  bnnm_model_options open = BNNM_MODEL_OPTIONS_INIT;
  open.message = message;
  open.message_capacity = sizeof message;
  const double begin = profile_now();
  const bnnm_status status = bnnm_model_open_file(options->model, &open, &subject->model);
  subject->load_us = profile_now() - begin;
  if (status != BNNM_OK) {
    fprintf(errors, "bnnm-profile: %s\n", *message ? message : bnnm_status_text(status));
    return 1;
  }
  bnnm_model_get_info(subject->model, &subject->info);
  if (prepare_buffers(subject, options->seed)) {
    fprintf(errors, "bnnm-profile: %s: no memory for its inputs and outputs\n", options->model);
    profile_close(subject);
    return 1;
  }
  return 0;
}

void profile_close(profile_subject *subject) {
  for (uint32_t i = 0; subject->inputs && i < subject->input_count; i++) {
    free((void *)subject->inputs[i].data);
  }
  for (uint32_t i = 0; subject->outputs && i < subject->output_count; i++) {
    free(subject->outputs[i].data);
  }
  free(subject->inputs);
  free(subject->outputs);
  bnnm_model_free(subject->model);
  *subject = (profile_subject){0};
}

bnnm_session *profile_session(const profile_options *options, const profile_subject *subject, uint32_t threads,
                              uint32_t isa, bnnm_layer_callback layer, void *user, FILE *errors) {
  char message[MESSAGE] = "";
  bnnm_session_options session = BNNM_SESSION_OPTIONS_INIT;
  session.message = message;
  session.message_capacity = sizeof message;
  session.threads = threads;
  session.isa_mask = isa;
  session.layer = layer;
  session.layer_user = user;
  session.cpus = options->cpu_count ? options->cpus : NULL;
  session.cpu_count = options->cpu_count;
  bnnm_session *created = NULL;
  const bnnm_status status = bnnm_session_create(subject->model, &session, &created);
  if (status != BNNM_OK) {
    fprintf(errors, "bnnm-profile: %s\n", *message ? message : bnnm_status_text(status));
  }
  return created;
}

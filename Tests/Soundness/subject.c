// Opens models, makes their inputs, runs them and compares.
#include "subject.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Inputs: small multiples of 1/8 of both signs, small integers, 0 and 1; the same on every machine.
static void fill(void *data, size_t byte_count, uint32_t element_type, uint32_t seed) {
  uint32_t state = seed * 2654435761u + 1;
  const size_t element_bytes = element_type == BNNM_BOOL ? 1 : element_type == BNNM_INT64 ? 8 : 4;
  unsigned char *to = data;
  for (size_t at = 0; at + element_bytes <= byte_count; at += element_bytes) {
    state = state * 1664525u + 1013904223u;
    const int32_t number = (int32_t)(state >> 25) - 64;
    const float real = (float)number / 8;
    const int32_t integer = number / 16;
    const int64_t wide = integer;
    const unsigned char truth = (unsigned char)(number & 1);
    const void *from = &real;
    if (element_type == BNNM_INT32) {
      from = &integer;
    } else if (element_type == BNNM_INT64) {
      from = &wide;
    } else if (element_type == BNNM_BOOL) {
      from = &truth;
    }
    memcpy(to + at, from, element_bytes);
  }
}

static bool make_inputs(subject *own) {
  for (uint32_t i = 0; i < own->input_count; i++) {
    bnnm_tensor_info info = BNNM_TENSOR_INFO_INIT;
    if (bnnm_model_input_info(own->model, i, &info) != BNNM_OK) {
      return false;
    }
    const size_t byte_count = (size_t)info.byte_count * own->execution_count;
    void *data = aligned_alloc(64, (byte_count + 64) & ~(size_t)63);
    if (!data) {
      return false;
    }
    own->inputs[i] = (bnnm_input){data, byte_count};
    fill(data, byte_count, info.element_type, i + 1);
  }
  return true;
}

static bool run_first(subject *own) {
  subject_outputs outputs;
  bnnm_session *session = NULL;
  if (!subject_make_outputs(own, &outputs)) {
    return false;
  }
  const bool ran = subject_make_session(own, own->model, 1, 0, &session) && subject_run(own, session, &outputs);
  bnnm_session_free(session);
  for (size_t i = 0; i < outputs.count; i++) {
    own->expected[i] = outputs.ports[i].data;
  }
  return ran;
}

static bool prepare(subject *own) {
  bnnm_model_info info = BNNM_MODEL_INFO_INIT;
  if (bnnm_model_get_info(own->model, &info) != BNNM_OK) {
    return false;
  }
  own->execution_count = info.batch == 0 ? 3 : 1;
  own->input_count = bnnm_model_input_count(own->model);
  own->output_count = bnnm_model_output_count(own->model);
  if (own->input_count > SUBJECT_MAX_PORTS || own->output_count > SUBJECT_MAX_PORTS) {
    fprintf(stderr, "%s: more than %d inputs or outputs\n", own->path, SUBJECT_MAX_PORTS);
    own->input_count = own->output_count = 0;
    return false;
  }
  for (uint32_t i = 0; i < own->output_count; i++) {
    bnnm_tensor_info output = BNNM_TENSOR_INFO_INIT;
    if (bnnm_model_output_info(own->model, i, &output) != BNNM_OK) {
      return false;
    }
    own->output_byte_counts[i] = (size_t)output.byte_count * own->execution_count;
    own->output_types[i] = output.element_type;
  }
  return make_inputs(own) && run_first(own);
}

bool subject_open(subject *own, const char *path) {
  const char *slash = strrchr(path, '/');
  char message[256] = "";
  bnnm_model_options options = BNNM_MODEL_OPTIONS_INIT;
  options.message = message;
  options.message_capacity = sizeof message;
  *own = (subject){.path = path, .name = slash ? slash + 1 : path};
  const bnnm_status status = bnnm_model_open_file(path, &options, &own->model);
  if (status != BNNM_OK) {
    fprintf(stderr, "%s: %s: %s\n", path, bnnm_status_text(status), message);
    return false;
  }
  if (!prepare(own)) {
    fprintf(stderr, "%s: it could not be run a first time\n", path);
    subject_close(own);
    return false;
  }
  return true;
}

void subject_close(subject *own) {
  bnnm_model_free(own->model);
  for (size_t i = 0; i < own->input_count; i++) {
    free((void *)own->inputs[i].data);
  }
  for (size_t i = 0; i < own->output_count; i++) {
    free(own->expected[i]);
  }
  *own = (subject){0};
}

bool subjects_open(subject *own, char **paths, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!subject_open(&own[i], paths[i])) {
      subjects_close(own, i);
      return false;
    }
  }
  return true;
}

void subjects_close(subject *own, size_t count) {
  for (size_t i = 0; i < count; i++) {
    subject_close(&own[i]);
  }
}

bool subject_make_outputs(const subject *own, subject_outputs *outputs) {
  outputs->count = 0;
  for (size_t i = 0; i < own->output_count; i++) {
    const size_t byte_count = own->output_byte_counts[i];
    void *data = malloc(byte_count ? byte_count : 1);
    if (!data) {
      fprintf(stderr, "%s: no memory for outputs\n", own->name);
      subject_free_outputs(outputs);
      return false;
    }
    outputs->ports[outputs->count++] = (bnnm_output){data, byte_count};
  }
  return true;
}

void subject_free_outputs(subject_outputs *outputs) {
  for (size_t i = 0; i < outputs->count; i++) {
    free(outputs->ports[i].data);
  }
  outputs->count = 0;
}

bool subject_make_session(const subject *own, bnnm_model *model, uint32_t threads, uint32_t isa_mask,
                          bnnm_session **session) {
  char message[256] = "";
  bnnm_session_options options = BNNM_SESSION_OPTIONS_INIT;
  options.message = message;
  options.message_capacity = sizeof message;
  options.threads = threads;
  options.isa_mask = isa_mask;
  const bnnm_status status = bnnm_session_create(model, &options, session);
  if (status != BNNM_OK) {
    fprintf(stderr, "%s: no session of %u threads: %s: %s\n", own->name, threads, bnnm_status_text(status), message);
  }
  return status == BNNM_OK;
}

bool subject_run(const subject *own, bnnm_session *session, const subject_outputs *outputs) {
  for (size_t i = 0; i < outputs->count; i++) {
    memset(outputs->ports[i].data, 0xA5, outputs->ports[i].byte_count);
  }
  const bnnm_status status =
      bnnm_session_run(session, own->execution_count, own->inputs, own->input_count, outputs->ports, outputs->count);
  if (status != BNNM_OK) {
    fprintf(stderr, "%s: %s: %s\n", own->name, bnnm_status_text(status), bnnm_session_message(session));
  }
  return status == BNNM_OK;
}

bool subject_is_as_expected(const subject *own, const subject_outputs *outputs) {
  for (size_t i = 0; i < outputs->count; i++) {
    if (memcmp(outputs->ports[i].data, own->expected[i], outputs->ports[i].byte_count) != 0) {
      fprintf(stderr, "%s: output %zu is not what the first run gave\n", own->name, i);
      return false;
    }
  }
  return true;
}

bool subject_repeats(const subject *own, bnnm_session *session, const subject_outputs *outputs) {
  return subject_run(own, session, outputs) && subject_is_as_expected(own, outputs);
}

static const uint64_t hash_of_nothing = 0xcbf29ce484222325u;

static uint64_t hash_with(uint64_t hash, const void *data, size_t byte_count) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < byte_count; i++) {
    hash = (hash ^ bytes[i]) * 0x100000001b3u;
  }
  return hash;
}

uint64_t subject_hash(const subject_outputs *outputs) {
  uint64_t hash = hash_of_nothing;
  for (size_t i = 0; i < outputs->count; i++) {
    hash = hash_with(hash, outputs->ports[i].data, outputs->ports[i].byte_count);
  }
  return hash;
}

uint64_t subject_hash_of_values(const subject *own, const subject_outputs *outputs) {
  uint64_t hash = hash_of_nothing;
  for (size_t i = 0; i < outputs->count; i++) {
    const bnnm_output port = outputs->ports[i];
    if (own->output_types[i] != BNNM_FLOAT32) {
      hash = hash_with(hash, port.data, port.byte_count);
      continue;
    }
    const float *numbers = port.data;
    for (size_t k = 0; k < port.byte_count / sizeof *numbers; k++) {
      const float number = isnan(numbers[k]) ? NAN : numbers[k];
      hash = hash_with(hash, &number, sizeof number);
    }
  }
  return hash;
}

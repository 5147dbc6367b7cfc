// Runs a digit classifier over recorded images, at every instruction set level of this CPU: its accuracy, whether it
// predicts what ONNX Runtime predicted, and its latency.
//
//     digits MODEL.bnnm IMAGES.npy LABELS.npy LOGITS.npy [--threads N] [--isa NAME]
//
// IMAGES float32 [N,1,8,8]; LABELS int64 [N]; LOGITS float32 [N,10], recorded from ONNX Runtime. Exit status: 0 where
// every prediction equals the recorded one at every level, 1 where not or on an error, 2 on wrong usage.
#include <bnnm.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "npy.h"

static size_t largest(const float *values, size_t count) {
  size_t best = 0;
  for (size_t i = 1; i < count; i++)
    if (values[i] > values[best]) best = i;
  return best;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double microseconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int usage(void) {
  fprintf(stderr, "usage: digits MODEL.bnnm IMAGES.npy LABELS.npy LOGITS.npy [--threads N] [--isa NAME]\n");
  return 2;
}

static int failure(bnnm_status status, const char *message) {
  fprintf(stderr, "%s: %s\n", bnnm_status_text(status), message);
  return 1;
}

// What is classified, and what was recorded of it.
typedef struct recording {
  npy_array images, labels, logits;
  size_t count, pixels, classes;
} recording;

// Runs all images in one session; gives the number of predictions that equal the recorded ones, or -1 on an error.
static long classify(bnnm_session *session, const recording *recorded) {
  const size_t count = recorded->count, classes = recorded->classes;
  float *results = malloc(count * classes * sizeof(float));
  double *times = malloc(count * sizeof(double));
  long equal = -1;
  if (!results || !times) {
    failure(BNNM_OUT_OF_MEMORY, "results");
    goto end;
  }
  for (size_t pass = 0; pass < 2; pass++) {  // the first pass warms caches up
    for (size_t i = 0; i < count; i++) {
      bnnm_input input = {(const float *)recorded->images.data + i * recorded->pixels,
                          recorded->pixels * sizeof(float)};
      bnnm_output output = {results + i * classes, classes * sizeof(float)};
      double begin = microseconds();
      bnnm_status status = bnnm_session_run(session, 1, &input, 1, &output, 1);
      times[i] = microseconds() - begin;
      if (status != BNNM_OK) {
        failure(status, bnnm_session_message(session));
        goto end;
      }
    }
  }
  size_t right = 0;
  double difference = 0;
  equal = 0;
  for (size_t i = 0; i < count; i++) {
    const float *logits = (const float *)recorded->logits.data + i * classes;
    size_t predicted = largest(results + i * classes, classes);
    right += (int64_t)predicted == ((const int64_t *)recorded->labels.data)[i];
    equal += predicted == largest(logits, classes);
    for (size_t j = 0; j < classes; j++) {
      double d = fabs((double)results[i * classes + j] - logits[j]);
      if (!(d <= difference)) difference = d;
    }
  }
  qsort(times, count, sizeof(double), ascending);
  printf("instruction set   %s\n", bnnm_isa_name((bnnm_isa)bnnm_session_isa(session)));
  printf("accuracy          %.2f %%\n", 100.0 * (double)right / (double)count);
  printf("same prediction   %ld of %zu as ONNX Runtime\n", equal, count);
  printf("logit difference  %g at most\n", difference);
  printf("latency           median %.1f us, p90 %.1f us\n", times[count / 2], times[count * 9 / 10]);
end:
  free(results);
  free(times);
  return equal;
}

static int read_recording(char **paths, recording *recorded) {
  npy_array *images = &recorded->images, *labels = &recorded->labels, *logits = &recorded->logits;
  if (!npy_read(paths[0], "<f4", 4, images) || !npy_read(paths[1], "<i8", 8, labels) ||
      !npy_read(paths[2], "<f4", 4, logits))
    return 0;
  size_t count = images->rank ? images->dims[0] : 0;
  if (count == 0 || labels->rank != 1 || labels->dims[0] != count || logits->rank != 2 || logits->dims[0] != count ||
      logits->dims[1] == 0) {
    fprintf(stderr, "there must be as many labels and rows of logits as images\n");
    return 0;
  }
  recorded->count = count;
  recorded->classes = logits->dims[1];
  recorded->pixels = 1;
  for (size_t i = 1; i < images->rank; i++) recorded->pixels *= images->dims[i];
  return 1;
}

// Reads the options behind the four files; 0 where they are wrong. `isa` is left 0 without --isa.
static int read_options(int count, char **arguments, uint32_t *threads, uint32_t *isa) {
  for (int i = 0; i + 1 < count; i += 2) {
    if (strcmp(arguments[i], "--threads") == 0) {
      char *end;
      unsigned long value = strtoul(arguments[i + 1], &end, 10);
      if (*end || value < 1 || value > BNNM_MAX_THREADS) return 0;
      *threads = (uint32_t)value;
    } else if (strcmp(arguments[i], "--isa") == 0) {
      *isa = 0;
      for (uint32_t bit = 1; bnnm_isa_name((bnnm_isa)bit); bit <<= 1)
        if (strcmp(bnnm_isa_name((bnnm_isa)bit), arguments[i + 1]) == 0) *isa = bit;
      if (*isa == 0) return 0;
    } else {
      return 0;
    }
  }
  return count % 2 == 0;
}

int main(int argc, char **argv) {
  bnnm_session_options session_options = BNNM_SESSION_OPTIONS_INIT;
  uint32_t isa = 0;
  if (argc < 5 || !read_options(argc - 5, argv + 5, &session_options.threads, &isa)) return usage();
  recording recorded;
  if (!read_recording(argv + 2, &recorded)) return 1;

  char message[512] = "";
  bnnm_model_options options = BNNM_MODEL_OPTIONS_INIT;
  options.message = session_options.message = message;
  options.message_capacity = session_options.message_capacity = sizeof message;
  bnnm_model *model;
  bnnm_status status = bnnm_model_open_file(argv[1], &options, &model);
  if (status != BNNM_OK) return failure(status, message);

  printf("images            %zu\n", recorded.count);
  int is_equal = 1;
  const uint32_t levels = isa ? isa : bnnm_available_isa();
  for (uint32_t level = 1; bnnm_isa_name((bnnm_isa)level); level <<= 1) {
    if (!(levels & level)) continue;
    bnnm_session *session;
    session_options.isa_mask = level;
    status = bnnm_session_create(model, &session_options, &session);
    if (status != BNNM_OK) return failure(status, message);
    is_equal &= classify(session, &recorded) == (long)recorded.count;
    bnnm_session_free(session);
  }
  bnnm_model_free(model);
  free(recorded.images.data);
  free(recorded.labels.data);
  free(recorded.logits.data);
  return is_equal ? 0 : 1;
}

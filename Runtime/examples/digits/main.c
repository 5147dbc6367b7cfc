// Runs a digit classifier over recorded images: its accuracy, whether it predicts what ONNX Runtime predicted, and its
// latency.
//
//     digits MODEL.bnnm IMAGES.npy LABELS.npy LOGITS.npy [--threads N]
//
// IMAGES float32 [N,1,8,8]; LABELS int64 [N]; LOGITS float32 [N,10], recorded from ONNX Runtime. Exit status: 0 where
// every prediction equals the recorded one, 1 where not or on an error, 2 on wrong usage.
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
  fprintf(stderr, "usage: digits MODEL.bnnm IMAGES.npy LABELS.npy LOGITS.npy [--threads N]\n");
  return 2;
}

static int failure(bnnm_status status, const char *message) {
  fprintf(stderr, "%s: %s\n", bnnm_status_text(status), message);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 5 && argc != 7) return usage();
  bnnm_session_options session_options = BNNM_SESSION_OPTIONS_INIT;
  if (argc == 7) {
    char *end;
    unsigned long threads = strtoul(argv[6], &end, 10);
    if (strcmp(argv[5], "--threads") != 0 || *end || threads < 1 || threads > BNNM_MAX_THREADS) return usage();
    session_options.threads = (uint32_t)threads;
  }
  npy_array images, labels, logits;
  if (!npy_read(argv[2], "<f4", 4, &images) || !npy_read(argv[3], "<i8", 8, &labels) ||
      !npy_read(argv[4], "<f4", 4, &logits))
    return 1;
  size_t count = images.rank ? images.dims[0] : 0;
  if (count == 0 || labels.rank != 1 || labels.dims[0] != count || logits.rank != 2 || logits.dims[0] != count ||
      logits.dims[1] == 0)
    return fprintf(stderr, "there must be as many labels and rows of logits as images\n"), 1;
  size_t pixels = 1, classes = logits.dims[1];
  for (size_t i = 1; i < images.rank; i++) pixels *= images.dims[i];

  char message[512] = "";
  bnnm_model_options options = BNNM_MODEL_OPTIONS_INIT;
  options.message = session_options.message = message;
  options.message_capacity = session_options.message_capacity = sizeof message;
  bnnm_model *model;
  bnnm_session *session;
  bnnm_status status = bnnm_model_open_file(argv[1], &options, &model);
  if (status != BNNM_OK) return failure(status, message);
  status = bnnm_session_create(model, &session_options, &session);
  if (status != BNNM_OK) return failure(status, message);

  float *results = malloc(count * classes * sizeof(float));
  double *times = malloc(count * sizeof(double));
  if (!results || !times) return failure(BNNM_OUT_OF_MEMORY, "results");
  size_t image_bytes = pixels * sizeof(float), result_bytes = classes * sizeof(float);
  for (size_t pass = 0; pass < 2; pass++) {  // the first pass warms caches up
    for (size_t i = 0; i < count; i++) {
      bnnm_input input = {(const float *)images.data + i * pixels, image_bytes};
      bnnm_output output = {results + i * classes, result_bytes};
      double begin = microseconds();
      status = bnnm_session_run(session, 1, &input, 1, &output, 1);
      times[i] = microseconds() - begin;
      if (status != BNNM_OK) return failure(status, bnnm_session_message(session));
    }
  }

  size_t right = 0, equal = 0;
  double difference = 0;
  for (size_t i = 0; i < count; i++) {
    const float *recorded = (const float *)logits.data + i * classes;
    size_t predicted = largest(results + i * classes, classes);
    right += (int64_t)predicted == ((const int64_t *)labels.data)[i];
    equal += predicted == largest(recorded, classes);
    for (size_t j = 0; j < classes; j++) {
      double d = fabs((double)results[i * classes + j] - recorded[j]);
      if (!(d <= difference)) difference = d;
    }
  }
  qsort(times, count, sizeof(double), ascending);
  printf("images            %zu\n", count);
  printf("accuracy          %.2f %%\n", 100.0 * (double)right / (double)count);
  printf("same prediction   %zu of %zu as ONNX Runtime\n", equal, count);
  printf("logit difference  %g at most\n", difference);
  printf("latency           median %.1f us, p90 %.1f us (%s)\n", times[count / 2], times[count * 9 / 10],
         bnnm_isa_name((bnnm_isa)bnnm_session_isa(session)));

  bnnm_session_free(session);
  bnnm_model_free(model);
  free(results);
  free(times);
  free(images.data);
  free(labels.data);
  free(logits.data);
  return equal == count ? 0 : 1;
}

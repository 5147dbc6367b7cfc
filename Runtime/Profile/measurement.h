// What is measured of a model: runs as a whole, and layer by layer.
#ifndef BNNM_PROFILE_MEASUREMENT_H
#define BNNM_PROFILE_MEASUREMENT_H

#include "bnnm.h"
#include "board.h"
#include "options.h"
#include "statistics.h"

// A model and what it reads and writes.
typedef struct profile_subject {
  const char *path;
  bnnm_model *model;
  bnnm_model_info info;
  double load_us;  // bnnm_model_open_file
  bnnm_input *inputs;
  bnnm_output *outputs;
  uint32_t input_count, output_count;
} profile_subject;

typedef struct profile_layer {
  bnnm_layer_info info;
  const char *kernel;
  profile_times times;
} profile_layer;

// One number of threads at one level.
typedef struct profile_run {
  uint32_t threads, isa;
  double create_us;  // bnnm_session_create
  profile_times times;
  profile_layer *layers;  // [info.layer_count]
  board_range board;
  // When each layer of the last runs began, and the last one ended, in microseconds since the first of these runs:
  // [traced_runs][layer_count + 1].
  double *trace;
  uint32_t traced_runs;
} profile_run;

// Opens a model and fills its inputs: floats in [-1, 1), other numbers 0 or 1. 0, or 1 after telling `errors` why not.
int profile_open(const profile_options *options, FILE *errors, profile_subject *subject);
void profile_close(profile_subject *subject);

// A session as the options say; NULL after telling `errors` why not.
bnnm_session *profile_session(const profile_options *options, const profile_subject *subject, uint32_t threads,
                              uint32_t isa, bnnm_layer_callback layer, void *user, FILE *errors);

// Measures; 0, or 1 after telling `errors` why not.
int profile_measure(const profile_options *options, const profile_subject *subject, uint32_t threads, uint32_t isa,
                    FILE *errors, profile_run *run);
void profile_free_run(profile_run *run);

// Microseconds of a clock that only goes forward.
double profile_now(void);

#endif

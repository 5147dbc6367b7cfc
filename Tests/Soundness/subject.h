// A model that the programs of this folder run over and over: with inputs made of a fixed rule, and the outputs that
// its first run gave, which every other run has to repeat bit for bit.
#ifndef BNNM_SUBJECT_H
#define BNNM_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "bnnm.h"

enum { SUBJECT_MAX_PORTS = 16 };

typedef struct subject {
  const char *path;
  const char *name;  // of the file, without folders
  bnnm_model *model;
  size_t execution_count;  // 3 where the batch is open, else 1
  size_t input_count, output_count;
  bnnm_input inputs[SUBJECT_MAX_PORTS];
  size_t output_byte_counts[SUBJECT_MAX_PORTS];
  uint32_t output_types[SUBJECT_MAX_PORTS];  // bnnm_element_type
  void *expected[SUBJECT_MAX_PORTS];
} subject;

// Room for the outputs of one run, of exactly their sizes.
typedef struct subject_outputs {
  size_t count;
  bnnm_output ports[SUBJECT_MAX_PORTS];
} subject_outputs;

// Opens the model and runs it once, on one thread with the machine's best instruction set. On failure says why on
// stderr and gives false, with nothing left open.
bool subject_open(subject *own, const char *path);
void subject_close(subject *own);

// Opens all of a program's arguments; false, with none left open, where one fails.
bool subjects_open(subject *own, char **paths, size_t count);
void subjects_close(subject *own, size_t count);

bool subject_make_outputs(const subject *own, subject_outputs *outputs);
void subject_free_outputs(subject_outputs *outputs);

// A session of `threads` threads with the instruction sets of the mask; says why there is none.
bool subject_make_session(const subject *own, bnnm_model *model, uint32_t threads, uint32_t isa_mask,
                          bnnm_session **session);

// Runs into `outputs`, which hold other bytes before; says so where it fails.
bool subject_run(const subject *own, bnnm_session *session, const subject_outputs *outputs);

// Whether the outputs are those of the first run; says which one is not.
bool subject_is_as_expected(const subject *own, const subject_outputs *outputs);

// Runs, and compares with the first run.
bool subject_repeats(const subject *own, bnnm_session *session, const subject_outputs *outputs);

// FNV-1a of all outputs' bytes.
uint64_t subject_hash(const subject_outputs *outputs);

// The same with one NaN for all of them: which bits the NaN of an operation has is the processor's choice.
uint64_t subject_hash_of_values(const subject *own, const subject_outputs *outputs);

#endif

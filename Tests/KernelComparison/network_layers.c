// One inference of a whole network with one thread, to be run under an instruction counter: a mark before each layer
// and after the last one, in a second inference. scripts/count-instructions.sh does so.
//
//     network_layers MODEL.bnnm
//
// Inputs are zeros. Prints a line a layer, in the order of the marks: operator, result, kernel,
// multiply-accumulates, name.
#include <stdio.h>
#include <stdlib.h>

#include "bnnm.h"
#include "count_mark.h"

enum { MAX_VALUES = 16 };

static void check(bnnm_status status, const char *message) {
  if (status != BNNM_OK) {
    fprintf(stderr, "network_layers: %s: %s\n", bnnm_status_text(status), message);
    exit(1);
  }
}

static void mark_layer(void *user, uint32_t layer, size_t execution) {
  (void)layer, (void)execution;
  if (*(const int *)user) {
    mark_count();
  }
}

static void *zeros(uint64_t byte_count) {
  void *memory = calloc(1, (size_t)byte_count);
  if (!memory) {
    fprintf(stderr, "network_layers: out of memory\n");
    exit(1);
  }
  return memory;
}

static void print_layers(const bnnm_model *model, const bnnm_session *session) {
  bnnm_model_info about = BNNM_MODEL_INFO_INIT;
  check(bnnm_model_get_info(model, &about), "model");
  for (uint32_t i = 0; i < about.layer_count; i++) {
    bnnm_layer_info layer = BNNM_LAYER_INFO_INIT;
    check(bnnm_model_layer_info(model, i, &layer), "layer");
    printf("%s ", layer.operator_name);
    for (uint32_t d = 0; d < layer.rank; d++) {
      printf("%s%lld", d > 0 ? "x" : "", (long long)layer.dims[d]);
    }
    // What computes nothing has no kernel's name but words.
    const char *kernel = bnnm_session_layer_kernel(session, i);
    putchar(layer.rank > 0 ? ' ' : '-');
    for (; *kernel; kernel++) {
      putchar(*kernel == ' ' ? '_' : *kernel);
    }
    printf(" %llu %s\n", (unsigned long long)layer.multiply_accumulates, layer.name);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: network_layers MODEL.bnnm\n");
    return 2;
  }
  char message[1024] = "";
  bnnm_model_options options = BNNM_MODEL_OPTIONS_INIT;
  options.message = message;
  options.message_capacity = sizeof message;
  bnnm_model *model;
  check(bnnm_model_open_file(argv[1], &options, &model), message);
  int is_marked = 0;
  bnnm_session_options wanted = BNNM_SESSION_OPTIONS_INIT;
  wanted.message = message;
  wanted.message_capacity = sizeof message;
  wanted.layer = mark_layer;
  wanted.layer_user = &is_marked;
  bnnm_session *session;
  check(bnnm_session_create(model, &wanted, &session), message);
  bnnm_input inputs[MAX_VALUES];
  bnnm_output outputs[MAX_VALUES];
  const uint32_t input_count = bnnm_model_input_count(model), output_count = bnnm_model_output_count(model);
  if (input_count > MAX_VALUES || output_count > MAX_VALUES) {
    fprintf(stderr, "network_layers: more than %d inputs or outputs\n", MAX_VALUES);
    return 1;
  }
  for (uint32_t i = 0; i < input_count; i++) {
    bnnm_tensor_info info = BNNM_TENSOR_INFO_INIT;
    check(bnnm_model_input_info(model, i, &info), "input");
    inputs[i] = (bnnm_input){zeros(info.byte_count), (size_t)info.byte_count};
  }
  for (uint32_t i = 0; i < output_count; i++) {
    bnnm_tensor_info info = BNNM_TENSOR_INFO_INIT;
    check(bnnm_model_output_info(model, i, &info), "output");
    outputs[i] = (bnnm_output){zeros(info.byte_count), (size_t)info.byte_count};
  }
  for (; is_marked < 2; is_marked++) {
    check(bnnm_session_run(session, 1, inputs, input_count, outputs, output_count), bnnm_session_message(session));
  }
  print_layers(model, session);
  bnnm_session_free(session);
  bnnm_model_free(model);
  return 0;
}

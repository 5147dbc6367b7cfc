// Opens a model, prints its inputs and outputs, runs it once and prints the outputs.
//
//     minimal MODEL.bnnm [INPUT.raw]
//
// INPUT.raw: the first input's float32 values as they are in memory; without it, and for other inputs, zeros.
#include <bnnm.h>
#include <stdio.h>
#include <stdlib.h>

static void *allocate(uint64_t byte_count) {
  void *memory = calloc((size_t)byte_count, 1);
  if (!memory) exit(1);
  return memory;
}

static void print(const char *kind, uint32_t index, const bnnm_tensor_info *info) {
  printf("%s %u '%s':", kind, index, info->name);
  for (uint32_t i = 0; i < info->rank; i++) printf(" %lld", (long long)info->dims[i]);
  printf(", %llu bytes\n", (unsigned long long)info->byte_count);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: minimal MODEL.bnnm [INPUT.raw]\n"), 2;
  char message[512] = "";
  bnnm_model_options options = BNNM_MODEL_OPTIONS_INIT;
  options.message = message;
  options.message_capacity = sizeof message;
  bnnm_model *model;
  bnnm_session *session;
  bnnm_status status = bnnm_model_open_file(argv[1], &options, &model);
  if (status != BNNM_OK) return fprintf(stderr, "%s: %s\n", bnnm_status_text(status), message), 1;
  status = bnnm_session_create(model, NULL, &session);
  if (status != BNNM_OK) return fprintf(stderr, "%s\n", bnnm_status_text(status)), 1;

  uint32_t input_count = bnnm_model_input_count(model), output_count = bnnm_model_output_count(model);
  bnnm_input *inputs = allocate((input_count + 1) * sizeof *inputs);
  bnnm_output *outputs = allocate((output_count + 1) * sizeof *outputs);
  for (uint32_t i = 0; i < input_count; i++) {
    bnnm_tensor_info info = BNNM_TENSOR_INFO_INIT;
    bnnm_model_input_info(model, i, &info);
    print("input", i, &info);
    void *values = allocate(info.byte_count);
    if (i == 0 && argc > 2) {
      FILE *file = fopen(argv[2], "rb");
      if (!file || fread(values, 1, (size_t)info.byte_count, file) != info.byte_count)
        return fprintf(stderr, "%s: must hold %llu bytes\n", argv[2], (unsigned long long)info.byte_count), 1;
      fclose(file);
    }
    inputs[i] = (bnnm_input){values, (size_t)info.byte_count};
  }
  for (uint32_t i = 0; i < output_count; i++) {
    bnnm_tensor_info info = BNNM_TENSOR_INFO_INIT;
    bnnm_model_output_info(model, i, &info);
    print("output", i, &info);
    outputs[i] = (bnnm_output){allocate(info.byte_count), (size_t)info.byte_count};
  }

  status = bnnm_session_run(session, 1, inputs, input_count, outputs, output_count);
  if (status != BNNM_OK) return fprintf(stderr, "%s\n", bnnm_session_message(session)), 1;
  for (uint32_t i = 0; i < output_count; i++) {
    const float *values = outputs[i].data;
    size_t count = outputs[i].byte_count / sizeof(float);
    for (size_t j = 0; j < count; j++) printf("%g%c", values[j], j + 1 < count ? ' ' : '\n');
    free(outputs[i].data);
  }
  for (uint32_t i = 0; i < input_count; i++) free((void *)inputs[i].data);
  free(inputs);
  free(outputs);
  bnnm_session_free(session);
  bnnm_model_free(model);
  return 0;
}

// A program in C11 and in C++17 at once that uses what bnnm.h defines: every structure by its macro, and the functions
// of the first steps. Compiled with all warnings as errors by scripts/check-header.sh, so that a macro that forgets a
// member, or anything that one of the languages lacks, does not compile.
#include <bnnm.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
static_assert(sizeof(bnnm_status) == sizeof(int), "enumerations are ints");
#else
_Static_assert(sizeof(bnnm_status) == sizeof(int), "enumerations are ints");
#endif

static int fail(const char *what) {
  fprintf(stderr, "bnnm.h: %s\n", what);
  return 1;
}

int main(void) {
  char message[256] = "";
  bnnm_model_options model_options = BNNM_MODEL_OPTIONS_INIT;
  bnnm_session_options session_options = BNNM_SESSION_OPTIONS_INIT;
  bnnm_tensor_info tensor = BNNM_TENSOR_INFO_INIT;
  bnnm_model_info whole = BNNM_MODEL_INFO_INIT;
  bnnm_layer_info layer = BNNM_LAYER_INFO_INIT;
  bnnm_probe_info probe = BNNM_PROBE_INFO_INIT;
  bnnm_check_result result = BNNM_CHECK_RESULT_INIT;
  if (model_options.struct_size != sizeof model_options || session_options.struct_size != sizeof session_options ||
      tensor.struct_size != sizeof tensor || whole.struct_size != sizeof whole || layer.struct_size != sizeof layer ||
      probe.struct_size != sizeof probe || result.struct_size != sizeof result) {
    return fail("a macro gives another size than its structure's");
  }
  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", BNNM_VERSION_MAJOR, BNNM_VERSION_MINOR, BNNM_VERSION_PATCH);
  if (strcmp(version, BNNM_VERSION_STRING) != 0 || strcmp(version, bnnm_version()) != 0) {
    return fail("header and library are of different versions");
  }
  bnnm_model *model = NULL;
  bnnm_session *session = NULL;
  model_options.message = message;
  model_options.message_capacity = sizeof message;
  if (bnnm_model_open_file("absent.bnnm", &model_options, &model) != BNNM_FILE_NOT_FOUND || model || !message[0]) {
    return fail("a file that is not there is not refused with a message");
  }
  if (bnnm_session_create(model, &session_options, &session) != BNNM_INVALID_ARGUMENT || session) {
    return fail("a session of no model is not refused");
  }
  if (!(bnnm_available_isa() & BNNM_ISA_GENERIC) || !bnnm_isa_name(BNNM_ISA_GENERIC)) {
    return fail("plain C is not available");
  }
  bnnm_session_free(session);
  bnnm_model_free(model);
  return 0;
}

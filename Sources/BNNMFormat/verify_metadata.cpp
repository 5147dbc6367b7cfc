// The order of all checks of a model's metadata, and those of the model as a whole.
#include <inttypes.h>

#include "records.h"
#include "verification.h"

namespace bnnm::format {
namespace {

/// Enough for every list at its limit: an operator is at most eleven tables, with an epilogue of eight steps; any other
/// record is one.
constexpr flatbuffers::uoffset_t maximum_tables = 1000000;
static_assert(maximum_tables > 1 + 11 * BNNMF_MAX_OPS + 4 * BNNMF_MAX_TENSORS + BNNMF_MAX_CHECKS);
/// Model, operator, parameters, epilogue, step.
constexpr flatbuffers::uoffset_t maximum_depth = 8;

bnnmf_status verify_counts(const bnnmf_view &view, Diagnosis &diagnosis) {
  const struct {
    const char *what;
    uint32_t count, limit;
  } lists[] = {
      {"tensors", bnnmf_tensor_count(&view), BNNMF_MAX_TENSORS},
      {"operators", bnnmf_op_count(&view), BNNMF_MAX_OPS},
      {"blobs", bnnmf_blob_count(&view), BNNMF_MAX_BLOBS},
      {"inputs", bnnmf_input_count(&view), BNNMF_MAX_TENSORS},
      {"outputs", bnnmf_output_count(&view), BNNMF_MAX_TENSORS},
      {"probes", bnnmf_probe_count(&view), BNNMF_MAX_TENSORS},
      {"checks", bnnmf_check_count(&view), BNNMF_MAX_CHECKS},
  };
  for (const auto &list : lists) {
    if (list.count > list.limit) {
      return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu32 " %s; at most %" PRIu32 " are valid", list.count, list.what,
                              list.limit);
    }
  }
  return BNNMF_OK;
}

template <typename Record>
uint64_t name_bytes(const flatbuffers::Vector<flatbuffers::Offset<Record>> *records) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < count(records); i++) {
    const flatbuffers::String *name = records->Get(i)->name();
    sum += name ? name->size() : 0;
  }
  return sum;
}

/// Strings stand once for each use, so that work in proportion to their lengths stays in proportion to the file.
bnnmf_status verify_strings(const schema::Model &model, size_t byte_count, Diagnosis &diagnosis) {
  uint64_t sum = name_bytes(model.tensors()) + name_bytes(model.operators()) + name_bytes(model.inputs()) +
                 name_bytes(model.outputs()) + name_bytes(model.probes());
  for (const flatbuffers::String *string : {model.name(), model.producer(), model.target(), model.batch_name()}) {
    sum += string ? string->size() : 0;
  }
  if (sum > byte_count) {
    return diagnosis.refuse(BNNMF_CORRUPT, "strings of %" PRIu64 " bytes in %zu bytes of metadata: they share memory",
                            sum, byte_count);
  }
  return BNNMF_OK;
}

bnnmf_status verify_all_written(const bnnmf_view &view, const WrittenTensors &written, Diagnosis &diagnosis) {
  for (uint32_t i = 0; i < bnnmf_tensor_count(&view); i++) {
    if (written.contains(i)) continue;
    bnnmf_tensor tensor;
    bnnmf_get_tensor(&view, i, &tensor);
    diagnosis.at({"tensor", i, tensor.name, nullptr});
    return diagnosis.refuse(BNNMF_CORRUPT, "never written; a constant, a model input or an operator's output is");
  }
  return BNNMF_OK;
}

}  // namespace

bnnmf_status verify_metadata(const uint8_t *metadata, size_t byte_count, bnnmf_view *view, Diagnosis &diagnosis) {
  flatbuffers::Verifier::Options options;
  options.max_depth = maximum_depth;
  options.max_tables = maximum_tables;
  flatbuffers::Verifier verifier(metadata, byte_count, options);
  if (!schema::VerifyModelBuffer(verifier)) {
    return diagnosis.refuse(BNNMF_CORRUPT, "%zu bytes of metadata are no FlatBuffer of a model", byte_count);
  }
  const schema::Model *model = schema::GetModel(metadata);
  view->model = model;

  if (bnnmf_status status = verify_counts(*view, diagnosis)) return status;
  if (bnnmf_status status = verify_strings(*model, byte_count, diagnosis)) return status;
  if (model->batch() > 1) {
    return diagnosis.refuse(BNNMF_CORRUPT, "batch is %" PRIu32 "; valid are 0, any number, and 1", model->batch());
  }
  WrittenTensors written;
  if (bnnmf_status status = verify_blobs(*view, diagnosis)) return status;
  if (bnnmf_status status = verify_tensors(*view, written, diagnosis)) return status;
  if (bnnmf_status status = verify_inputs(*view, written, diagnosis)) return status;
  if (bnnmf_status status = verify_operators(*view, written, diagnosis)) return status;
  if (bnnmf_status status = verify_all_written(*view, written, diagnosis)) return status;
  if (bnnmf_status status = verify_outputs(*view, diagnosis)) return status;
  if (bnnmf_status status = verify_probes(*view, diagnosis)) return status;
  return verify_checks(*view, byte_count, diagnosis);
}

}  // namespace bnnm::format

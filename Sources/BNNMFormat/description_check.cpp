// Checks of a model description in memory.
#include "description_check.h"

#include <inttypes.h>
#include <string.h>

#include "parameter_check.h"
#include "verification.h"

namespace bnnm::format {
namespace {

/// Far below what FlatBuffers' offsets can span, and far beyond any model's names.
constexpr uint64_t maximum_string_bytes = uint64_t{1} << 30;
/// Keeps sums of sizes, alignment included, below 2^63.
constexpr uint64_t maximum_blob_bytes = uint64_t{1} << 62;

uint64_t length(const char *string) { return string ? strlen(string) : 0; }

bnnmf_status check_lists(const bnnmf_model &model, Diagnosis &diagnosis) {
  const struct {
    const char *what;
    const void *records;
    uint32_t count, limit;
  } lists[] = {
      {"tensors", model.tensors, model.tensor_count, BNNMF_MAX_TENSORS},
      {"operators", model.ops, model.op_count, BNNMF_MAX_OPS},
      {"blobs", model.blobs, model.blob_count, BNNMF_MAX_BLOBS},
      {"inputs", model.inputs, model.input_count, BNNMF_MAX_TENSORS},
      {"outputs", model.outputs, model.output_count, BNNMF_MAX_TENSORS},
      {"probes", model.probes, model.probe_count, BNNMF_MAX_TENSORS},
      {"checks", model.checks, model.check_count, BNNMF_MAX_CHECKS},
  };
  for (const auto &list : lists) {
    if (list.count > list.limit) {
      return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu32 " %s; at most %" PRIu32 " are valid", list.count, list.what,
                              list.limit);
    }
    if (list.count > 0 && !list.records) {
      return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " %s at a null pointer", list.count, list.what);
    }
  }
  return BNNMF_OK;
}

bnnmf_status check_rank(uint32_t rank, Diagnosis &diagnosis) {
  if (rank <= BNNMF_MAX_RANK) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu32 " dimensions; at most %d are valid", rank, BNNMF_MAX_RANK);
}

bnnmf_status check_operator(const bnnmf_op &op, Diagnosis &diagnosis) {
  if (!operator_name(op.code)) {
    return diagnosis.refuse(BNNMF_UNSUPPORTED, "operator code %" PRIu32 "; valid are 1 to %d", op.code,
                            static_cast<int>(last_operator_code));
  }
  if (op.input_count > BNNMF_MAX_OPERANDS) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu32 " inputs; at most %d are valid", op.input_count,
                            BNNMF_MAX_OPERANDS);
  }
  if (op.more_output_count > BNNMF_MAX_RESULTS - 1) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu64 " results; at most %d are valid",
                            uint64_t{op.more_output_count} + 1, BNNMF_MAX_RESULTS);
  }
  const bnnmf_epilogue *epilogue = epilogue_of(op);
  const uint32_t steps = epilogue                                     ? epilogue->step_count
                         : op.code == BNNMF_OP_ACCUMULATOR_THRESHOLDS ? op.parameters.accumulator_thresholds.step_count
                                                                      : 0;
  if (steps > BNNMF_MAX_STEPS) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu32 " steps; at most %d are valid", steps, BNNMF_MAX_STEPS);
  }
  return op.code == BNNMF_OP_TRANSPOSE ? check_rank(op.parameters.transpose.rank, diagnosis) : BNNMF_OK;
}

bnnmf_status check_checks(const bnnmf_model &model, Diagnosis &diagnosis) {
  for (uint32_t i = 0; i < model.check_count; i++) {
    diagnosis.at({"check", i, nullptr, nullptr});
    const bnnmf_check &check = model.checks[i];
    const struct {
      const char *what;
      const uint32_t *numbers;
      uint32_t count;
    } lists[] = {{"inputs", check.inputs, model.input_count},
                 {"outputs", check.outputs, model.output_count},
                 {"hashes", check.hashes, model.probe_count}};
    for (const auto &list : lists) {
      if (list.count == 0 || list.numbers) continue;
      return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " %s at a null pointer", list.count, list.what);
    }
  }
  diagnosis.at({});
  return BNNMF_OK;
}

bnnmf_status check_blobs(const bnnmf_model &model, Diagnosis &diagnosis) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < model.blob_count; i++) {
    diagnosis.at({"blob", i, nullptr, nullptr});
    const bnnmf_blob &blob = model.blobs[i];
    if (!blob.data && blob.byte_count > 0) {
      return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu64 " bytes at a null pointer", blob.byte_count);
    }
    if (blob.byte_count > SIZE_MAX || blob.byte_count > maximum_blob_bytes - sum) {
      return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu64 " bytes are more than a file can hold", blob.byte_count);
    }
    sum += blob.byte_count;
  }
  diagnosis.at({});
  return BNNMF_OK;
}

}  // namespace

bnnmf_status check_description(const bnnmf_model &model, Diagnosis &diagnosis) {
  if (bnnmf_status status = check_lists(model, diagnosis)) return status;
  uint64_t strings =
      length(model.info.name) + length(model.info.producer) + length(model.info.target) + length(model.info.batch_name);
  for (uint32_t i = 0; i < model.tensor_count; i++) {
    const bnnmf_tensor &tensor = model.tensors[i];
    diagnosis.at({"tensor", i, tensor.name, nullptr});
    if (bnnmf_status status = check_rank(tensor.rank, diagnosis)) return status;
    strings += length(tensor.name);
  }
  for (uint32_t i = 0; i < model.op_count; i++) {
    const bnnmf_op &op = model.ops[i];
    diagnosis.at({"operator", i, op.name, operator_name(op.code)});
    if (bnnmf_status status = check_operator(op, diagnosis)) return status;
    strings += length(op.name);
  }
  for (uint32_t i = 0; i < model.probe_count; i++) {
    const bnnmf_probe &probe = model.probes[i];
    diagnosis.at({"probe", i, probe.name, nullptr});
    if (bnnmf_status status = check_rank(probe.rank, diagnosis)) return status;
    if (bnnmf_status status = check_rank(probe.order_rank, diagnosis)) return status;
    strings += length(probe.name);
  }
  for (uint32_t i = 0; i < model.input_count; i++) strings += length(model.inputs[i].name);
  for (uint32_t i = 0; i < model.output_count; i++) strings += length(model.outputs[i].name);
  diagnosis.at({});
  if (strings > maximum_string_bytes) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu64 " bytes of names; at most %" PRIu64 " are valid", strings,
                            maximum_string_bytes);
  }
  if (bnnmf_status status = check_checks(model, diagnosis)) return status;
  return check_blobs(model, diagnosis);
}

}  // namespace bnnm::format

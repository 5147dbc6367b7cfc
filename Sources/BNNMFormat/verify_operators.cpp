// Checks of operators' codes and operands and of the order of execution; their parameters have a file of their own.
#include <inttypes.h>

#include "records.h"
#include "verification.h"

namespace bnnm::format {
namespace {

/// By operator code; a null name is no operator.
struct Signature {
  const char *name;
  uint32_t input_count;
};

constexpr Signature signatures[] = {
    {nullptr, 0},       {"TRANSPOSE", 1},    {"RESHAPE", 1},     {"CONV2D", 1},   {"BINARY_CONV2D", 1},
    {"MAX_POOL", 1},    {"AVERAGE_POOL", 1}, {"BIT_POOL", 1},    {"BINARIZE", 1}, {"UNPACK", 1},
    {"SCALE_SHIFT", 1}, {"CLAMP", 1},        {"ELEMENTWISE", 2},
};
constexpr uint32_t signature_count = sizeof signatures / sizeof *signatures;
static_assert(signature_count == BNNMF_OP_ELEMENTWISE + 1, "every operator code has its signature");

bnnmf_status verify_operands(const bnnmf_view &view, const bnnmf_op &op, WrittenTensors &written,
                             Diagnosis &diagnosis) {
  const uint32_t tensors = bnnmf_tensor_count(&view);
  if (op.input_count > BNNMF_MAX_OPERANDS) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu32 " inputs; at most %d are valid", op.input_count,
                            BNNMF_MAX_OPERANDS);
  }
  if (op.input_count != signatures[op.code].input_count) {
    return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " inputs; it takes %" PRIu32, op.input_count,
                            signatures[op.code].input_count);
  }
  for (uint32_t i = 0; i < op.input_count; i++) {
    if (op.inputs[i] >= tensors) {
      return diagnosis.refuse(BNNMF_CORRUPT, "input %" PRIu32 " is tensor %" PRIu32 " of %" PRIu32, i, op.inputs[i],
                              tensors);
    }
    if (!written.contains(op.inputs[i])) {
      return diagnosis.refuse(BNNMF_CORRUPT, "input %" PRIu32 " is tensor %" PRIu32 ", which is not written before", i,
                              op.inputs[i]);
    }
  }
  if (op.output >= tensors) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the output is tensor %" PRIu32 " of %" PRIu32, op.output, tensors);
  }
  if (!written.insert(op.output)) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the output is tensor %" PRIu32 ", which is written already", op.output);
  }
  return BNNMF_OK;
}

}  // namespace

const char *operator_name(uint32_t code) { return code < signature_count ? signatures[code].name : nullptr; }

bnnmf_status verify_operators(const bnnmf_view &view, WrittenTensors &written, Diagnosis &diagnosis) {
  const auto *operators = static_cast<const schema::Model *>(view.model)->operators();
  for (uint32_t i = 0; i < count(operators); i++) {
    bnnmf_op op;
    const bool decoded = operator_record(*operators->Get(i), &op);
    diagnosis.at({"operator", i, op.name, operator_name(op.code)});
    if (op.code >= signature_count) {
      return diagnosis.refuse(BNNMF_UNSUPPORTED, "operator code %" PRIu32 "; this reader knows 1 to %" PRIu32, op.code,
                              signature_count - 1);
    }
    if (!decoded) return diagnosis.refuse(BNNMF_CORRUPT, "has no operator code or no parameters");
    if (bnnmf_status status = verify_operands(view, op, written, diagnosis)) return status;
    if (bnnmf_status status = verify_parameters(view, op, diagnosis)) return status;
  }
  diagnosis.at({});
  return BNNMF_OK;
}

}  // namespace bnnm::format

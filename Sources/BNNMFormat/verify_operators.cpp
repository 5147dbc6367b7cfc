// Checks of operators' codes and operands and of the order of execution; their parameters have a file of their own.
#include <inttypes.h>

#include <algorithm>

#include "parameter_check.h"
#include "records.h"
#include "verification.h"

namespace bnnm::format {
namespace {

/// By operator code; a null name is no operator.
struct Signature {
  const char *name;
  uint32_t least_inputs, most_inputs;
};

constexpr Signature signatures[] = {
    {nullptr, 0, 0},
    {"TRANSPOSE", 1, 1},
    {"RESHAPE", 1, 1},
    {"CONV2D", 1, BNNMF_MAX_OPERANDS},
    {"BINARY_CONV2D", 1, BNNMF_MAX_OPERANDS},
    {"MAX_POOL", 1, 1},
    {"AVERAGE_POOL", 1, 1},
    {"BIT_POOL", 1, 1},
    {"BINARIZE", 1, 1},
    {"UNPACK", 1, 1},
    {"SCALE_SHIFT", 1, 1},
    {"CLAMP", 1, 1},
    {"ELEMENTWISE", 1, 3},
    {"CONCAT", 1, BNNMF_MAX_OPERANDS},
    {"MAP", 1, BNNMF_MAX_OPERANDS},
    {"BINARIZE_BY", 2, 2},
    {"ACCUMULATOR_THRESHOLDS", 1, 1},
    {"GATHER", 2, 3},
    {"RESAMPLE", 1, 1},
    {"REDUCE", 1, 1},
    {"MATMUL", 2, 2},
    {"BINARY_MATMUL", 2, 2},
    {"BIT_DIFFERENCE", 2, 2},
    {"LOOKUP", 1, 1},
};
constexpr uint32_t signature_count = sizeof signatures / sizeof *signatures;
static_assert(signature_count == last_operator_code + 1, "every operator code has its signature");

/// Whether a dimension of a tensor is 0: such a one is no operand and no result.
bool is_empty(const bnnmf_view &view, uint32_t index) {
  bnnmf_tensor tensor;
  bnnmf_get_tensor(&view, index, &tensor);
  return std::find(tensor.dims, tensor.dims + tensor.rank, 0u) != tensor.dims + tensor.rank;
}

/// Refuses a result that is no tensor, or one that has a value already.
bnnmf_status verify_output(const bnnmf_view &view, uint32_t tensor, const char *what, WrittenTensors &written,
                           Diagnosis &diagnosis) {
  const uint32_t tensors = bnnmf_tensor_count(&view);
  if (tensor >= tensors) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the %s is tensor %" PRIu32 " of %" PRIu32, what, tensor, tensors);
  }
  if (is_empty(view, tensor)) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the %s is tensor %" PRIu32 ", which has no elements", what, tensor);
  }
  if (!written.insert(tensor)) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the %s is tensor %" PRIu32 ", which is written already", what, tensor);
  }
  return BNNMF_OK;
}

bnnmf_status verify_operands(const bnnmf_view &view, const bnnmf_op &op, WrittenTensors &written,
                             Diagnosis &diagnosis) {
  const uint32_t tensors = bnnmf_tensor_count(&view);
  if (op.input_count > BNNMF_MAX_OPERANDS) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu32 " inputs; at most %d are valid", op.input_count,
                            BNNMF_MAX_OPERANDS);
  }
  const Signature &signature = signatures[op.code];
  if (op.input_count < signature.least_inputs || op.input_count > signature.most_inputs) {
    return signature.least_inputs == signature.most_inputs
               ? diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " inputs; it takes %" PRIu32, op.input_count,
                                  signature.least_inputs)
               : diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " inputs; it takes %" PRIu32 " to %" PRIu32, op.input_count,
                                  signature.least_inputs, signature.most_inputs);
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
    if (is_empty(view, op.inputs[i])) {
      return diagnosis.refuse(BNNMF_CORRUPT, "input %" PRIu32 " is tensor %" PRIu32 ", which has no elements", i,
                              op.inputs[i]);
    }
  }
  if (op.more_output_count > BNNMF_MAX_RESULTS - 1) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu64 " results; at most %d are valid",
                            uint64_t{op.more_output_count} + 1, BNNMF_MAX_RESULTS);
  }
  if (bnnmf_status status = verify_output(view, op.output, "output", written, diagnosis)) return status;
  for (uint32_t i = 0; i < op.more_output_count; i++) {
    const char *what = i == 0 ? "second result" : "third result";
    if (bnnmf_status status = verify_output(view, op.more_outputs[i], what, written, diagnosis)) return status;
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

uint32_t needed_flags(const bnnmf_view &view) {
  uint32_t flags = 0;
  for (uint32_t i = 0; i < bnnmf_probe_count(&view); i++) {
    bnnmf_probe probe;
    bnnmf_get_probe(&view, i, &probe);
    if (probe.mask != BNNMF_NONE) flags |= BNNMF_FLAG_PROBE_MASKS;
    if (probe.order_rank > 0 || probe.mask_differs != 0) flags |= BNNMF_FLAG_PROBE_FORMS;
  }
  for (uint32_t i = 0; i < bnnmf_op_count(&view); i++) {
    bnnmf_op op;
    bnnmf_get_op(&view, i, &op);
    const bnnmf_epilogue *epilogue = epilogue_of(op);
    const bool is_binary = op.code == BNNMF_OP_BINARY_CONV2D;
    const bool is_masked = is_binary && op.parameters.binary_conv2d.mask != 0;
    const uint32_t layout = is_binary                    ? op.parameters.binary_conv2d.layout
                            : op.code == BNNMF_OP_CONV2D ? op.parameters.conv2d.layout
                                                         : 0;
    if (layout != 0) flags |= BNNMF_FLAG_WEIGHT_LAYOUTS;
    if ((epilogue && is_present(*epilogue)) || is_masked || op.more_output_count > 0) flags |= BNNMF_FLAG_EPILOGUES;
  }
  return flags;
}

}  // namespace bnnm::format

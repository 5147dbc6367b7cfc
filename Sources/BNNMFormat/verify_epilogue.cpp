// Checks of what operators with an epilogue have beyond others: steps, several results, operands and a mask.
#include <inttypes.h>

#include "parameter_check.h"
#include "verification.h"

namespace bnnm::format {
namespace {

constexpr uint32_t all_stores = BNNMF_STORES_VALUES | BNNMF_STORES_DECISIONS | BNNMF_STORES_AVERAGES;

bool combines(uint32_t kind) { return kind >= BNNMF_STEP_ADD && kind <= BNNMF_STEP_DIVIDE; }

bool takes_rows(uint32_t kind) { return kind >= BNNMF_STEP_SOFTMAX; }

/// What a step has by its kind, and that it has nothing else.
bnnmf_status verify_step(const bnnmf_step &step, uint32_t index, uint32_t channels, uint32_t input_count,
                         ParameterCheck &check) {
  Diagnosis &diagnosis = check.diagnosis();
  if (step.kind < BNNMF_STEP_SCALE_SHIFT || step.kind > BNNMF_STEP_STANDARDIZE) {
    return diagnosis.refuse(BNNMF_UNSUPPORTED, "step %" PRIu32 " is of kind %" PRIu32 "; this reader knows %d to %d",
                            index, step.kind, BNNMF_STEP_SCALE_SHIFT, BNNMF_STEP_STANDARDIZE);
  }
  constexpr const char *why = "by the kind of its step";
  switch (step.kind) {
    case BNNMF_STEP_SCALE_SHIFT:
      if (bnnmf_status status = check.optional_numbers("a of a step", step.a, channels)) return status;
      if (bnnmf_status status = check.optional_numbers("b of a step", step.b, channels)) return status;
      break;
    case BNNMF_STEP_RECTIFY:
      if (bnnmf_status status = check.numbers("a of a step", step.a, 1, channels)) return status;
      if (bnnmf_status status = check.optional_numbers("b of a step", step.b, channels)) return status;
      break;
    case BNNMF_STEP_QUOTIENT:
      if (bnnmf_status status = check.numbers("a of a step", step.a, 1, channels)) return status;
      if (bnnmf_status status = check.no_blob("b of a step", step.b, why)) return status;
      break;
    default:
      if (bnnmf_status status = check.no_blob("a of a step", step.a, why)) return status;
      if (bnnmf_status status = check.no_blob("b of a step", step.b, why)) return status;
  }
  if (step.kind == BNNMF_STEP_FUNCTION) {
    if (step.function < BNNMF_SIGMOID || step.function > BNNMF_ROUND) {
      return diagnosis.refuse(BNNMF_UNSUPPORTED, "step %" PRIu32 ": function %" PRIu32 "; this reader knows %d to %d",
                              index, step.function, BNNMF_SIGMOID, BNNMF_ROUND);
    }
  } else if (bnnmf_status status = check.range("function of a step without one", step.function, 0, 0)) {
    return status;
  }
  if (step.kind == BNNMF_STEP_CLAMP) {
    if (bnnmf_status status = check.limits(step.minimum, step.maximum)) return status;
  } else if (!(step.minimum == -__builtin_inff() && step.maximum == __builtin_inff())) {
    return diagnosis.refuse(BNNMF_CORRUPT, "step %" PRIu32 " has limits; only a clamp has others than infinities",
                            index);
  }
  if (step.kind == BNNMF_STEP_STANDARDIZE ? !(step.epsilon >= 0) : step.epsilon != 0) {
    return diagnosis.refuse(BNNMF_CORRUPT, "step %" PRIu32 " has the epsilon %g; valid are 0 and, to standardize, more",
                            index, static_cast<double>(step.epsilon));
  }
  if (takes_rows(step.kind) && channels > BNNMF_MAX_ROW) {
    return diagnosis.refuse(BNNMF_LIMIT, "step %" PRIu32 " takes rows of %" PRIu32 " numbers; at most %d are valid",
                            index, channels, BNNMF_MAX_ROW);
  }
  if (!combines(step.kind)) return check.range("operand of a step without one", step.operand, 0, 0);
  if (step.operand >= 1 && step.operand < input_count) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "step %" PRIu32 ": operand %" PRIu32 " of %" PRIu32 " inputs; valid are 1 on",
                          index, step.operand, input_count);
}

bnnmf_status verify_result(const bnnmf_view &view, uint32_t tensor, uint32_t element_type, bool is_image,
                           Diagnosis &diagnosis) {
  bnnmf_tensor result;
  bnnmf_get_tensor(&view, tensor, &result);
  if (result.element_type != element_type) {
    return diagnosis.refuse(BNNMF_CORRUPT,
                            "element type %" PRIu32 " of result %" PRIu32 "; what is stored has %" PRIu32,
                            result.element_type, tensor, element_type);
  }
  if (result.rank >= (is_image ? 4 : 1) && (!is_image || result.rank == 4)) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " dimensions of result %" PRIu32 "; valid are %s", result.rank,
                          tensor, is_image ? "4, as averages are stored" : "1 and more");
}

/// Results as `stores` says: their number, types and dimensions.
bnnmf_status verify_results(const bnnmf_view &view, const bnnmf_op &op, const bnnmf_epilogue &epilogue,
                            uint32_t value_type, Diagnosis &diagnosis) {
  if (epilogue.stores == 0 || (epilogue.stores & ~all_stores) != 0) {
    return diagnosis.refuse(BNNMF_CORRUPT, "stores is %" PRIu32 "; valid are 1 to %" PRIu32, epilogue.stores,
                            all_stores);
  }
  const uint32_t expected = static_cast<uint32_t>(__builtin_popcount(epilogue.stores));
  if (op.more_output_count + 1 != expected) {
    return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " results; its epilogue stores %" PRIu32,
                            op.more_output_count + 1, expected);
  }
  const struct {
    uint32_t bit, element_type;
  } stores[] = {
      {BNNMF_STORES_VALUES, value_type}, {BNNMF_STORES_DECISIONS, BNNMF_BITS}, {BNNMF_STORES_AVERAGES, BNNMF_FLOAT32}};
  uint32_t position = 0;
  for (const auto &store : stores) {
    if ((epilogue.stores & store.bit) == 0) continue;
    const uint32_t tensor = position == 0 ? op.output : op.more_outputs[position - 1];
    const bool is_image = (epilogue.stores & BNNMF_STORES_AVERAGES) != 0;
    if (bnnmf_status status = verify_result(view, tensor, store.element_type, is_image, diagnosis)) return status;
    position++;
  }
  return BNNMF_OK;
}

/// The blobs of what is stored.
bnnmf_status verify_stores(const bnnmf_epilogue &epilogue, bool are_accumulators, uint32_t channels,
                           ParameterCheck &check) {
  if ((epilogue.stores & BNNMF_STORES_DECISIONS) != 0) {
    if (bnnmf_status status = check.range("switch_count of the epilogue", epilogue.switch_count, 0, BNNMF_MAX_ELEMENTS))
      return status;
    if (bnnmf_status status =
            check.numbers("switch_points of the epilogue", epilogue.switch_points, epilogue.switch_count, channels))
      return status;
  } else {
    if (bnnmf_status status = check.range("switch_count without decisions", epilogue.switch_count, 0, 0)) return status;
    if (bnnmf_status status = check.no_blob("switch_points", epilogue.switch_points, "without decisions"))
      return status;
  }
  if (are_accumulators && (epilogue.stores & BNNMF_STORES_AVERAGES) != 0) {
    if (bnnmf_status status = check.numbers("average_scale", epilogue.average_scale, 1, channels)) return status;
    return check.numbers("average_shift", epilogue.average_shift, 1, channels);
  }
  constexpr const char *why = "without averages of accumulators";
  if (bnnmf_status status = check.no_blob("average_scale", epilogue.average_scale, why)) return status;
  return check.no_blob("average_shift", epilogue.average_shift, why);
}

/// Accumulators are not numbers that steps or switch points in float32 are for.
bnnmf_status verify_accumulators(const bnnmf_epilogue &epilogue, ParameterCheck &check) {
  if (bnnmf_status status = check.range("step_count without a scale", epilogue.step_count, 0, 0)) return status;
  if ((epilogue.stores & (BNNMF_STORES_VALUES | BNNMF_STORES_DECISIONS)) == BNNMF_STORES_VALUES) return BNNMF_OK;
  return check.diagnosis().refuse(
      BNNMF_CORRUPT, "stores is %" PRIu32 "; without a scale the values are stored and no decisions", epilogue.stores);
}

/// Each input but the first is an operand of a step or the mask.
bnnmf_status verify_inputs_used(const bnnmf_op &op, uint32_t used, Diagnosis &diagnosis) {
  for (uint32_t i = 1; i < op.input_count; i++) {
    if ((used >> i & 1) != 0) continue;
    return diagnosis.refuse(BNNMF_CORRUPT, "input %" PRIu32 " is neither an operand of a step nor a mask", i);
  }
  return BNNMF_OK;
}

}  // namespace

uint32_t channel_count(const bnnmf_tensor &tensor) { return tensor.rank > 0 ? tensor.dims[tensor.rank - 1] : 0; }

const bnnmf_epilogue *epilogue_of(const bnnmf_op &op) {
  switch (op.code) {
    case BNNMF_OP_CONV2D:
      return &op.parameters.conv2d.epilogue;
    case BNNMF_OP_BINARY_CONV2D:
      return &op.parameters.binary_conv2d.epilogue;
    case BNNMF_OP_MAP:
      return &op.parameters.map.epilogue;
    default:
      return nullptr;
  }
}

bnnmf_status verify_steps(const bnnmf_step *steps, uint32_t count, uint32_t channels, uint32_t input_count,
                          bool may_take_rows, uint32_t *operands, ParameterCheck &check) {
  *operands = 0;
  if (count > BNNMF_MAX_STEPS) {
    return check.diagnosis().refuse(BNNMF_LIMIT, "%" PRIu32 " steps; at most %d are valid", count, BNNMF_MAX_STEPS);
  }
  for (uint32_t i = 0; i < count; i++) {
    if (bnnmf_status status = verify_step(steps[i], i, channels, input_count, check)) return status;
    if (combines(steps[i].kind)) *operands |= 1u << steps[i].operand;
    if (!takes_rows(steps[i].kind)) continue;
    if (!may_take_rows) {
      return check.diagnosis().refuse(BNNMF_CORRUPT,
                                      "step %" PRIu32 " takes a whole row; valid is one such step, in a MAP", i);
    }
    may_take_rows = false;
  }
  return BNNMF_OK;
}

bnnmf_status verify_epilogue(const bnnmf_view &view, const bnnmf_op &op, ParameterCheck &check) {
  Diagnosis &diagnosis = check.diagnosis();
  const bnnmf_epilogue *epilogue = epilogue_of(op);
  if (!epilogue) return check.range("more_output_count", op.more_output_count, 0, 0);
  const bool is_binary = op.code == BNNMF_OP_BINARY_CONV2D;
  const uint32_t mask = is_binary ? op.parameters.binary_conv2d.mask : 0;
  if (mask != 0) {
    if (bnnmf_status status = check.range("mask", mask, 0, op.input_count - 1)) return status;
  }
  uint32_t used = 1u << mask;
  if (op.code == BNNMF_OP_MAP || is_present(*epilogue)) {
    bnnmf_tensor first;
    bnnmf_get_tensor(&view, op.output, &first);
    const uint32_t channels = channel_count(first);
    const bool are_accumulators = is_binary && op.parameters.binary_conv2d.scale == BNNMF_NONE;
    if (bnnmf_status status =
            verify_results(view, op, *epilogue, are_accumulators ? BNNMF_INT32 : BNNMF_FLOAT32, diagnosis)) {
      return status;
    }
    if (are_accumulators) {
      if (bnnmf_status status = verify_accumulators(*epilogue, check)) return status;
    }
    uint32_t operands;
    if (bnnmf_status status = verify_steps(epilogue->steps, epilogue->step_count, channels, op.input_count,
                                           op.code == BNNMF_OP_MAP, &operands, check)) {
      return status;
    }
    used |= operands;
    if (bnnmf_status status = verify_stores(*epilogue, are_accumulators, channels, check)) return status;
  } else {
    if (bnnmf_status status = check.range("more_output_count without an epilogue", op.more_output_count, 0, 0)) {
      return status;
    }
    if (bnnmf_status status = verify_stores(*epilogue, false, 0, check)) return status;
  }
  return verify_inputs_used(op, used, diagnosis);
}

}  // namespace bnnm::format

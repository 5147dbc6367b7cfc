// Checks of one operator's parameters: ranges, enumerations, and blobs that exist where they must and only there.
#include <inttypes.h>

#include "parameter_check.h"
#include "verification.h"

namespace bnnm::format {
namespace {

bnnmf_status verify(const bnnmf_transpose &transpose, ParameterCheck &check, Diagnosis &diagnosis) {
  if (transpose.rank > BNNMF_MAX_RANK) {
    return diagnosis.refuse(BNNMF_LIMIT, "permutation of %" PRIu32 " axes; at most %d are valid", transpose.rank,
                            BNNMF_MAX_RANK);
  }
  uint32_t seen = 0;
  for (uint32_t i = 0; i < transpose.rank; i++) {
    if (bnnmf_status status =
            check.range("an axis of the permutation", transpose.permutation[i], 0, transpose.rank - 1)) {
      return status;
    }
    seen |= 1u << transpose.permutation[i];
  }
  if (seen == (1u << transpose.rank) - 1) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "the permutation of %" PRIu32 " axes names one twice", transpose.rank);
}

/// An enumerated value.
bnnmf_status verify_known(const char *what, uint32_t value, uint32_t least, uint32_t most, Diagnosis &diagnosis) {
  if (value >= least && value <= most) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_UNSUPPORTED, "%s %" PRIu32 "; this reader knows %" PRIu32 " to %" PRIu32, what, value,
                          least, most);
}

bnnmf_status verify(const bnnmf_conv2d &conv, ParameterCheck &check, Diagnosis &diagnosis) {
  if (bnnmf_status status = check.window(conv.window)) return status;
  if (bnnmf_status status = check.range("groups", conv.groups, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.blob("weights", conv.weights)) return status;
  if (bnnmf_status status = check.optional_blob("bias", conv.bias)) return status;
  if (bnnmf_status status = verify_known("layout", conv.layout, BNNMF_FLOATS_ROWS, BNNMF_FLOATS_DEPTHWISE, diagnosis)) {
    return status;
  }
  return check.limits(conv.minimum, conv.maximum);
}

/// What turns accumulators into a result without an epilogue, by the result's type.
bnnmf_status verify_decisions(const bnnmf_binary_conv2d &conv, uint32_t output_type, ParameterCheck &check) {
  constexpr const char *why = "with an output of this type";
  if (output_type == BNNMF_FLOAT32) {
    if (bnnmf_status status = check.blob("scale", conv.scale)) return status;
    if (bnnmf_status status = check.optional_blob("bias", conv.bias)) return status;
  } else {
    if (bnnmf_status status = check.no_blob("scale", conv.scale, why)) return status;
    if (bnnmf_status status = check.no_blob("bias", conv.bias, why)) return status;
  }
  if (output_type == BNNMF_BITS) {
    if (bnnmf_status status = check.range("switch_count", conv.switch_count, 0, BNNMF_MAX_ELEMENTS)) return status;
    return check.blob("switch_points", conv.switch_points);
  }
  if (bnnmf_status status = check.range("switch_count", conv.switch_count, 0, 0)) return status;
  return check.no_blob("switch_points", conv.switch_points, why);
}

/// What turns accumulators into the number that goes through an epilogue.
bnnmf_status verify_scaling(const bnnmf_binary_conv2d &conv, uint32_t channels, ParameterCheck &check) {
  if (conv.scale == BNNMF_NONE) {
    if (bnnmf_status status = check.no_blob("bias", conv.bias, "without a scale")) return status;
  } else {
    if (bnnmf_status status = check.numbers("scale", conv.scale, 1, channels)) return status;
    if (bnnmf_status status = check.optional_numbers("bias", conv.bias, channels)) return status;
  }
  if (bnnmf_status status = check.range("switch_count", conv.switch_count, 0, 0)) return status;
  return check.no_blob("switch_points", conv.switch_points, "with an epilogue");
}

bnnmf_status verify(const bnnmf_binary_conv2d &conv, const bnnmf_tensor &output, ParameterCheck &check,
                    Diagnosis &diagnosis) {
  if (bnnmf_status status = check.window(conv.window)) return status;
  if (bnnmf_status status = check.range("groups", conv.groups, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.blob("weights", conv.weights)) return status;
  if (bnnmf_status status = check.limits(conv.minimum, conv.maximum)) return status;
  if (conv.pad_value < -1 || conv.pad_value > 1) {
    return diagnosis.refuse(BNNMF_CORRUPT, "pad_value is %" PRId32 "; valid are -1, 0 and 1", conv.pad_value);
  }
  if (bnnmf_status status = verify_known("layout", conv.layout, BNNMF_LAYOUT_WORDS, BNNMF_LAYOUT_NIBBLES, diagnosis)) {
    return status;
  }
  if (conv.mask != 0 && conv.pad_value != 0) {
    return diagnosis.refuse(BNNMF_CORRUPT, "pad_value is %" PRId32 "; with a mask only 0 is valid", conv.pad_value);
  }
  return is_present(conv.epilogue) ? verify_scaling(conv, channel_count(output), check)
                                   : verify_decisions(conv, output.element_type, check);
}

bnnmf_status verify(const bnnmf_pool &pool, uint32_t code, ParameterCheck &check) {
  if (bnnmf_status status = check.window(pool.window)) return status;
  if (bnnmf_status status = check.range("count_include_pad", pool.count_include_pad, 0, 1)) return status;
  return code == BNNMF_OP_BIT_POOL ? check.blob("or_channels", pool.or_channels) : BNNMF_OK;
}

bnnmf_status verify(const bnnmf_binarize &binarize, ParameterCheck &check) {
  if (bnnmf_status status = check.range("period", binarize.period, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.range("switch_count", binarize.switch_count, 0, BNNMF_MAX_ELEMENTS)) return status;
  return check.numbers("switch_points", binarize.switch_points, binarize.switch_count, binarize.period);
}

bnnmf_status verify(const bnnmf_scale_shift &scale_shift, ParameterCheck &check) {
  if (bnnmf_status status = check.range("period", scale_shift.period, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.numbers("scale", scale_shift.scale, 1, scale_shift.period)) return status;
  return check.numbers("shift", scale_shift.shift, 1, scale_shift.period);
}

bnnmf_status verify(const bnnmf_elementwise &elementwise, uint32_t input_count, Diagnosis &diagnosis) {
  const uint32_t function = elementwise.function;
  if (bnnmf_status status = verify_known("function", function, BNNMF_ADD, BNNMF_CAST, diagnosis)) return status;
  const uint32_t expected = function == BNNMF_CAST ? 1 : function == BNNMF_WHERE ? 3 : 2;
  if (input_count == expected) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " inputs; function %" PRIu32 " takes %" PRIu32, input_count,
                          function, expected);
}

/// An axis of a result with `rank` dimensions.
bnnmf_status verify_axis(uint32_t axis, uint32_t rank, ParameterCheck &check) {
  if (rank > 0) return check.range("axis", axis, 0, rank - 1);
  return check.diagnosis().refuse(BNNMF_CORRUPT, "an output without a dimension; it needs an axis");
}

bnnmf_status verify(const bnnmf_resample &resample, uint32_t rank, ParameterCheck &check) {
  if (bnnmf_status status = verify_axis(resample.axis, rank, check)) return status;
  if (bnnmf_status status = check.range("count", resample.count, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.range("taps", resample.taps, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.numbers("indices", resample.indices, resample.count, resample.taps)) return status;
  return check.numbers("weights", resample.weights, resample.count, resample.taps);
}

bnnmf_status verify(const bnnmf_reduce &reduce, uint32_t rank, ParameterCheck &check) {
  const uint32_t function = reduce.function;
  if (bnnmf_status status = verify_known("reduction", function, BNNMF_REDUCE_SUM, BNNMF_ARGMIN, check.diagnosis())) {
    return status;
  }
  if (bnnmf_status status = verify_axis(reduce.axis, rank, check)) return status;
  if (bnnmf_status status = check.range("axis_count", reduce.axis_count, 1, rank - reduce.axis)) return status;
  return check.range("select_last", reduce.select_last, 0, function >= BNNMF_ARGMAX ? 1 : 0);
}

bnnmf_status verify(const bnnmf_binary_matmul &matmul, Diagnosis &diagnosis) {
  if (bnnmf_status status = verify_known("a_form", matmul.a_form, BNNMF_SIGNED, BNNMF_ZERO_ONE, diagnosis)) {
    return status;
  }
  return verify_known("b_form", matmul.b_form, BNNMF_SIGNED, BNNMF_ZERO_ONE, diagnosis);
}

bnnmf_status verify(const bnnmf_lookup &lookup, ParameterCheck &check) {
  if (bnnmf_status status = check.range("table_count", lookup.table_count, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.numbers("values", lookup.values, lookup.table_count, 256)) return status;
  return check.range("channels_first", lookup.channels_first, 0, 1);
}

bnnmf_status verify(const bnnmf_binarize_by &by, ParameterCheck &check) {
  if (bnnmf_status status = check.range("below", by.below, 0, 1)) return status;
  return check.range("strict", by.strict, 0, 1);
}

bnnmf_status verify(const bnnmf_accumulator_thresholds &thresholds, const bnnmf_tensor &output, ParameterCheck &check,
                    Diagnosis &diagnosis) {
  const uint32_t channels = channel_count(output);
  if (bnnmf_status status = check.numbers("scale", thresholds.scale, 1, channels)) return status;
  if (bnnmf_status status = check.optional_numbers("bias", thresholds.bias, channels)) return status;
  if (bnnmf_status status = check.range("limit", thresholds.limit, 0, 1u << 24)) return status;
  if (bnnmf_status status = check.range("strict", thresholds.strict, 0, 1)) return status;
  uint32_t operands;
  if (bnnmf_status status =
          verify_steps(thresholds.steps, thresholds.step_count, channels, 1, false, &operands, check)) {
    return status;
  }
  for (uint32_t i = 0; i < thresholds.step_count; i++) {
    const uint32_t kind = thresholds.steps[i].kind;
    if (kind == BNNMF_STEP_SCALE_SHIFT || kind == BNNMF_STEP_RECTIFY || kind == BNNMF_STEP_CLAMP) continue;
    return diagnosis.refuse(BNNMF_CORRUPT, "step %" PRIu32 " is of kind %" PRIu32 "; valid are %d to %d", i, kind,
                            BNNMF_STEP_SCALE_SHIFT, BNNMF_STEP_CLAMP);
  }
  return BNNMF_OK;
}

}  // namespace

bnnmf_status verify_parameters(const bnnmf_view &view, const bnnmf_op &op, Diagnosis &diagnosis) {
  ParameterCheck check(view, diagnosis);
  bnnmf_tensor output;
  bnnmf_get_tensor(&view, op.output, &output);
  if (bnnmf_status status = verify_epilogue(view, op, check)) return status;
  switch (op.code) {
    case BNNMF_OP_TRANSPOSE:
      return verify(op.parameters.transpose, check, diagnosis);
    case BNNMF_OP_CONV2D:
      return verify(op.parameters.conv2d, check, diagnosis);
    case BNNMF_OP_BINARY_CONV2D:
      return verify(op.parameters.binary_conv2d, output, check, diagnosis);
    case BNNMF_OP_MAX_POOL:
    case BNNMF_OP_AVERAGE_POOL:
    case BNNMF_OP_BIT_POOL:
      return verify(op.parameters.pool, op.code, check);
    case BNNMF_OP_BINARIZE:
      return verify(op.parameters.binarize, check);
    case BNNMF_OP_SCALE_SHIFT:
      return verify(op.parameters.scale_shift, check);
    case BNNMF_OP_CLAMP:
      return check.limits(op.parameters.clamp.minimum, op.parameters.clamp.maximum);
    case BNNMF_OP_ELEMENTWISE:
      return verify(op.parameters.elementwise, op.input_count, diagnosis);
    case BNNMF_OP_CONCAT:
      return check.range("axis", op.parameters.concat.axis, 0, output.rank > 0 ? output.rank - 1 : 0);
    case BNNMF_OP_BINARIZE_BY:
      return verify(op.parameters.binarize_by, check);
    case BNNMF_OP_ACCUMULATOR_THRESHOLDS:
      return verify(op.parameters.accumulator_thresholds, output, check, diagnosis);
    case BNNMF_OP_GATHER:
      return verify_axis(op.parameters.gather.axis, output.rank, check);
    case BNNMF_OP_RESAMPLE:
      return verify(op.parameters.resample, output.rank, check);
    case BNNMF_OP_REDUCE:
      return verify(op.parameters.reduce, output.rank, check);
    case BNNMF_OP_BINARY_MATMUL:
      return verify(op.parameters.binary_matmul, diagnosis);
    case BNNMF_OP_LOOKUP:
      return verify(op.parameters.lookup, check);
    default:
      return BNNMF_OK;  // RESHAPE, UNPACK, MATMUL and BIT_DIFFERENCE have none, MAP no others.
  }
}

}  // namespace bnnm::format

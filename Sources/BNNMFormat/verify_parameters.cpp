// Checks of one operator's parameters: ranges, enumerations, and blobs that exist where they must and only there.
#include <inttypes.h>

#include "verification.h"

namespace bnnm::format {
namespace {

/// The checks that several operators share, about the operator that `diagnosis` is at.
class ParameterCheck {
 public:
  ParameterCheck(const bnnmf_view &view, Diagnosis &diagnosis) : view_(view), diagnosis_(diagnosis) {}

  bnnmf_status range(const char *what, uint32_t value, uint32_t least, uint32_t most) {
    if (value >= least && value <= most) return BNNMF_OK;
    return diagnosis_.refuse(BNNMF_CORRUPT, "%s is %" PRIu32 "; valid are %" PRIu32 " to %" PRIu32, what, value, least,
                             most);
  }

  bnnmf_status window(const bnnmf_window &window) {
    const struct {
      const char *what;
      uint32_t value, least;
    } fields[] = {
        {"kernel_h", window.kernel_h, 1},   {"kernel_w", window.kernel_w, 1},     {"stride_h", window.stride_h, 1},
        {"stride_w", window.stride_w, 1},   {"dilation_h", window.dilation_h, 1}, {"dilation_w", window.dilation_w, 1},
        {"pad_top", window.pad_top, 0},     {"pad_left", window.pad_left, 0},     {"pad_bottom", window.pad_bottom, 0},
        {"pad_right", window.pad_right, 0},
    };
    for (const auto &field : fields) {
      if (bnnmf_status status = range(field.what, field.value, field.least, BNNMF_MAX_ELEMENTS)) return status;
    }
    if (bnnmf_status status = extent("kernel_h", window.kernel_h, window.dilation_h)) return status;
    return extent("kernel_w", window.kernel_w, window.dilation_w);
  }

  bnnmf_status limits(float minimum, float maximum) {
    if (minimum == minimum && maximum == maximum) return BNNMF_OK;
    return diagnosis_.refuse(BNNMF_CORRUPT, "minimum or maximum is no number; valid are numbers and infinities");
  }

  bnnmf_status blob(const char *what, uint32_t index) {
    if (index < bnnmf_blob_count(&view_)) return BNNMF_OK;
    if (index == BNNMF_NONE) return diagnosis_.refuse(BNNMF_CORRUPT, "has no %s; it needs a blob", what);
    return diagnosis_.refuse(BNNMF_CORRUPT, "%s is blob %" PRIu32 " of %" PRIu32, what, index,
                             bnnmf_blob_count(&view_));
  }

  bnnmf_status optional_blob(const char *what, uint32_t index) {
    return index == BNNMF_NONE ? BNNMF_OK : blob(what, index);
  }

  bnnmf_status no_blob(const char *what, uint32_t index) {
    if (index == BNNMF_NONE) return BNNMF_OK;
    return diagnosis_.refuse(BNNMF_CORRUPT, "%s is blob %" PRIu32 "; with an output of this type it has none", what,
                             index);
  }

  /// A blob of `rows` times `columns` numbers of four bytes.
  bnnmf_status numbers(const char *what, uint32_t index, uint32_t rows, uint32_t columns) {
    if (bnnmf_status status = blob(what, index)) return status;
    bnnmf_blob found;
    bnnmf_get_blob(&view_, index, &found);
    // Rows and columns are at most BNNMF_MAX_ELEMENTS, so that this is below 2^64.
    const uint64_t needed = uint64_t{rows} * columns;
    if (found.byte_count % 4 == 0 && found.byte_count / 4 == needed) return BNNMF_OK;
    return diagnosis_.refuse(BNNMF_CORRUPT,
                             "%s, blob %" PRIu32 ", has %" PRIu64 " bytes; needed are %" PRIu64 " numbers", what, index,
                             found.byte_count, needed);
  }

 private:
  bnnmf_status extent(const char *what, uint32_t kernel, uint32_t dilation) {
    const uint64_t extent = uint64_t{kernel - 1} * dilation + 1;
    if (extent <= BNNMF_MAX_ELEMENTS) return BNNMF_OK;
    return diagnosis_.refuse(BNNMF_CORRUPT, "%s spans %" PRIu64 " elements with its dilation; at most %d are valid",
                             what, extent, BNNMF_MAX_ELEMENTS);
  }

  const bnnmf_view &view_;
  Diagnosis &diagnosis_;
};

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

bnnmf_status verify(const bnnmf_conv2d &conv, ParameterCheck &check) {
  if (bnnmf_status status = check.window(conv.window)) return status;
  if (bnnmf_status status = check.range("groups", conv.groups, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.blob("weights", conv.weights)) return status;
  if (bnnmf_status status = check.optional_blob("bias", conv.bias)) return status;
  return check.limits(conv.minimum, conv.maximum);
}

bnnmf_status verify(const bnnmf_binary_conv2d &conv, uint32_t output_type, ParameterCheck &check,
                    Diagnosis &diagnosis) {
  if (bnnmf_status status = check.window(conv.window)) return status;
  if (bnnmf_status status = check.range("groups", conv.groups, 1, BNNMF_MAX_ELEMENTS)) return status;
  if (bnnmf_status status = check.blob("weights", conv.weights)) return status;
  if (bnnmf_status status = check.limits(conv.minimum, conv.maximum)) return status;
  if (conv.pad_value < -1 || conv.pad_value > 1) {
    return diagnosis.refuse(BNNMF_CORRUPT, "pad_value is %" PRId32 "; valid are -1, 0 and 1", conv.pad_value);
  }
  if (output_type == BNNMF_FLOAT32) {
    if (bnnmf_status status = check.blob("scale", conv.scale)) return status;
    if (bnnmf_status status = check.optional_blob("bias", conv.bias)) return status;
  } else {
    if (bnnmf_status status = check.no_blob("scale", conv.scale)) return status;
    if (bnnmf_status status = check.no_blob("bias", conv.bias)) return status;
  }
  if (output_type == BNNMF_BITS) {
    if (bnnmf_status status = check.range("switch_count", conv.switch_count, 0, BNNMF_MAX_ELEMENTS)) return status;
    return check.blob("switch_points", conv.switch_points);
  }
  if (bnnmf_status status = check.range("switch_count", conv.switch_count, 0, 0)) return status;
  return check.no_blob("switch_points", conv.switch_points);
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

bnnmf_status verify(const bnnmf_elementwise &elementwise, Diagnosis &diagnosis) {
  if (elementwise.function >= BNNMF_ADD && elementwise.function <= BNNMF_MAXIMUM) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_UNSUPPORTED, "function %" PRIu32 "; this reader knows %d to %d", elementwise.function,
                          BNNMF_ADD, BNNMF_MAXIMUM);
}

}  // namespace

bnnmf_status verify_parameters(const bnnmf_view &view, const bnnmf_op &op, Diagnosis &diagnosis) {
  ParameterCheck check(view, diagnosis);
  bnnmf_tensor output;
  bnnmf_get_tensor(&view, op.output, &output);
  switch (op.code) {
    case BNNMF_OP_TRANSPOSE:
      return verify(op.parameters.transpose, check, diagnosis);
    case BNNMF_OP_CONV2D:
      return verify(op.parameters.conv2d, check);
    case BNNMF_OP_BINARY_CONV2D:
      return verify(op.parameters.binary_conv2d, output.element_type, check, diagnosis);
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
      return verify(op.parameters.elementwise, diagnosis);
    default:
      return BNNMF_OK;  // RESHAPE and UNPACK have none.
  }
}

}  // namespace bnnm::format

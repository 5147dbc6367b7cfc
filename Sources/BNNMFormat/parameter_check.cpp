// Checks that the parameters of several operators share.
#include "parameter_check.h"

#include <inttypes.h>

namespace bnnm::format {

bnnmf_status ParameterCheck::range(const char *what, uint32_t value, uint32_t least, uint32_t most) {
  if (value >= least && value <= most) return BNNMF_OK;
  return diagnosis_.refuse(BNNMF_CORRUPT, "%s is %" PRIu32 "; valid are %" PRIu32 " to %" PRIu32, what, value, least,
                           most);
}

bnnmf_status ParameterCheck::window(const bnnmf_window &window) {
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

bnnmf_status ParameterCheck::limits(float minimum, float maximum) {
  if (minimum == minimum && maximum == maximum) return BNNMF_OK;
  return diagnosis_.refuse(BNNMF_CORRUPT, "minimum or maximum is no number; valid are numbers and infinities");
}

bnnmf_status ParameterCheck::blob(const char *what, uint32_t index) {
  if (index < bnnmf_blob_count(&view_)) return BNNMF_OK;
  if (index == BNNMF_NONE) return diagnosis_.refuse(BNNMF_CORRUPT, "has no %s; it needs a blob", what);
  return diagnosis_.refuse(BNNMF_CORRUPT, "%s is blob %" PRIu32 " of %" PRIu32, what, index, bnnmf_blob_count(&view_));
}

bnnmf_status ParameterCheck::optional_blob(const char *what, uint32_t index) {
  return index == BNNMF_NONE ? BNNMF_OK : blob(what, index);
}

bnnmf_status ParameterCheck::no_blob(const char *what, uint32_t index, const char *why) {
  if (index == BNNMF_NONE) return BNNMF_OK;
  return diagnosis_.refuse(BNNMF_CORRUPT, "%s is blob %" PRIu32 "; %s it has none", what, index, why);
}

bnnmf_status ParameterCheck::numbers(const char *what, uint32_t index, uint32_t rows, uint32_t columns) {
  if (bnnmf_status status = blob(what, index)) return status;
  bnnmf_blob found;
  bnnmf_get_blob(&view_, index, &found);
  const uint64_t needed = uint64_t{rows} * columns;
  if (found.byte_count % 4 == 0 && found.byte_count / 4 == needed) return BNNMF_OK;
  return diagnosis_.refuse(BNNMF_CORRUPT, "%s, blob %" PRIu32 ", has %" PRIu64 " bytes; needed are %" PRIu64 " numbers",
                           what, index, found.byte_count, needed);
}

bnnmf_status ParameterCheck::optional_numbers(const char *what, uint32_t index, uint32_t columns) {
  return index == BNNMF_NONE ? BNNMF_OK : numbers(what, index, 1, columns);
}

bnnmf_status ParameterCheck::extent(const char *what, uint32_t kernel, uint32_t dilation) {
  const uint64_t extent = uint64_t{kernel - 1} * dilation + 1;
  if (extent <= BNNMF_MAX_ELEMENTS) return BNNMF_OK;
  return diagnosis_.refuse(BNNMF_CORRUPT, "%s spans %" PRIu64 " elements with its dilation; at most %d are valid", what,
                           extent, BNNMF_MAX_ELEMENTS);
}

}  // namespace bnnm::format

// The checks that the parameters of several operators share: ranges, windows, and blobs that exist where they must,
// with the right size. Used by verify_parameters and verify_epilogue.
#ifndef BNNM_PARAMETER_CHECK_H
#define BNNM_PARAMETER_CHECK_H

#include <stdint.h>

#include "bnnm_reader.h"
#include "diagnosis.h"

namespace bnnm::format {

/// Checks about the operator that `diagnosis` is at; `what` is the parameter's name in messages.
class ParameterCheck {
 public:
  ParameterCheck(const bnnmf_view &view, Diagnosis &diagnosis) : view_(view), diagnosis_(diagnosis) {}

  Diagnosis &diagnosis() { return diagnosis_; }

  bnnmf_status range(const char *what, uint32_t value, uint32_t least, uint32_t most);

  bnnmf_status window(const bnnmf_window &window);

  /// Of a clamp: anything but NaN.
  bnnmf_status limits(float minimum, float maximum);

  bnnmf_status blob(const char *what, uint32_t index);
  bnnmf_status optional_blob(const char *what, uint32_t index);

  /// \param why there is none: "with an output of this type"
  bnnmf_status no_blob(const char *what, uint32_t index, const char *why);

  /// A blob of `rows` times `columns` numbers of four bytes. Both are at most BNNMF_MAX_ELEMENTS.
  bnnmf_status numbers(const char *what, uint32_t index, uint32_t rows, uint32_t columns);
  bnnmf_status optional_numbers(const char *what, uint32_t index, uint32_t columns);

 private:
  bnnmf_status extent(const char *what, uint32_t kernel, uint32_t dilation);

  const bnnmf_view &view_;
  Diagnosis &diagnosis_;
};

/// The extent of the last dimension of a tensor; 0 where it has none.
uint32_t channel_count(const bnnmf_tensor &tensor);

/// The steps of an operator whose results have `channels` channels.
///
/// \param may_take_rows whether one step may take a whole row
/// \param operands gets a bit for each of the operator's inputs that is an operand
bnnmf_status verify_steps(const bnnmf_step *steps, uint32_t count, uint32_t channels, uint32_t input_count,
                          bool may_take_rows, uint32_t *operands, ParameterCheck &check);

/// The results and the epilogue of a MAP, CONV2D or BINARY_CONV2D, and that its inputs are used.
bnnmf_status verify_epilogue(const bnnmf_view &view, const bnnmf_op &op, ParameterCheck &check);

/// The epilogue of an operator whose code has one; null for other codes.
const bnnmf_epilogue *epilogue_of(const bnnmf_op &op);

/// Whether an epilogue does anything.
inline bool is_present(const bnnmf_epilogue &epilogue) { return epilogue.stores != 0 || epilogue.step_count != 0; }

}  // namespace bnnm::format

#endif

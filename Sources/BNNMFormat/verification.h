// What makes a model's metadata valid beyond FlatBuffers' own rules, so that whoever reads records can rely on it:
//
//  - every list within its limit; batch 0 or 1; strings not longer together than the metadata they stand in
//  - blobs aligned and inside the blob section
//  - tensors of a known type, at most 8 dimensions, each at least 1, their product at most BNNMF_MAX_ELEMENTS; a
//  constant's
//    blob of exactly the size its type and shape need; bits with a last dimension
//  - each tensor written exactly once: by being a constant, a model input or an operator's output; operators read only
//    what was written before them; outputs and probes name existing tensors
//  - operators known, with their number of inputs, and parameters in the ranges bnnm_format.h states; results of an
//    epilogue as many and of the types that it stores; blobs of an epilogue of exactly the size that the first result's
//    channels need
//  - the header's flags set that the operators need
//  - checks with one blob of the tensor's size for each input and output, and one hash for each probe
//
// What an operator demands of its operands' types and shapes is the engine's business. Takes time in proportion to the
// metadata, allocates nothing, does not recurse.
#ifndef BNNM_VERIFICATION_H
#define BNNM_VERIFICATION_H

#include <stdint.h>

#include "bnnm_format.h"
#include "bnnm_reader.h"
#include "diagnosis.h"

namespace bnnm::format {

/// Which tensors have their value so far.
class WrittenTensors {
 public:
  bool contains(uint32_t tensor) const { return (words_[tensor / 64] >> (tensor % 64) & 1) != 0; }

  /// \return false where the tensor was there already
  bool insert(uint32_t tensor) {
    const bool isNew = !contains(tensor);
    words_[tensor / 64] |= uint64_t{1} << (tensor % 64);
    return isNew;
  }

 private:
  uint64_t words_[(BNNMF_MAX_TENSORS + 63) / 64] = {};
};

/// Checks FlatBuffers' structure and then everything above.
///
/// \param metadata the metadata's bytes, aligned to 8
/// \param view gives the blob section; gets the model. Invalid where the status is not BNNMF_OK.
bnnmf_status verify_metadata(const uint8_t *metadata, size_t byte_count, bnnmf_view *view, Diagnosis &diagnosis);

/// Every blob, then every tensor by itself; constants become written.
bnnmf_status verify_blobs(const bnnmf_view &view, Diagnosis &diagnosis);
bnnmf_status verify_tensors(const bnnmf_view &view, WrittenTensors &written, Diagnosis &diagnosis);

/// The dimensions of a tensor or probe.
///
/// \param elements gets their product
bnnmf_status verify_dimensions(const uint32_t *dims, uint32_t rank, uint64_t *elements, Diagnosis &diagnosis);

/// The bytes of a tensor's value, dense and packed. Precondition: its type and dimensions are valid.
uint64_t value_bytes(const bnnmf_tensor &tensor);

/// Every operator and the order of execution; model inputs are written already, outputs become so.
bnnmf_status verify_operators(const bnnmf_view &view, WrittenTensors &written, Diagnosis &diagnosis);

/// The parameters of one operator, whose tensor indices are valid.
bnnmf_status verify_parameters(const bnnmf_view &view, const bnnmf_op &op, Diagnosis &diagnosis);

/// Model inputs, which become written; then, with all operators seen, model outputs and probes.
bnnmf_status verify_inputs(const bnnmf_view &view, WrittenTensors &written, Diagnosis &diagnosis);
bnnmf_status verify_outputs(const bnnmf_view &view, Diagnosis &diagnosis);
bnnmf_status verify_probes(const bnnmf_view &view, Diagnosis &diagnosis);

/// The checks of a model whose metadata has `byte_count` bytes.
bnnmf_status verify_checks(const bnnmf_view &view, size_t byte_count, Diagnosis &diagnosis);

/// The header flags that a verified model must have, for readers that do not know what its operators use.
uint32_t needed_flags(const bnnmf_view &view);

constexpr uint32_t last_operator_code = BNNMF_OP_LOOKUP;

/// An operator code's name as in bnnm_format.h, "CONV2D"; null for an unknown one.
const char *operator_name(uint32_t code);

}  // namespace bnnm::format

#endif

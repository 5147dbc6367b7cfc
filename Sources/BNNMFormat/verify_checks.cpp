// Checks of a model's own checks: their lists against the model's inputs, outputs and probes.
#include <inttypes.h>

#include "records.h"
#include "verification.h"

namespace bnnm::format {
namespace {

using Numbers = flatbuffers::Vector<uint32_t>;

bnnmf_status verify_count(const char *what, const Numbers *numbers, uint32_t expected, Diagnosis &diagnosis) {
  if (count(numbers) == expected) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu32 " %s; the model has %" PRIu32, count(numbers), what, expected);
}

/// The value of one of the model's inputs or outputs.
bnnmf_status verify_value(const bnnmf_view &view, const char *what, uint32_t index, uint32_t blob_index,
                          const bnnmf_port &port, Diagnosis &diagnosis) {
  if (blob_index >= bnnmf_blob_count(&view)) {
    return diagnosis.refuse(BNNMF_CORRUPT, "%s %" PRIu32 " is blob %" PRIu32 " of %" PRIu32, what, index, blob_index,
                            bnnmf_blob_count(&view));
  }
  bnnmf_tensor tensor;
  bnnmf_get_tensor(&view, port.tensor, &tensor);
  bnnmf_blob blob;
  bnnmf_get_blob(&view, blob_index, &blob);
  if (blob.byte_count == value_bytes(tensor)) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT,
                          "%s %" PRIu32 ", blob %" PRIu32 ", has %" PRIu64 " bytes; the value needs %" PRIu64, what,
                          index, blob_index, blob.byte_count, value_bytes(tensor));
}

bnnmf_status verify_check(const bnnmf_view &view, const schema::Check &check, Diagnosis &diagnosis) {
  if (bnnmf_status status = verify_count("inputs", check.inputs(), bnnmf_input_count(&view), diagnosis)) return status;
  if (bnnmf_status status = verify_count("outputs", check.outputs(), bnnmf_output_count(&view), diagnosis))
    return status;
  if (bnnmf_status status = verify_count("hashes", check.hashes(), bnnmf_probe_count(&view), diagnosis)) return status;
  bnnmf_port port;
  for (uint32_t i = 0; i < count(check.inputs()); i++) {
    bnnmf_get_input(&view, i, &port);
    if (bnnmf_status status = verify_value(view, "input", i, check.inputs()->Get(i), port, diagnosis)) return status;
  }
  for (uint32_t i = 0; i < count(check.outputs()); i++) {
    bnnmf_get_output(&view, i, &port);
    if (bnnmf_status status = verify_value(view, "output", i, check.outputs()->Get(i), port, diagnosis)) return status;
  }
  // Written so that NaN is refused, too.
  if (check.tolerance() >= 0 && check.tolerance() < __builtin_inff()) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "tolerance is %g; valid are finite numbers from 0",
                          static_cast<double>(check.tolerance()));
}

}  // namespace

bnnmf_status verify_checks(const bnnmf_view &view, size_t byte_count, Diagnosis &diagnosis) {
  const auto *checks = static_cast<const schema::Model *>(view.model)->checks();
  uint64_t numbers = 0;
  for (uint32_t i = 0; i < count(checks); i++) {
    const schema::Check &check = *checks->Get(i);
    numbers += uint64_t{count(check.inputs())} + count(check.outputs()) + count(check.hashes());
  }
  if (numbers > byte_count / 4) {
    return diagnosis.refuse(BNNMF_CORRUPT, "checks of %" PRIu64 " numbers in %zu bytes of metadata: they share memory",
                            numbers, byte_count);
  }
  for (uint32_t i = 0; i < count(checks); i++) {
    diagnosis.at({"check", i, nullptr, nullptr});
    if (bnnmf_status status = verify_check(view, *checks->Get(i), diagnosis)) return status;
  }
  diagnosis.at({});
  return BNNMF_OK;
}

}  // namespace bnnm::format

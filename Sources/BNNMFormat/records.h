// From the stored form of a record to its C form. What a record says is copied, not judged; nothing is written beyond
// the C form's arrays, whatever the counts, so that verification can look at C forms too. Takes tables that passed
// FlatBuffers' own verification.
#ifndef BNNM_RECORDS_H
#define BNNM_RECORDS_H

#include "bnnm_format.h"
#include "schema.h"

namespace bnnm::format {

/// A stored string, or the empty one where it is missing.
inline const char *text(const flatbuffers::String *string) { return string ? string->c_str() : ""; }

/// A stored list's length, where a missing list is empty.
template <typename Element>
uint32_t count(const flatbuffers::Vector<Element> *list) {
  return list ? list->size() : 0;
}

/// Copies the first numbers of a list, as many as there is room for.
///
/// \return the number of all numbers in the list
template <size_t capacity>
uint32_t copy_numbers(const flatbuffers::Vector<uint32_t> *list, uint32_t (&numbers)[capacity]) {
  const uint32_t length = count(list);
  for (uint32_t i = 0; i < length && i < capacity; i++) numbers[i] = list->Get(i);
  return length;
}

bnnmf_tensor tensor_record(const schema::Tensor &stored);

/// \return false, and a record that is not to be used, where the operator is not known or its parameters are missing
bool operator_record(const schema::Operator &stored, bnnmf_op *op);

bnnmf_port port_record(const schema::Port &stored);

bnnmf_probe probe_record(const schema::Probe &stored);

}  // namespace bnnm::format

#endif

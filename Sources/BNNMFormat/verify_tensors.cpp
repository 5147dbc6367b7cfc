// Checks of blobs and tensors, each by itself.
#include <inttypes.h>

#include "records.h"
#include "verification.h"

namespace bnnm::format {

bnnmf_status verify_blobs(const bnnmf_view &view, Diagnosis &diagnosis) {
  const auto *blobs = static_cast<const schema::Model *>(view.model)->blobs();
  // FlatBuffers' verifier does not look at how a list of structures is aligned; its builder does not align an empty
  // one.
  if (count(blobs) > 0 && reinterpret_cast<uintptr_t>(blobs->Data()) % alignof(uint64_t) != 0) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the list of blobs is not aligned to %zu", alignof(uint64_t));
  }
  for (uint32_t i = 0; i < count(blobs); i++) {
    const uint64_t offset = blobs->Get(i)->offset(), byte_count = blobs->Get(i)->byte_count();
    diagnosis.at({"blob", i, nullptr, nullptr});
    if (offset % BNNMF_ALIGNMENT != 0) {
      return diagnosis.refuse(BNNMF_CORRUPT, "offset %" PRIu64 " is not a multiple of %d", offset, BNNMF_ALIGNMENT);
    }
    if (offset > view.blob_byte_count || byte_count > view.blob_byte_count - offset) {
      return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu64 " bytes at offset %" PRIu64 " of a blob section of %" PRIu64,
                              byte_count, offset, view.blob_byte_count);
    }
  }
  diagnosis.at({});
  return BNNMF_OK;
}

bnnmf_status verify_dimensions(const uint32_t *dims, uint32_t rank, uint64_t *elements, Diagnosis &diagnosis) {
  if (rank > BNNMF_MAX_RANK) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu32 " dimensions; at most %d are valid", rank, BNNMF_MAX_RANK);
  }
  *elements = 1;
  for (uint32_t i = 0; i < rank; i++) {
    if (dims[i] > BNNMF_MAX_ELEMENTS) {
      return diagnosis.refuse(BNNMF_LIMIT, "dimension %" PRIu32 " is %" PRIu32 "; at most %d are valid", i, dims[i],
                              BNNMF_MAX_ELEMENTS);
    }
    // Both factors are below 2^32, so that the product is exact.
    *elements *= dims[i];
    if (*elements > BNNMF_MAX_ELEMENTS) {
      return diagnosis.refuse(BNNMF_LIMIT,
                              "dimensions up to %" PRIu32 " have %" PRIu64 " elements; at most %d are valid", i,
                              *elements, BNNMF_MAX_ELEMENTS);
    }
  }
  return BNNMF_OK;
}

uint64_t value_bytes(const bnnmf_tensor &tensor) {
  uint64_t elements = 1;
  for (uint32_t i = 0; i < tensor.rank; i++) elements *= tensor.dims[i];
  switch (tensor.element_type) {
    case BNNMF_BITS:
      break;
    case BNNMF_INT64:
      return elements * 8;
    case BNNMF_BOOL:
    case BNNMF_UINT8:
      return elements;
    default:
      return elements * 4;
  }
  const uint64_t channels = tensor.dims[tensor.rank - 1];
  return elements / channels * ((channels + 63) / 64) * 8;
}

namespace {

bnnmf_status verify_tensor(const bnnmf_view &view, const bnnmf_tensor &tensor, Diagnosis &diagnosis) {
  if (tensor.element_type < BNNMF_FLOAT32 || tensor.element_type > BNNMF_UINT8) {
    return diagnosis.refuse(BNNMF_UNSUPPORTED, "element type %" PRIu32 "; this reader knows %d to %d",
                            tensor.element_type, BNNMF_FLOAT32, BNNMF_UINT8);
  }
  uint64_t elements = 0;
  if (bnnmf_status status = verify_dimensions(tensor.dims, tensor.rank, &elements, diagnosis)) return status;
  if (tensor.element_type == BNNMF_BITS && elements == 0) {
    return diagnosis.refuse(BNNMF_CORRUPT, "bits without an element; every dimension is 1 or more");
  }
  if (tensor.element_type == BNNMF_BITS && tensor.rank == 0) {
    return diagnosis.refuse(BNNMF_CORRUPT, "bits without a dimension; they are packed along the last one");
  }
  if (tensor.blob == BNNMF_NONE) return BNNMF_OK;
  if (tensor.blob >= bnnmf_blob_count(&view)) {
    return diagnosis.refuse(BNNMF_CORRUPT, "blob %" PRIu32 " of %" PRIu32, tensor.blob, bnnmf_blob_count(&view));
  }
  bnnmf_blob blob;
  bnnmf_get_blob(&view, tensor.blob, &blob);
  if (blob.byte_count != value_bytes(tensor)) {
    return diagnosis.refuse(BNNMF_CORRUPT, "blob %" PRIu32 " has %" PRIu64 " bytes; the value needs %" PRIu64,
                            tensor.blob, blob.byte_count, value_bytes(tensor));
  }
  return BNNMF_OK;
}

}  // namespace

bnnmf_status verify_tensors(const bnnmf_view &view, WrittenTensors &written, Diagnosis &diagnosis) {
  for (uint32_t i = 0; i < bnnmf_tensor_count(&view); i++) {
    bnnmf_tensor tensor;
    bnnmf_get_tensor(&view, i, &tensor);
    diagnosis.at({"tensor", i, tensor.name, nullptr});
    if (bnnmf_status status = verify_tensor(view, tensor, diagnosis)) return status;
    if (tensor.blob != BNNMF_NONE) written.insert(i);
  }
  diagnosis.at({});
  return BNNMF_OK;
}

}  // namespace bnnm::format

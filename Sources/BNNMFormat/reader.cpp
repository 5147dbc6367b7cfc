// Opening a .bnnm file: takes its bytes, checks header, checksum and metadata in this order, gives a view of verified
// records. What a record holds is copied out by record_access.cpp.
#include <inttypes.h>

#include "bnnm_reader.h"
#include "file_header.h"
#include "verification.h"

namespace {

using namespace bnnm::format;

bnnmf_status open(const uint8_t *bytes, size_t byte_count, bnnmf_view *view, Diagnosis &diagnosis) {
  if (reinterpret_cast<uintptr_t>(bytes) % 8 != 0) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the file's bytes are not aligned to 8 in memory");
  }
  FileHeader header;
  if (bnnmf_status status = check_header(bytes, byte_count, &header, diagnosis)) return status;
  view->bytes = bytes;
  view->byte_count = byte_count;
  view->blobs = bytes + header.blobs_offset;
  view->blob_byte_count = header.blobs_size;
  const uint8_t *metadata = bytes + header.metadata_offset;
  if (bnnmf_status status = verify_metadata(metadata, static_cast<size_t>(header.metadata_size), view, diagnosis)) {
    return status;
  }
  const uint32_t missing = needed_flags(*view) & ~header.flags;
  if (missing == 0) return BNNMF_OK;
  return diagnosis.refuse(BNNMF_CORRUPT, "header flags %08" PRIx32 " lack %08" PRIx32 ", which its operators need",
                          header.flags, missing);
}

}  // namespace

extern "C" bnnmf_status bnnmf_open(const void *bytes, size_t byte_count, bnnmf_view *view, char *message,
                                   size_t message_capacity) {
  Diagnosis diagnosis(message, message_capacity);
  *view = {};
  const bnnmf_status status = open(static_cast<const uint8_t *>(bytes), byte_count, view, diagnosis);
  if (status != BNNMF_OK) *view = {};
  return status;
}

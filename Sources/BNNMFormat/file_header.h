// The first 64 bytes of a .bnnm file: their layout, their checks and their checksum. The reader checks a header before
// it looks at anything else; the writer makes one last.
#ifndef BNNM_FILE_HEADER_H
#define BNNM_FILE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "bnnm_format.h"
#include "diagnosis.h"

namespace bnnm::format {

/// Fields in the order and at the offsets of the file; docs/format.md lists them.
struct FileHeader {
  char magic[4];
  uint16_t version_major;
  uint16_t version_minor;
  uint64_t file_size;
  uint64_t metadata_offset;
  uint64_t metadata_size;
  uint64_t blobs_offset;
  uint64_t blobs_size;
  uint32_t checksum;
  uint32_t flags;
  uint64_t reserved;
};

static_assert(sizeof(FileHeader) == BNNMF_HEADER_BYTES);
static_assert(offsetof(FileHeader, checksum) == 48 && offsetof(FileHeader, reserved) == 56);

/// FlatBuffers' offsets are 31 bits long.
constexpr uint64_t maximum_metadata_bytes = INT32_MAX - 64;

constexpr uint32_t known_flags =
    BNNMF_FLAG_EPILOGUES | BNNMF_FLAG_PROBE_MASKS | BNNMF_FLAG_PROBE_FORMS | BNNMF_FLAG_WEIGHT_LAYOUTS;

/// The next multiple of the alignment of blobs. Precondition: far from the end of the type's range.
constexpr uint64_t aligned(uint64_t offset) {
  return (offset + (BNNMF_ALIGNMENT - 1)) / BNNMF_ALIGNMENT * BNNMF_ALIGNMENT;
}

/// CRC-32C of every byte of a file but the checksum's own four.
///
/// \param bytes at least a header
uint32_t file_checksum(const uint8_t *bytes, size_t byte_count);

/// Reads the header of the file `bytes` and checks every field of it: afterwards the metadata and the blob section lie
/// in the file, one behind the other, and the checksum is right.
bnnmf_status check_header(const uint8_t *bytes, size_t byte_count, FileHeader *header, Diagnosis &diagnosis);

}  // namespace bnnm::format

#endif

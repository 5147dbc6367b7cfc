// Checks of a file's header, from what decides whether this is a model at all to what shows damage.
#include "file_header.h"

#include <inttypes.h>
#include <string.h>

#include "bnnm_reader.h"

namespace bnnm::format {
namespace {

bnnmf_status check_sections(const FileHeader &header, Diagnosis &diagnosis) {
  if (header.metadata_offset != BNNMF_HEADER_BYTES) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the metadata begins at byte %" PRIu64 "; it follows the header, at %d",
                            header.metadata_offset, BNNMF_HEADER_BYTES);
  }
  if (header.metadata_size > header.file_size - BNNMF_HEADER_BYTES) {
    return diagnosis.refuse(BNNMF_CORRUPT, "%" PRIu64 " bytes of metadata do not fit into a file of %" PRIu64,
                            header.metadata_size, header.file_size);
  }
  if (header.metadata_size > maximum_metadata_bytes) {
    return diagnosis.refuse(BNNMF_LIMIT, "%" PRIu64 " bytes of metadata; at most %" PRIu64 " are valid",
                            header.metadata_size, maximum_metadata_bytes);
  }
  const uint64_t blobs_offset = aligned(BNNMF_HEADER_BYTES + header.metadata_size);
  if (header.blobs_offset != blobs_offset) {
    return diagnosis.refuse(
        BNNMF_CORRUPT, "the blob section begins at byte %" PRIu64 "; behind the metadata, aligned to %d, is %" PRIu64,
        header.blobs_offset, BNNMF_ALIGNMENT, blobs_offset);
  }
  if (blobs_offset > header.file_size || header.blobs_size != header.file_size - blobs_offset) {
    return diagnosis.refuse(BNNMF_CORRUPT,
                            "%" PRIu64 " bytes of blobs from byte %" PRIu64 " do not end with the file, at %" PRIu64,
                            header.blobs_size, blobs_offset, header.file_size);
  }
  return BNNMF_OK;
}

}  // namespace

uint32_t file_checksum(const uint8_t *bytes, size_t byte_count) {
  constexpr size_t behind = offsetof(FileHeader, checksum) + sizeof(FileHeader::checksum);
  const uint32_t front = bnnmf_crc32c(0, bytes, offsetof(FileHeader, checksum));
  return bnnmf_crc32c(front, bytes + behind, byte_count - behind);
}

bnnmf_status check_header(const uint8_t *bytes, size_t byte_count, FileHeader *header, Diagnosis &diagnosis) {
  if (!bytes || byte_count < sizeof *header) {
    return diagnosis.refuse(BNNMF_NOT_A_MODEL, "%zu bytes; a .bnnm file has at least its header of %d", byte_count,
                            BNNMF_HEADER_BYTES);
  }
  memcpy(header, bytes, sizeof *header);
  if (memcmp(header->magic, "BNNM", sizeof header->magic) != 0) {
    return diagnosis.refuse(BNNMF_NOT_A_MODEL,
                            "begins with bytes %02x %02x %02x %02x; a .bnnm file begins with \"BNNM\"", bytes[0],
                            bytes[1], bytes[2], bytes[3]);
  }
  if (header->version_major != BNNMF_VERSION_MAJOR) {
    return diagnosis.refuse(BNNMF_UNSUPPORTED, "format version %u.%u; this reader knows versions %d.x",
                            static_cast<unsigned>(header->version_major), static_cast<unsigned>(header->version_minor),
                            BNNMF_VERSION_MAJOR);
  }
  if (header->file_size != byte_count) {
    return diagnosis.refuse(BNNMF_CORRUPT, "%zu bytes, but the header says %" PRIu64 ": cut short or appended to",
                            byte_count, header->file_size);
  }
  const uint32_t checksum = file_checksum(bytes, byte_count);
  if (header->checksum != checksum) {
    return diagnosis.refuse(BNNMF_CORRUPT, "the checksum is %08" PRIx32 ", but the header says %08" PRIx32 ": damaged",
                            checksum, header->checksum);
  }
  if ((header->flags & ~known_flags) != 0 || header->reserved != 0) {
    return diagnosis.refuse(BNNMF_UNSUPPORTED,
                            "header flags %08" PRIx32 " and reserved field %016" PRIx64
                            "; this reader knows flags %08" PRIx32 " and no field",
                            header->flags, header->reserved, known_flags);
  }
  return check_sections(*header, diagnosis);
}

}  // namespace bnnm::format

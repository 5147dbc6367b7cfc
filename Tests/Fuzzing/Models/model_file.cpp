// Taking a .bnnm file apart and putting it together; docs/format.md has the places of the header's fields.
#include "model_file.h"

#include <string.h>

#include "bnnm_reader.h"

namespace bnnm::fuzz {
namespace {

constexpr size_t file_size_at = 8, metadata_size_at = 24, blobs_offset_at = 32, blobs_size_at = 40, checksum_at = 48;

uint64_t load(const uint8_t *place) {
  uint64_t value;
  memcpy(&value, place, sizeof value);
  return value;
}

void store(uint8_t *place, uint64_t value) { memcpy(place, &value, sizeof value); }

}  // namespace

bool ModelFile::parse(const uint8_t *bytes, size_t byte_count, ModelFile *file) {
  if (byte_count < header_bytes) return false;
  const uint64_t metadata_size = load(bytes + metadata_size_at), blobs_offset = load(bytes + blobs_offset_at);
  if (metadata_size > byte_count - header_bytes) return false;
  if (blobs_offset < header_bytes + metadata_size || blobs_offset > byte_count) return false;
  memcpy(file->header, bytes, header_bytes);
  file->metadata.assign(bytes + header_bytes, bytes + header_bytes + metadata_size);
  file->blobs.assign(bytes + blobs_offset, bytes + byte_count);
  return true;
}

Bytes ModelFile::bytes() const {
  const size_t blobs_offset = (header_bytes + metadata.size() + 63) / 64 * 64;
  Bytes whole(blobs_offset + blobs.size());
  memcpy(whole.data(), header, header_bytes);
  if (!metadata.empty()) memcpy(whole.data() + header_bytes, metadata.data(), metadata.size());
  if (!blobs.empty()) memcpy(whole.data() + blobs_offset, blobs.data(), blobs.size());
  store(whole.data() + file_size_at, whole.size());
  store(whole.data() + metadata_size_at, metadata.size());
  store(whole.data() + blobs_offset_at, blobs_offset);
  store(whole.data() + blobs_size_at, blobs.size());
  repair_checksum(whole.data(), whole.size());
  return whole;
}

void repair_checksum(uint8_t *bytes, size_t byte_count) {
  if (byte_count < header_bytes) return;
  const uint32_t front = bnnmf_crc32c(0, bytes, checksum_at);
  const uint32_t checksum = bnnmf_crc32c(front, bytes + checksum_at + 4, byte_count - checksum_at - 4);
  memcpy(bytes + checksum_at, &checksum, sizeof checksum);
}

}  // namespace bnnm::fuzz

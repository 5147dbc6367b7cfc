// A .bnnm file as the mutator takes it apart and puts it together again: metadata and blob section, with a header whose
// sizes and checksum are right, so that no mutation is hidden behind a check that any writer of files can pass.
#ifndef BNNM_FUZZ_MODEL_FILE_H
#define BNNM_FUZZ_MODEL_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <vector>

namespace bnnm::fuzz {

using Bytes = std::vector<uint8_t>;

constexpr size_t header_bytes = 64;

struct ModelFile {
  uint8_t header[header_bytes];
  Bytes metadata;
  Bytes blobs;

  /// Takes bytes apart; false where they have no header, or its sections are not in the bytes.
  static bool parse(const uint8_t *bytes, size_t byte_count, ModelFile *file);

  /// All bytes, with right sizes and places of the sections in the header and a right checksum.
  Bytes bytes() const;
};

/// Makes the checksum of a whole file right; nothing where the bytes are shorter than a header.
void repair_checksum(uint8_t *bytes, size_t byte_count);

}  // namespace bnnm::fuzz

#endif

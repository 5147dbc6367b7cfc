// Where each blob of a model goes in the blob section: takes the blobs in memory, gives aligned offsets, the same one
// for blobs with the same bytes. Part of the writer.
#ifndef BNNM_BLOB_LAYOUT_H
#define BNNM_BLOB_LAYOUT_H

#include <stdint.h>

#include <vector>

#include "bnnm_format.h"

namespace bnnm::format {

struct BlobLayout {
  /// By blob: its offset in the section.
  std::vector<uint64_t> offsets;
  /// The blobs to store, in ascending order of their offsets; all others are equal to one of them.
  std::vector<uint32_t> stored;
  uint64_t byte_count = 0;

  /// \param blobs of whose bytes there are less than 2^62 altogether
  BlobLayout(const bnnmf_blob *blobs, uint32_t count);
};

}  // namespace bnnm::format

#endif

// Finds equal blobs by sorting them by size and checksum and comparing those that agree in both.
#include "blob_layout.h"

#include <string.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "bnnm_reader.h"
#include "file_header.h"

namespace bnnm::format {
namespace {

/// By blob: the first blob with the same bytes, which may be itself.
std::vector<uint32_t> first_equals(const bnnmf_blob *blobs, uint32_t count) {
  std::vector<uint32_t> checksums(count), order(count), firsts(count);
  for (uint32_t i = 0; i < count; i++) {
    checksums[i] = bnnmf_crc32c(0, blobs[i].data, static_cast<size_t>(blobs[i].byte_count));
  }
  const auto key = [&](uint32_t i) { return std::make_tuple(blobs[i].byte_count, checksums[i]); };
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return std::make_tuple(key(a), a) < std::make_tuple(key(b), b); });
  for (uint32_t position = 0, begin = 0; position < count; position++) {
    const uint32_t blob = order[position];
    if (key(order[begin]) != key(blob)) begin = position;
    firsts[blob] = blob;
    for (uint32_t earlier = begin; earlier < position; earlier++) {
      const uint32_t candidate = order[earlier];
      const size_t size = static_cast<size_t>(blobs[blob].byte_count);
      if (firsts[candidate] != candidate || (size > 0 && memcmp(blobs[candidate].data, blobs[blob].data, size) != 0)) {
        continue;
      }
      firsts[blob] = candidate;
      break;
    }
  }
  return firsts;
}

}  // namespace

BlobLayout::BlobLayout(const bnnmf_blob *blobs, uint32_t count) : offsets(count) {
  const std::vector<uint32_t> firsts = first_equals(blobs, count);
  for (uint32_t i = 0; i < count; i++) {
    if (firsts[i] != i) {
      offsets[i] = offsets[firsts[i]];
      continue;
    }
    offsets[i] = aligned(byte_count);
    byte_count = offsets[i] + blobs[i].byte_count;
    stored.push_back(i);
  }
}

}  // namespace bnnm::format

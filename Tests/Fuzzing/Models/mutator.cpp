// libFuzzer's own hooks: how an input becomes the next one. Most mutations know the file's structure; some change raw
// bytes of the metadata or of the whole file. The checksum is right after all of them.
#include <string.h>

#include <algorithm>

#include "mutations.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t byte_count, size_t maximum);

namespace {

using namespace bnnm::fuzz;

size_t give(const Bytes &bytes, uint8_t *data, size_t byte_count, size_t maximum) {
  if (bytes.size() > maximum) return byte_count;
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

void mutate_raw(Bytes &bytes) {
  const size_t before = bytes.size(), room = before + 256;
  bytes.resize(room);
  bytes.resize(LLVMFuzzerMutate(bytes.data(), before, room));
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t byte_count, size_t maximum, unsigned seed) {
  Random random(seed + 1);
  ModelFile file;
  if (below(random, 20) == 0 || !ModelFile::parse(data, byte_count, &file)) {
    const size_t mutated = LLVMFuzzerMutate(data, byte_count, maximum);
    repair_checksum(data, mutated);
    return mutated;
  }
  const size_t mutations = 1 + below(random, 3);
  for (size_t i = 0; i < mutations; i++) {
    switch (below(random, 16)) {
      case 0:
        mutate_raw(file.metadata);
        break;
      case 1:
        mutate_header(file, random);
        break;
      case 2:
      case 3:
        grow_list(file.metadata, random);
        break;
      case 4:
      case 5:
        mutate_role(file.metadata, random);
        break;
      case 6:
      case 7:
      case 8:
        mutate_blobs(file.blobs, random);
        break;
      default:
        mutate_field(file.metadata, random);
    }
  }
  return give(file.bytes(), data, byte_count, maximum);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
                                            size_t second_size, uint8_t *result, size_t maximum, unsigned seed) {
  Random random(seed + 1);
  ModelFile a, b;
  if (!ModelFile::parse(first, first_size, &a) || !ModelFile::parse(second, second_size, &b)) return 0;
  if (below(random, 8) == 0) {
    a.blobs = b.blobs;
  } else {
    const size_t mutations = 1 + below(random, 4);
    for (size_t i = 0; i < mutations; i++) mutate_field(a.metadata, random, &b.metadata);
  }
  return give(a.bytes(), result, 0, maximum);
}

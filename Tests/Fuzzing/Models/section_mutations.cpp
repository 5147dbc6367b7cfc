// Mutations that move bytes: longer lists, other constants; and the header's own fields.
#include <string.h>

#include <algorithm>

#include "mutations.h"

namespace bnnm::fuzz {

void grow_list(Bytes &metadata, Random &random) {
  const std::vector<Field> fields = metadata_fields(metadata);
  std::vector<const Field *> lists;
  for (const Field &field : fields) {
    if (field.kind == FieldKind::count && field.list_end > field.place + 4) lists.push_back(&field);
  }
  if (lists.empty()) return;
  const Field list = *lists[below(random, lists.size())];
  // Whole multiples of eight bytes leave the alignment of what stands behind as it was.
  const size_t inserted = std::max<size_t>(8, list.list_step) * (1 + below(random, 4));
  const size_t present = list.list_end - list.place - 4;
  if (inserted % list.list_step != 0) return;

  Bytes grown = metadata;
  grown.insert(grown.begin() + static_cast<ptrdiff_t>(list.list_end), inserted, 0);
  for (size_t i = 0; i < inserted; i++) grown[list.list_end + i] = metadata[list.place + 4 + i % present];
  const auto moved = [&](size_t place) { return place >= list.list_end ? place + inserted : place; };
  for (const Field &field : fields) {
    uint64_t value = get(metadata, field);
    if (field.kind == FieldKind::offset) value = moved(field.place + value) - moved(field.place);
    if (field.kind == FieldKind::table) {
      const size_t entries = field.place - static_cast<size_t>(static_cast<int64_t>(static_cast<int32_t>(value)));
      value = moved(field.place) - moved(entries);
    }
    Field place = field;
    place.place = moved(field.place);
    if (field.kind == FieldKind::offset || field.kind == FieldKind::table) set(grown, place, value);
    // The new elements of a list of offsets refer to what the copied ones refer to.
    if (field.kind == FieldKind::offset && field.place >= list.place + 4 && field.place < list.list_end) {
      for (size_t copy = field.place - list.place - 4; copy < inserted; copy += present) {
        place.place = list.list_end + copy;
        set(grown, place, moved(field.place + get(metadata, field)) - place.place);
      }
    }
  }
  set(grown, list, get(metadata, list) + inserted / list.list_step);
  metadata = std::move(grown);
}

void mutate_blobs(Bytes &blobs, Random &random) {
  static const uint32_t extremes[] = {0,          1,          0xffffffff, 0x7fffffff, 0x80000000,
                                      0x7f800000, 0xff800000, 0x7fc00000, 0x3f800000, 0xbf800000,
                                      0x7f7fffff, 0x00000001, 0xfffffffe, 0x00010000};
  const size_t choice = below(random, 6);
  if (choice == 0) blobs.insert(blobs.end(), 64 * (1 + below(random, 16)), static_cast<uint8_t>(below(random, 256)));
  if (blobs.size() < 8) return;
  const size_t a = below(random, blobs.size() / 4) * 4, b = below(random, blobs.size() / 4) * 4;
  switch (choice) {
    case 0:
      return;
    case 1:
      blobs.resize(blobs.size() - std::min(blobs.size(), 64 * (1 + below(random, 4))));
      return;
    case 2:
      std::swap_ranges(&blobs[a], &blobs[a] + 4, &blobs[b]);
      return;
    case 3:
      blobs[a + below(random, 4)] ^= static_cast<uint8_t>(1u << below(random, 8));
      return;
    default:
      memcpy(&blobs[a], &extremes[below(random, std::size(extremes))], 4);
  }
}

void mutate_header(ModelFile &file, Random &random) {
  // Versions, flags, the reserved field.
  static const size_t places[] = {4, 6, 52, 53, 56, 60};
  file.header[places[below(random, std::size(places))]] ^= static_cast<uint8_t>(1u << below(random, 8));
}

}  // namespace bnnm::fuzz

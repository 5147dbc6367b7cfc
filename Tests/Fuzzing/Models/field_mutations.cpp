// Mutations of single fields of the metadata.
#include <algorithm>

#include "mutations.h"

namespace bnnm::fuzz {
namespace {

/// Numbers at which sizes, counts, indices and real numbers change their nature.
uint64_t extreme(const Field &field, Random &random) {
  static const uint64_t integers[] = {0,          1,
                                      2,          3,
                                      7,          8,
                                      9,          15,
                                      16,         17,
                                      63,         64,
                                      65,         127,
                                      128,        255,
                                      256,        0x7fff,
                                      0x8000,     0xffff,
                                      0x10000,    0x10001,
                                      0xffffff,   0x1000000,
                                      0x3fffffff, 0x40000000,
                                      0x7ffffffe, 0x7fffffff,
                                      0x80000000, 0x80000001,
                                      0xfffffffe, 0xffffffff,
                                      1ull << 32, 1ull << 62,
                                      INT64_MAX,  1ull << 63,
                                      UINT64_MAX, UINT64_MAX - 63};
  static const uint64_t reals[] = {0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000,
                                   0xff800000, 0x7fc00000, 0x7f7fffff, 0x00000001, 0x4f000000};
  if (field.is_real) return reals[below(random, std::size(reals))];
  return integers[below(random, std::size(integers))];
}

uint64_t changed(const Bytes &metadata, const Field &field, Random &random) {
  const uint64_t value = get(metadata, field);
  switch (below(random, 8)) {
    case 0:
      return value + 1;
    case 1:
      return value - 1;
    case 2:
      return field.is_real ? value ^ 0x80000000 : ~value + 1;
    case 3:
      return value * 2;
    case 4:
      return value / 2;
    case 5:
      return value ^ 1ull << below(random, field.width * 8);
    default:
      return extreme(field, random);
  }
}

const Field *other_of_role(const std::vector<Field> &fields, const Field &field, Random &random) {
  std::vector<const Field *> same;
  for (const Field &other : fields) {
    if (other.role == field.role && other.kind == field.kind && other.place != field.place) same.push_back(&other);
  }
  return same.empty() ? nullptr : same[below(random, same.size())];
}

/// Lets the field mean what another of its role means: the same number, the same table or list.
void imitate(Bytes &metadata, const Field &field, const Field &other) {
  uint64_t value = get(metadata, other);
  if (field.kind == FieldKind::offset) value += other.place - field.place;
  set(metadata, field, value);
}

void swap(Bytes &metadata, const Field &a, const Field &b) {
  const Bytes before = metadata;
  uint64_t first = get(before, a), second = get(before, b);
  if (a.kind == FieldKind::offset) first += a.place - b.place, second += b.place - a.place;
  set(metadata, a, second);
  set(metadata, b, first);
}

}  // namespace

size_t below(Random &random, size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random); }

void mutate_field(Bytes &metadata, Random &random, const Bytes *others) {
  std::vector<Field> fields = metadata_fields(metadata);
  if (fields.empty()) return;
  // Numbers are what models differ in; structure comes second.
  const bool wants_number = below(random, 4) != 0;
  const auto end = std::partition(fields.begin(), fields.end(), [&](const Field &field) {
    return (field.kind == FieldKind::scalar) == wants_number;
  });
  if (end == fields.begin()) return;
  const Field field = fields[below(random, static_cast<size_t>(end - fields.begin()))];
  if (others) {
    const std::vector<Field> strangers = metadata_fields(*others);
    const Field *stranger = other_of_role(strangers, field, random);
    if (stranger && field.kind == FieldKind::scalar) return set(metadata, field, get(*others, *stranger));
  }
  const Field *other = other_of_role(fields, field, random);
  const size_t choice = below(random, 6);
  if (other && choice == 0) return swap(metadata, field, *other);
  if (other && choice == 1) return imitate(metadata, field, *other);
  if (field.kind == FieldKind::field_place && choice < 4) return set(metadata, field, 0);
  if (field.kind == FieldKind::count && choice < 4) {
    const uint64_t count = get(metadata, field);
    return set(metadata, field, count > 0 ? below(random, count) : 1);
  }
  set(metadata, field, changed(metadata, field, random));
}

void mutate_role(Bytes &metadata, Random &random) {
  std::vector<Field> fields = metadata_fields(metadata);
  fields.erase(
      std::remove_if(fields.begin(), fields.end(), [](const Field &field) { return field.kind != FieldKind::scalar; }),
      fields.end());
  if (fields.empty()) return;
  const Field chosen = fields[below(random, fields.size())];
  const uint64_t before = get(metadata, chosen), after = changed(metadata, chosen, random);
  for (const Field &field : fields) {
    if (field.role == chosen.role && get(metadata, field) == before) set(metadata, field, after);
  }
}

}  // namespace bnnm::fuzz

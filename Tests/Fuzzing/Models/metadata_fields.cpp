// The walk over a model's metadata: tables, structures, lists and unions, each as its type table says.
#include "metadata_fields.h"

#include <string.h>

#include <algorithm>
#include <map>

#include "bnnm_generated.h"

namespace bnnm::fuzz {
namespace {

using flatbuffers::ElementaryType;
using flatbuffers::TypeCode;
using flatbuffers::TypeTable;

constexpr size_t maximum_fields = 40000;
constexpr int maximum_depth = 10;

uint8_t width_of(ElementaryType type) {
  switch (type) {
    case flatbuffers::ET_SHORT:
    case flatbuffers::ET_USHORT:
      return 2;
    case flatbuffers::ET_INT:
    case flatbuffers::ET_UINT:
    case flatbuffers::ET_FLOAT:
      return 4;
    case flatbuffers::ET_LONG:
    case flatbuffers::ET_ULONG:
    case flatbuffers::ET_DOUBLE:
      return 8;
    default:
      return 1;
  }
}

class Walk {
 public:
  explicit Walk(const Bytes &metadata) : metadata_(metadata) {}

  std::vector<Field> fields;

  void root() {
    size_t target;
    if (follow(0, 0, &target)) table(target, bnnm::schema::ModelTypeTable(), 0);
  }

 private:
  const Bytes &metadata_;
  bool has(size_t place, size_t byte_count) const {
    return place <= metadata_.size() && byte_count <= metadata_.size() - place;
  }

  template <typename Number>
  Number load(size_t place) const {
    Number value;
    memcpy(&value, metadata_.data() + place, sizeof value);
    return value;
  }

  bool add(FieldKind kind, uint8_t width, size_t place, uint32_t role, bool is_real = false, size_t end = 0,
           size_t step = 0) {
    if (!has(place, width) || fields.size() >= maximum_fields) return false;
    fields.push_back({kind, width, is_real, place, role, end, step});
    return true;
  }

  bool follow(size_t place, uint32_t role, size_t *target) {
    if (!add(FieldKind::offset, 4, place, role)) return false;
    *target = place + load<uint32_t>(place);
    return has(*target, 4);
  }

  static uint32_t role_of(const TypeTable *type, size_t field) {
    static std::map<const TypeTable *, uint32_t> types;
    const uint32_t number = types.emplace(type, static_cast<uint32_t>(types.size())).first->second;
    return number * 64 + static_cast<uint32_t>(field) + 1;
  }

  void scalar(size_t place, ElementaryType type, uint32_t role) {
    add(FieldKind::scalar, width_of(type), place, role, type == flatbuffers::ET_FLOAT);
  }

  void structure(size_t place, const TypeTable *type) {
    for (size_t i = 0; i < type->num_elems; i++) {
      scalar(place + static_cast<size_t>(type->values[i]), static_cast<ElementaryType>(type->type_codes[i].base_type),
             role_of(type, i));
    }
  }

  void table(size_t place, const TypeTable *type, int depth) {
    if (depth > maximum_depth || !add(FieldKind::table, 4, place, role_of(type, 63))) return;
    const int64_t signed_entries = static_cast<int64_t>(place) - load<int32_t>(place);
    if (signed_entries < 0) return;
    const size_t entries = static_cast<size_t>(signed_entries);
    if (!has(entries, 4)) return;
    const size_t byte_count = load<uint16_t>(entries);
    if (!has(entries, byte_count)) return;
    uint8_t member = 0;
    for (size_t i = 0; i < type->num_elems && 4 + 2 * i + 2 <= byte_count; i++) {
      if (!add(FieldKind::field_place, 2, entries + 4 + 2 * i, role_of(type, i))) return;
      const size_t inside = load<uint16_t>(entries + 4 + 2 * i);
      if (inside != 0) field(place + inside, type, i, &member, depth);
    }
  }

  void field(size_t place, const TypeTable *type, size_t index, uint8_t *member, int depth) {
    const TypeCode code = type->type_codes[index];
    const auto base = static_cast<ElementaryType>(code.base_type);
    const uint32_t role = role_of(type, index);
    const TypeTable *inner = code.sequence_ref >= 0 ? type->type_refs[code.sequence_ref]() : nullptr;
    if (base == flatbuffers::ET_UTYPE && has(place, 1)) *member = metadata_[place];
    if (code.is_repeating) return list(place, base, inner, role, depth);
    if (base == flatbuffers::ET_STRING) return list(place, flatbuffers::ET_CHAR, nullptr, role, depth);
    if (base != flatbuffers::ET_SEQUENCE) return scalar(place, base, role);
    if (inner->st == flatbuffers::ST_STRUCT) return structure(place, inner);
    size_t target;
    if (!follow(place, role, &target)) return;
    if (inner->st == flatbuffers::ST_UNION) {
      // Member 0 is "none" and has no type.
      if (*member == 0 || *member >= inner->num_elems) return;
      inner = inner->type_refs[inner->type_codes[*member].sequence_ref]();
    }
    table(target, inner, depth + 1);
  }

  void list(size_t place, ElementaryType base, const TypeTable *inner, uint32_t role, int depth) {
    size_t begin;
    if (!follow(place, role, &begin)) return;
    const bool is_structure = base == flatbuffers::ET_SEQUENCE && inner->st == flatbuffers::ST_STRUCT;
    const bool is_offset = base == flatbuffers::ET_SEQUENCE && !is_structure;
    const size_t step = is_structure ? static_cast<size_t>(inner->values[inner->num_elems])
                        : is_offset  ? 4
                                     : width_of(base);
    const uint64_t count = load<uint32_t>(begin);
    const size_t first = begin + 4;
    const uint64_t present = std::min<uint64_t>(count, (metadata_.size() - first) / step);
    if (!add(FieldKind::count, 4, begin, role, false, first + present * step, step)) return;
    // Characters of a name change nothing but messages.
    if (base == flatbuffers::ET_CHAR) return;
    for (uint64_t i = 0; i < present && fields.size() < maximum_fields; i++) {
      const size_t element = first + i * step;
      size_t target;
      if (is_structure) {
        structure(element, inner);
      } else if (is_offset) {
        if (follow(element, role, &target)) table(target, inner, depth + 1);
      } else {
        scalar(element, base, role);
      }
    }
  }
};

}  // namespace

std::vector<Field> metadata_fields(const Bytes &metadata) {
  Walk walk(metadata);
  walk.root();
  return std::move(walk.fields);
}

uint64_t get(const Bytes &metadata, const Field &field) {
  uint64_t value = 0;
  memcpy(&value, metadata.data() + field.place, field.width);
  return value;
}

void set(Bytes &metadata, const Field &field, uint64_t value) {
  memcpy(metadata.data() + field.place, &value, field.width);
}

}  // namespace bnnm::fuzz

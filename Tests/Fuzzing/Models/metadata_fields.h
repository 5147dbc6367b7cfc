// Every field of a model's metadata with its place and its role in the schema, found by walking the FlatBuffer along
// the type tables that flatc generates. The metadata may be damaged: the walk follows only what lies inside it.
#ifndef BNNM_FUZZ_METADATA_FIELDS_H
#define BNNM_FUZZ_METADATA_FIELDS_H

#include "model_file.h"

namespace bnnm::fuzz {

enum class FieldKind {
  scalar,       // a number, of a table, a structure or a list
  offset,       // a 32-bit distance forward, to a table, list or string
  table,        // a table's signed 32-bit distance back to the list of its fields
  field_place,  // a 16-bit entry of that list: where in the table the field is; 0: absent
  count,        // a list's number of elements
};

struct Field {
  FieldKind kind;
  uint8_t width;     // in bytes
  bool is_real;      // float32
  size_t place;      // in the metadata
  uint32_t role;     // equal for the same field of the same table type, in all files
  size_t list_end;   // of a count: behind the list's last element
  size_t list_step;  // of a count: bytes of an element
};

/// All fields of the metadata, in no particular order; at most a few ten thousand.
std::vector<Field> metadata_fields(const Bytes &metadata);

/// Reads and writes a field as an unsigned number of its width.
uint64_t get(const Bytes &metadata, const Field &field);
void set(Bytes &metadata, const Field &field, uint64_t value);

}  // namespace bnnm::fuzz

#endif

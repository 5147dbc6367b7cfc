// Writing a .bnnm file: takes a model description, lays out its blobs, builds the metadata, verifies what it built as
// the reader would, and puts header, metadata and blobs into a file that replaces `path` at once.
#include <string.h>

#include <new>
#include <vector>

#include "blob_layout.h"
#include "bnnm_reader.h"
#include "bnnm_writer.h"
#include "description_check.h"
#include "file_header.h"
#include "metadata_builder.h"
#include "replacement_file.h"
#include "verification.h"

namespace bnnm::format {
namespace {

/// The bytes of a file in order, header aside, as a function of (bytes, count) sees them; it stops where that refuses.
template <typename Visit>
bnnmf_status visit_sections(const bnnmf_model &model, const std::vector<uint8_t> &metadata, const BlobLayout &layout,
                            Visit visit) {
  static constexpr uint8_t zeros[BNNMF_ALIGNMENT] = {};
  if (bnnmf_status status = visit(metadata.data(), metadata.size())) return status;
  uint64_t end = BNNMF_HEADER_BYTES + metadata.size();
  const uint64_t section = aligned(end);
  if (bnnmf_status status = visit(zeros, static_cast<size_t>(section - end))) return status;
  end = section;
  for (uint32_t index : layout.stored) {
    const uint64_t begin = section + layout.offsets[index];
    if (bnnmf_status status = visit(zeros, static_cast<size_t>(begin - end))) return status;
    const bnnmf_blob &blob = model.blobs[index];
    if (bnnmf_status status = visit(blob.data, static_cast<size_t>(blob.byte_count))) return status;
    end = begin + blob.byte_count;
  }
  return BNNMF_OK;
}

FileHeader header_of(const bnnmf_model &model, const std::vector<uint8_t> &metadata, const BlobLayout &layout,
                     uint32_t flags) {
  FileHeader header = {};
  memcpy(header.magic, "BNNM", sizeof header.magic);
  header.version_major = BNNMF_VERSION_MAJOR;
  header.version_minor = BNNMF_VERSION_MINOR;
  header.flags = flags;
  header.metadata_offset = BNNMF_HEADER_BYTES;
  header.metadata_size = metadata.size();
  header.blobs_offset = aligned(BNNMF_HEADER_BYTES + header.metadata_size);
  header.blobs_size = layout.byte_count;
  header.file_size = header.blobs_offset + header.blobs_size;
  uint8_t bytes[sizeof header];
  memcpy(bytes, &header, sizeof header);
  uint32_t checksum = file_checksum(bytes, sizeof bytes);
  visit_sections(model, metadata, layout, [&](const void *next, size_t byte_count) {
    checksum = bnnmf_crc32c(checksum, next, byte_count);
    return BNNMF_OK;
  });
  header.checksum = checksum;
  return header;
}

/// \param flags gets the header flags that the model needs
bnnmf_status verify_built(const std::vector<uint8_t> &metadata, const BlobLayout &layout, uint32_t *flags,
                          Diagnosis &diagnosis) {
  if (metadata.size() > maximum_metadata_bytes) {
    return diagnosis.refuse(BNNMF_LIMIT, "%zu bytes of metadata; at most %llu are valid", metadata.size(),
                            static_cast<unsigned long long>(maximum_metadata_bytes));
  }
  // Verification asks where the section is, but never reads it.
  bnnmf_view view = {};
  view.blobs = metadata.data();
  view.blob_byte_count = layout.byte_count;
  if (bnnmf_status status = verify_metadata(metadata.data(), metadata.size(), &view, diagnosis)) return status;
  *flags = needed_flags(view);
  return BNNMF_OK;
}

/// \param accept asked before the file takes its place; may be null
bnnmf_status write_file(const bnnmf_model &model, const char *path, bnnmf_acceptance *accept, void *context,
                        Diagnosis &diagnosis) {
  if (bnnmf_status status = check_description(model, diagnosis)) return status;
  const BlobLayout layout(model.blobs, model.blob_count);
  const std::vector<uint8_t> metadata = build_metadata(model, layout);
  uint32_t flags = 0;
  if (bnnmf_status status = verify_built(metadata, layout, &flags, diagnosis)) return status;

  ReplacementFile file(diagnosis);
  if (bnnmf_status status = file.create(path)) return status;
  const FileHeader header = header_of(model, metadata, layout, flags);
  if (bnnmf_status status = file.write(&header, sizeof header)) return status;
  if (bnnmf_status status = visit_sections(
          model, metadata, layout, [&](const void *bytes, size_t byte_count) { return file.write(bytes, byte_count); }))
    return status;
  if (bnnmf_status status = file.flush()) return status;
  if (accept) {
    if (bnnmf_status status = accept(context, file.temporary_path())) return status;
  }
  return file.commit();
}

}  // namespace
}  // namespace bnnm::format

extern "C" bnnmf_status bnnmf_write_accepted_file(const bnnmf_model *model, const char *path, bnnmf_acceptance *accept,
                                                  void *context, char *message, size_t message_capacity) {
  using namespace bnnm::format;
  Diagnosis diagnosis(message, message_capacity);
#if defined(__cpp_exceptions)
  try {
    return write_file(*model, path, accept, context, diagnosis);
  } catch (const std::bad_alloc &) {
    diagnosis.at({});
    return diagnosis.refuse(BNNMF_OUT_OF_MEMORY, "out of memory while writing '%s'", path ? path : "");
  }
#else
  return write_file(*model, path, accept, context, diagnosis);
#endif
}

extern "C" bnnmf_status bnnmf_write_file(const bnnmf_model *model, const char *path, char *message,
                                         size_t message_capacity) {
  return bnnmf_write_accepted_file(model, path, nullptr, nullptr, message, message_capacity);
}

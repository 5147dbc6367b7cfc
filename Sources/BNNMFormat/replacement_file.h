// A file that takes another's place all at once or not at all: written beside it under a name of its own, synchronised
// to disk, then renamed. Part of the writer.
#ifndef BNNM_REPLACEMENT_FILE_H
#define BNNM_REPLACEMENT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

#include "bnnm_format.h"
#include "diagnosis.h"

namespace bnnm::format {

/// create, then write as often as needed, flush, then commit. What was not committed is removed with the object.
class ReplacementFile {
 public:
  explicit ReplacementFile(Diagnosis &diagnosis) : diagnosis_(diagnosis) {}
  ~ReplacementFile();
  ReplacementFile(const ReplacementFile &) = delete;
  ReplacementFile &operator=(const ReplacementFile &) = delete;

  /// Refuses a `path` that cannot be replaced by a file, such as a directory, and makes the temporary file beside it.
  /// Where `path` is a symbolic link, the file that it points to is the one to be replaced.
  bnnmf_status create(const char *path);
  bnnmf_status write(const void *bytes, size_t byte_count);
  /// Hands what was written to the operating system, so that who opens the temporary file finds all of it.
  bnnmf_status flush();
  const char *temporary_path() const { return temporary_path_.c_str(); }
  bnnmf_status commit();

 private:
  bnnmf_status check_target(const char *path);
  bnnmf_status open_temporary();
  bnnmf_status write_through(const uint8_t *bytes, size_t byte_count);
  bnnmf_status refuse(const char *action, int error);
  std::string directory() const;

  Diagnosis &diagnosis_;
  std::string path_;
  std::string temporary_path_;  // empty where there is none
  std::vector<uint8_t> buffer_;
  int descriptor_ = -1;
};

}  // namespace bnnm::format

#endif

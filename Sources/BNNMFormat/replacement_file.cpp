// Writing beside a file and renaming over it, by POSIX calls.
#include "replacement_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace bnnm::format {
namespace {

constexpr size_t buffer_bytes = 1 << 16;
/// One write call takes at most this much, which every system accepts.
constexpr size_t maximum_write_bytes = 1 << 30;
constexpr int maximum_attempts = 1000;

}  // namespace

ReplacementFile::~ReplacementFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

bnnmf_status ReplacementFile::refuse(const char *action, int error) {
  return diagnosis_.refuse(BNNMF_IO, "cannot %s '%s': %s", action, path_.c_str(), strerror(error));
}

std::string ReplacementFile::directory() const {
  const size_t slash = path_.rfind('/');
  return slash == std::string::npos ? "./" : path_.substr(0, slash + 1);
}

bnnmf_status ReplacementFile::create(const char *path) {
  if (!path || path[0] == '\0') return diagnosis_.refuse(BNNMF_IO, "the path to write to is empty");
  path_ = path;
  if (bnnmf_status status = check_target(path)) return status;
  buffer_.reserve(buffer_bytes);
  return open_temporary();
}

bnnmf_status ReplacementFile::check_target(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return BNNMF_OK;
  if (S_ISDIR(status.st_mode)) {
    return diagnosis_.refuse(BNNMF_IO, "cannot write '%s': it is a directory; give the name of a file", path);
  }
  if (!S_ISREG(status.st_mode)) {
    return diagnosis_.refuse(BNNMF_IO, "cannot write '%s': it is a device, pipe or socket; give the name of a file",
                             path);
  }
  if (access(path, W_OK) != 0) return refuse("replace", errno);
  struct stat link;
  if (lstat(path, &link) == 0 && S_ISLNK(link.st_mode)) {
    char *resolved = realpath(path, nullptr);
    if (!resolved) return refuse("resolve", errno);
    path_ = resolved;
    free(resolved);
  }
  return BNNMF_OK;
}

bnnmf_status ReplacementFile::open_temporary() {
  const std::string prefix = directory() + ".bnnm.tmp-" + std::to_string(getpid()) + "-";
  for (int attempt = 0; attempt < maximum_attempts; attempt++) {
    std::string candidate = prefix + std::to_string(attempt);
    descriptor_ = open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) {
      temporary_path_ = std::move(candidate);
      return BNNMF_OK;
    }
    if (errno != EEXIST && errno != EINTR) break;
  }
  return refuse("create a temporary file beside", errno);
}

bnnmf_status ReplacementFile::write(const void *bytes, size_t byte_count) {
  const auto *first = static_cast<const uint8_t *>(bytes);
  if (byte_count > buffer_bytes - buffer_.size()) {
    if (bnnmf_status status = flush()) return status;
    if (byte_count > buffer_bytes) return write_through(first, byte_count);
  }
  if (byte_count > 0) buffer_.insert(buffer_.end(), first, first + byte_count);
  return BNNMF_OK;
}

bnnmf_status ReplacementFile::flush() {
  const bnnmf_status status = write_through(buffer_.data(), buffer_.size());
  buffer_.clear();
  return status;
}

bnnmf_status ReplacementFile::write_through(const uint8_t *bytes, size_t byte_count) {
  while (byte_count > 0) {
    const ssize_t written = ::write(descriptor_, bytes, std::min(byte_count, maximum_write_bytes));
    if (written < 0) {
      if (errno == EINTR) continue;
      return refuse("write", errno);
    }
    bytes += written;
    byte_count -= static_cast<size_t>(written);
  }
  return BNNMF_OK;
}

bnnmf_status ReplacementFile::commit() {
  // EINVAL: a file system that has nothing to synchronise.
  if (fsync(descriptor_) != 0 && errno != EINVAL) return refuse("synchronise", errno);
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0 && errno != EINTR) return refuse("close", errno);
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) return refuse("replace", errno);
  temporary_path_.clear();
  // The new name outlives a power failure once its directory is on disk. The file is whole either way.
  const int folder = open(directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return BNNMF_OK;
}

}  // namespace bnnm::format

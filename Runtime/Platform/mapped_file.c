// Whole files mapped read-only into memory.
#define _DEFAULT_SOURCE  // MAP_POPULATE
#define _FILE_OFFSET_BITS 64

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bnnm_platform.h"

static bnnmp_file_status status_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return BNNMP_FILE_MISSING;
    case ENOMEM:
      return BNNMP_FILE_OUT_OF_MEMORY;
    default:
      return BNNMP_FILE_UNREADABLE;
  }
}

static bnnmp_file_status map_descriptor(int descriptor, bnnmp_file *file) {
  struct stat facts;
  if (fstat(descriptor, &facts) != 0) {
    file->error = errno;
    return status_of(file->error);
  }
  if (!S_ISREG(facts.st_mode)) {
    file->error = S_ISDIR(facts.st_mode) ? EISDIR : EINVAL;
    return BNNMP_FILE_NOT_REGULAR;
  }
  if (facts.st_size == 0) {
    return BNNMP_FILE_OK;
  }
  if ((uintmax_t)facts.st_size > SIZE_MAX) {
    file->error = ENOMEM;  // of address space
    return BNNMP_FILE_OUT_OF_MEMORY;
  }
  // All bytes will be read, for the checksum: present at once, they cost less than by one fault after the other.
  void *bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
  if (bytes == MAP_FAILED) {
    file->error = errno;
    return status_of(file->error);
  }
  file->bytes = bytes;
  file->byte_count = (size_t)facts.st_size;
  return BNNMP_FILE_OK;
}

bnnmp_file_status bnnmp_map_file(const char *path, bnnmp_file *file) {
  *file = (bnnmp_file){0};
  int descriptor;
  do {
    // Non-blocking: a FIFO without a writer is to be refused, not waited for. A regular file does not care.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) {
    file->error = errno;
    return file->error == ENXIO ? BNNMP_FILE_NOT_REGULAR : status_of(file->error);
  }
  bnnmp_file_status status = map_descriptor(descriptor, file);
  close(descriptor);
  return status;
}

void bnnmp_unmap_file(bnnmp_file *file) {
  if (file->bytes) {
    munmap((void *)file->bytes, file->byte_count);
  }
  *file = (bnnmp_file){0};
}

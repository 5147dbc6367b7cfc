// The message and status of a refusal: what bnnmf_open and bnnmf_write_file hand to their caller. Allocates nothing.
#ifndef BNNM_DIAGNOSIS_H
#define BNNM_DIAGNOSIS_H

#include <stddef.h>
#include <stdint.h>

#include "bnnm_format.h"

namespace bnnm::format {

/// The record that a message is about: "operator 3 ('conv1', CONV2D)". Members that are null are left out.
struct Place {
  const char *kind = nullptr;
  uint32_t index = 0;
  const char *name = nullptr;
  const char *detail = nullptr;
};

/// Writes into the caller's message buffer, which may be null, and always terminates it.
class Diagnosis {
 public:
  Diagnosis(char *message, size_t capacity);

  /// The messages that follow are about `place`; a default-made one is about the file as a whole.
  void at(const Place &place) { place_ = place; }

  /// Leaves the place and the formatted text as the message, and returns `status`.
  bnnmf_status refuse(bnnmf_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

 private:
  char *message_;
  size_t capacity_;
  Place place_;
};

}  // namespace bnnm::format

#endif

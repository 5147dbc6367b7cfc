// Formats the message of a refusal from its place and text.
#include "diagnosis.h"

#include <stdarg.h>
#include <stdio.h>

namespace bnnm::format {

Diagnosis::Diagnosis(char *message, size_t capacity) : message_(message), capacity_(message ? capacity : 0) {
  if (capacity_ > 0) message_[0] = '\0';
}

bnnmf_status Diagnosis::refuse(bnnmf_status status, const char *format, ...) {
  if (capacity_ == 0) return status;
  int length = 0;
  if (place_.kind) {
    const bool named = place_.name && place_.name[0] != '\0';
    const bool detailed = place_.detail != nullptr;
    // A name is cut, so that what is said of it is not.
    length = snprintf(message_, capacity_, "%s %u%s%s%.96s%s%s%s%s: ", place_.kind, static_cast<unsigned>(place_.index),
                      named || detailed ? " (" : "", named ? "'" : "", named ? place_.name : "", named ? "'" : "",
                      named && detailed ? ", " : "", detailed ? place_.detail : "", named || detailed ? ")" : "");
  }
  if (length < 0 || static_cast<size_t>(length) >= capacity_) return status;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message_ + length, capacity_ - static_cast<size_t>(length), format, arguments);
  va_end(arguments);
  return status;
}

}  // namespace bnnm::format

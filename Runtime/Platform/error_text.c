// Text of operating system errors. POSIX's strerror_r, not GNU's of the same name.
#undef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <string.h>

#include "bnnm_platform.h"

void bnnmp_error_text(int error, char *text, size_t capacity) {
  if (capacity == 0) {
    return;
  }
  text[0] = 0;
  // A text cut short is as good as POSIX gives it; without any, the number.
  if (strerror_r(error, text, capacity) != 0 && text[0] == 0) {
    snprintf(text, capacity, "error %d", error);
  }
  text[capacity - 1] = 0;
}

#include "npy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *path, const char *reason, FILE *file, char *header) {
  fprintf(stderr, "%s: %s\n", path, reason);
  if (file) fclose(file);
  free(header);
  return 0;
}

// The text behind a key of the header's dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (5, 10), }
static const char *value_of(const char *header, const char *key) {
  const char *found = strstr(header, key);
  if (!found) return NULL;
  found += strlen(key);
  return found + strspn(found, ": ");
}

// Reads "(5, 10)"; gives 0 where it is no shape of at most NPY_MAX_RANK dimensions, or its product overflows.
static int read_shape(const char *text, npy_array *array, size_t element_size, size_t *byte_count) {
  if (!text || *text++ != '(') return 0;
  *byte_count = element_size;
  for (;;) {
    text += strspn(text, ", ");
    if (*text == ')') return 1;
    char *end;
    unsigned long long extent = strtoull(text, &end, 10);
    if (end == text || array->rank == NPY_MAX_RANK) return 0;
    if (extent != 0 && *byte_count > SIZE_MAX / extent) return 0;
    *byte_count *= (size_t)extent;
    array->dims[array->rank++] = (size_t)extent;
    text = end;
  }
}

int npy_read(const char *path, const char *descr, size_t element_size, npy_array *array) {
  memset(array, 0, sizeof *array);
  FILE *file = fopen(path, "rb");
  if (!file) return fail(path, "cannot be opened", NULL, NULL);
  unsigned char start[12];
  if (fread(start, 1, 10, file) != 10 || memcmp(start, "\x93NUMPY", 6) != 0)
    return fail(path, "is no .npy file", file, NULL);
  size_t header_size = start[8] | (size_t)start[9] << 8;
  if (start[6] >= 2) {
    if (fread(start + 10, 1, 2, file) != 2) return fail(path, "is cut short", file, NULL);
    header_size |= (size_t)start[10] << 16 | (size_t)start[11] << 24;
  }
  char *header = header_size < 1 << 20 ? calloc(header_size + 1, 1) : NULL;
  if (!header) return fail(path, "has a header that is too long", file, NULL);
  if (fread(header, 1, header_size, file) != header_size) return fail(path, "is cut short", file, header);

  const char *type = value_of(header, "'descr'"), *order = value_of(header, "'fortran_order'");
  if (!type || *type != '\'' || strncmp(type + 1, descr, strlen(descr)) != 0)
    return fail(path, "has another element type than is needed", file, header);
  if (!order || strncmp(order, "False", 5) != 0) return fail(path, "must be in C order", file, header);
  size_t byte_count;
  if (!read_shape(value_of(header, "'shape'"), array, element_size, &byte_count))
    return fail(path, "has a shape that cannot be read", file, header);
  array->data = malloc(byte_count + 1);
  if (!array->data) return fail(path, "does not fit into memory", file, header);
  if (fread(array->data, 1, byte_count, file) != byte_count) {
    free(array->data);
    array->data = NULL;
    return fail(path, "is cut short", file, header);
  }
  fclose(file);
  free(header);
  return 1;
}

// Reads NumPy's .npy files (format versions 1 and 2): little-endian, C order, one element type each.
#ifndef DIGITS_NPY_H
#define DIGITS_NPY_H

#include <stddef.h>

#define NPY_MAX_RANK 8

typedef struct npy_array {
  void *data;  // to be freed by the caller
  size_t rank, dims[NPY_MAX_RANK];
} npy_array;

// Reads a file whose elements have NumPy type `descr` ("<f4", "<i8") of `element_size` bytes.
// Gives 0, and a line on stderr, where the file is anything else.
int npy_read(const char *path, const char *descr, size_t element_size, npy_array *array);

#endif

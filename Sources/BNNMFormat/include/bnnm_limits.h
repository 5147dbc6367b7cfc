// The version of the .bnnm format that this code reads and writes, the flags of its header, and its limits.
#ifndef BNNM_LIMITS_H
#define BNNM_LIMITS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A reader accepts its own major version and any minor version whose operators it knows.
#define BNNMF_VERSION_MAJOR 1
#define BNNMF_VERSION_MINOR 6

// Flags of the file header. A reader refuses flags it does not know.
typedef enum bnnmf_header_flag {
  // An operator has an epilogue, a mask or more than one result, which version 1.0 would not see.
  BNNMF_FLAG_EPILOGUES = 1,
  // A probe has a mask, which versions before 1.2 would not see.
  BNNMF_FLAG_PROBE_MASKS = 2,
  // A probe has an order, or a mask that differs, which versions before 1.3 would not see.
  BNNMF_FLAG_PROBE_FORMS = 4,
  // Weights have a layout other than words, which versions before 1.4 would not see.
  BNNMF_FLAG_WEIGHT_LAYOUTS = 8,
} bnnmf_header_flag;

// The file header's length, and the alignment of the blob section and of every blob in it, in bytes.
#define BNNMF_HEADER_BYTES 64
#define BNNMF_ALIGNMENT 64

#define BNNMF_MAX_RANK 8
#define BNNMF_MAX_TENSORS 65536
#define BNNMF_MAX_OPS 65536
#define BNNMF_MAX_BLOBS 262144
#define BNNMF_MAX_OPERANDS 16
#define BNNMF_MAX_RESULTS 3
#define BNNMF_MAX_STEPS 8
// Numbers of a row that a step takes as a whole.
#define BNNMF_MAX_ROW 4096
#define BNNMF_MAX_CHECKS 1024
// Bound on a dimension and, as product of all dimensions, on a tensor's elements.
#define BNNMF_MAX_ELEMENTS INT32_MAX

// "No blob" and "no tensor" where an index is optional.
#define BNNMF_NONE UINT32_MAX

#ifdef __cplusplus
}
#endif
#endif

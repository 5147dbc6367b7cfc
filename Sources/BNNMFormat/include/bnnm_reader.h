// Verified access to the bytes of a .bnnm file, in place. Allocates nothing, keeps no state, needs no C++ library.
#ifndef BNNM_READER_H
#define BNNM_READER_H

#include "bnnm_format.h"

#ifdef __cplusplus
extern "C" {
#endif

// An opened file: valid as long as the bytes it was opened over. Members are the reader's own.
typedef struct bnnmf_view {
  const uint8_t *bytes;
  uint64_t byte_count;
  const void *model;
  const uint8_t *blobs;
  uint64_t blob_byte_count;
} bnnmf_view;

// Checks everything that can be checked without knowing what operators compute: header, checksum, FlatBuffers
// structure, every index, count, extent, alignment, enumeration, string and limit; ops in execution order, each tensor
// written once and before it is read. `bytes` must be aligned to 8. On failure `*view` is all zero and `message` (where
// given, `message_capacity` bytes, always terminated) says what was found and what would be valid.
bnnmf_status bnnmf_open(const void *bytes, size_t byte_count, bnnmf_view *view, char *message, size_t message_capacity);

// Counts and records of an opened view. Precondition: index < count. Strings and blob data point into the file.
void bnnmf_get_info(const bnnmf_view *view, bnnmf_model_info *info);
uint32_t bnnmf_tensor_count(const bnnmf_view *view);
void bnnmf_get_tensor(const bnnmf_view *view, uint32_t index, bnnmf_tensor *tensor);
uint32_t bnnmf_op_count(const bnnmf_view *view);
void bnnmf_get_op(const bnnmf_view *view, uint32_t index, bnnmf_op *op);
uint32_t bnnmf_blob_count(const bnnmf_view *view);
void bnnmf_get_blob(const bnnmf_view *view, uint32_t index, bnnmf_blob *blob);
uint32_t bnnmf_input_count(const bnnmf_view *view);
void bnnmf_get_input(const bnnmf_view *view, uint32_t index, bnnmf_port *port);
uint32_t bnnmf_output_count(const bnnmf_view *view);
void bnnmf_get_output(const bnnmf_view *view, uint32_t index, bnnmf_port *port);
uint32_t bnnmf_probe_count(const bnnmf_view *view);
void bnnmf_get_probe(const bnnmf_view *view, uint32_t index, bnnmf_probe *probe);

// Checks: the index of the blob with what goes into `input` and comes out of `output`, and the hash of `probe`.
// Preconditions: check < bnnmf_check_count, and input, output and probe below the model's counts of these.
uint32_t bnnmf_check_count(const bnnmf_view *view);
uint32_t bnnmf_check_input(const bnnmf_view *view, uint32_t check, uint32_t input);
uint32_t bnnmf_check_output(const bnnmf_view *view, uint32_t check, uint32_t output);
uint32_t bnnmf_check_hash(const bnnmf_view *view, uint32_t check, uint32_t probe);
float bnnmf_check_tolerance(const bnnmf_view *view, uint32_t check);

// CRC-32C (Castagnoli, reflected, as in iSCSI, RFC 3720) of `byte_count` bytes, continuing from `crc` (0 to begin).
uint32_t bnnmf_crc32c(uint32_t crc, const void *bytes, size_t byte_count);

#ifdef __cplusplus
}
#endif
#endif

// Writes a model description as a .bnnm file. The compiler's side of the contract; the deployable runtime has no part
// of it.
#ifndef BNNM_WRITER_H
#define BNNM_WRITER_H

#include "bnnm_format.h"

#ifdef __cplusplus
extern "C" {
#endif

// Writes `model` to `path`: to a temporary file beside it first, synchronised to disk and then renamed, so that `path`
// is either its old self or the whole new file. Blobs with equal bytes are stored once. On failure nothing is left
// behind, and `message` (where given, always terminated) says what was refused and by whom.
bnnmf_status bnnmf_write_file(const bnnmf_model *model, const char *path, char *message, size_t message_capacity);

// Says whether the file at `temporary_path`, whole but not in its place yet, may take it.
typedef bnnmf_status bnnmf_acceptance(void *context, const char *temporary_path);

// bnnmf_write_file, but that the file is put in its place only where `accept` gives BNNMF_OK. Else that status is
// given, with an empty message, and nothing is left behind.
bnnmf_status bnnmf_write_accepted_file(const bnnmf_model *model, const char *path, bnnmf_acceptance *accept,
                                       void *context, char *message, size_t message_capacity);

#ifdef __cplusplus
}
#endif
#endif

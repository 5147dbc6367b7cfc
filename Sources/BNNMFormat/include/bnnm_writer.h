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

#ifdef __cplusplus
}
#endif
#endif

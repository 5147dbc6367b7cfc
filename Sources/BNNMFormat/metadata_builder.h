// The stored form of a model's metadata: takes a description and the places of its blobs, gives the FlatBuffer. Part of
// the writer; what it stores is verified like any file's, so nothing is judged here.
#ifndef BNNM_METADATA_BUILDER_H
#define BNNM_METADATA_BUILDER_H

#include <vector>

#include "blob_layout.h"
#include "bnnm_format.h"

namespace bnnm::format {

/// \param model has passed check_description
std::vector<uint8_t> build_metadata(const bnnmf_model &model, const BlobLayout &layout);

}  // namespace bnnm::format

#endif

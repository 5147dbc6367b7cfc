// What of a model description must hold before it can be looked at and stored at all: pointers, counts of fixed arrays,
// operator codes, sizes. Part of the writer; everything else is found by the reader's verification of what was stored.
#ifndef BNNM_DESCRIPTION_CHECK_H
#define BNNM_DESCRIPTION_CHECK_H

#include "bnnm_format.h"
#include "diagnosis.h"

namespace bnnm::format {

bnnmf_status check_description(const bnnmf_model &model, Diagnosis &diagnosis);

}  // namespace bnnm::format

#endif

// The schema's generated access code: the committed one, or one generated here for another version of FlatBuffers
// (scripts/generate-format.sh), which comes first. Every C++ source of the format includes it through this header.
#ifndef BNNM_SCHEMA_H
#define BNNM_SCHEMA_H

#if __has_include("local/bnnm_generated.h")
#include "local/bnnm_generated.h"
#else
#include "generated/bnnm_generated.h"
#endif

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a .bnnm file is used in place: little-endian hosts only");

#endif

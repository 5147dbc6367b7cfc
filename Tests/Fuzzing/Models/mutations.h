// The mutations of a model file: each changes one thing, in place or by making a list longer, and leaves the rest as it
// was, so that a mutated model passes as many checks as it can before it meets the one that must refuse it.
#ifndef BNNM_FUZZ_MUTATIONS_H
#define BNNM_FUZZ_MUTATIONS_H

#include <random>

#include "metadata_fields.h"

namespace bnnm::fuzz {

using Random = std::minstd_rand;

/// A number from 0 to `count` - 1. Precondition: `count` > 0.
size_t below(Random &random, size_t count);

/// Changes one field of the metadata: a number to an extreme, a neighbour, its negative, or that of another field; two
/// numbers or offsets of one role swapped; a field made absent; a list made shorter. `others`: where numbers may come
/// from, too.
void mutate_field(Bytes &metadata, Random &random, const Bytes *others = nullptr);

/// Replaces one number wherever fields of one role hold it.
void mutate_role(Bytes &metadata, Random &random);

/// Makes a list longer by copies of its last elements, and moves everything behind it.
void grow_list(Bytes &metadata, Random &random);

/// Changes constants: one word to an extreme, a swap of two, bytes, or the length of the whole section.
void mutate_blobs(Bytes &blobs, Random &random);

/// Changes one number of the header but magic, sizes and checksum, which stay right.
void mutate_header(ModelFile &file, Random &random);

}  // namespace bnnm::fuzz

#endif

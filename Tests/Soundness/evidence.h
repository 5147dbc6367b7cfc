// The lines in which programs and tests say how much they tried: scripts/reliability.sh collects them from logs into
// docs/reliability.json. They are printed after everything went well, never else.
#ifndef BNNM_EVIDENCE_H
#define BNNM_EVIDENCE_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

// Prints `evidence: KEY NUMBER`. Keys are words joined by hyphens.
static inline void tell_evidence(const char *key, uint64_t number) {
  printf("evidence: %s %" PRIu64 "\n", key, number);
}

#endif

// The checks embedded in a model.
#ifndef BNNM_PROFILE_CHECK_H
#define BNNM_PROFILE_CHECK_H

#include "measurement.h"

// Runs all of them at every level and number of threads that the options name, and tells how each went. 0 where all
// passed, else 1.
int profile_run_checks(const profile_options *options, const profile_subject *subject, FILE *output, FILE *errors);

#endif

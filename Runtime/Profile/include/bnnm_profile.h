// The profiler of compiled models, as a function: what `bnnm-profile` and `bnnm profile` both run.
#ifndef BNNM_PROFILE_H
#define BNNM_PROFILE_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

// Profiles as `arguments` say, argument 0 being the program's name: results go to `output`, errors and warnings to
// `errors`. Where something was measured, `json`, which may be NULL, gets the report of --json too. Gives the exit
// status: 0 done, 1 bad input or a failed check, 2 wrong usage.
int bnnm_profile(int argument_count, const char *const *arguments, FILE *output, FILE *errors, FILE *json);

// The same on stdout and stderr.
int bnnm_profile_main(int argument_count, const char *const *arguments, FILE *json);

#ifdef __cplusplus
}
#endif
#endif

// bnnm-profile: the profiler as a program of its own, which needs the library and libc.
#include "bnnm_profile.h"

int main(int argc, char **argv) { return bnnm_profile_main(argc, (const char *const *)argv, NULL); }

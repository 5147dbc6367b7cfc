// 1 where the assembly of this machine, if it has some, computes what plain C does in random cases drawn from the seed;
// else the case is printed.
#ifndef BNNM_ASSEMBLY_COMPARISON_H
#define BNNM_ASSEMBLY_COMPARISON_H

#include <stdint.h>

int compare_assembly(uint64_t seed);

#endif

// Assembly for ARM in more than one order of instructions: which one a core likes. The results are the same.
#ifndef BNNM_SCHEDULE_ARM_H
#define BNNM_SCHEDULE_ARM_H

#include "bnnm_kernels.h"
#include "columns_arm.h"

typedef enum bnnmk_schedule {
  BNNMK_SCHEDULE_USUAL = 0,  // for Cortex-A53, and all others that follow
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  BNNMK_SCHEDULE_A55,
#endif
  BNNMK_SCHEDULE_COUNT
} bnnmk_schedule;

// As MIDR_EL1 numbers them; Kryo 3xx and 4xx Silver are Cortex-A55 by another name.
#define BNNMK_CORTEX_A55 0x4100d050u
#define BNNMK_KRYO_3XX_SILVER 0x51008030u
#define BNNMK_KRYO_4XX_SILVER 0x51008050u

// For the core that this thread is on.
BNNMK_INLINE bnnmk_schedule bnnmk_choose_schedule(bnnmk_core core) {
#if defined(BNNMK_HAS_A64_ASSEMBLY)
  switch (core ? core() : 0) {
    case BNNMK_CORTEX_A55:
    case BNNMK_KRYO_3XX_SILVER:
    case BNNMK_KRYO_4XX_SILVER:
      return BNNMK_SCHEDULE_A55;
    default:
      break;
  }
#endif
  (void)core;
  return BNNMK_SCHEDULE_USUAL;
}

#endif

// Which core a thread is on. Where Linux says so, programs can read MIDR_EL1: they get that of the CPU that the thread
// is on. It takes the kernel a trap, so that each CPU's is read once.
#define _GNU_SOURCE  // sched_getcpu

#include "bnnm_platform.h"

#if defined(__aarch64__) && defined(__linux__)

#include <sched.h>
#include <stdatomic.h>
#include <sys/auxv.h>

// The bit of AT_HWCAP, as the kernel's interface numbers it, by which registers of identification can be read.
enum { CPU_IDENTIFICATION = 1 << 11, MAX_CPUS = 1024 };

// All but architecture, variant and revision.
#define IMPLEMENTER_AND_PART 0xff00fff0u

static _Atomic uint32_t cores[MAX_CPUS];  // 0: not read yet

uint32_t bnnmp_current_core(void) {
  const int cpu = sched_getcpu();
  if (cpu < 0 || cpu >= MAX_CPUS) {
    return 0;
  }
  uint32_t core = atomic_load_explicit(&cores[cpu], memory_order_relaxed);
  if (core == 0 && getauxval(AT_HWCAP) & CPU_IDENTIFICATION) {
    uint64_t midr;
    __asm__ volatile("mrs %0, midr_el1" : "=r"(midr));
    core = (uint32_t)midr & IMPLEMENTER_AND_PART;
    // Unless the thread was moved meanwhile.
    if (sched_getcpu() == cpu) {
      atomic_store_explicit(&cores[cpu], core, memory_order_relaxed);
    }
  }
  return core;
}

#else

uint32_t bnnmp_current_core(void) { return 0; }

#endif

// VPOPCNTQ and VPOPCNTD zmm, zmm for CPUs without them: the handler of SIGILL decodes the instruction, reads and writes
// the registers that the kernel saved in the signal's frame, and goes on behind it.
#define _GNU_SOURCE
#include "vpopcntdq.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

// A component of the XSAVE area, by its number.
enum { SSE = 1, AVX = 2, ZMM_HIGH = 6, ZMM_16_TO_31 = 7, COMPONENT_COUNT = 8 };

enum { XMM_OFFSET = 160, HEADER_OFFSET = 512 };

static struct {
  uint32_t offset, size;
} components[COMPONENT_COUNT];

// A component in the frame; all 0 where the CPU had left it out.
static uint8_t *component(uint8_t *area, int number) {
  uint64_t present;
  memcpy(&present, area + HEADER_OFFSET, sizeof present);
  uint8_t *bytes = area + components[number].offset;
  if (!(present >> number & 1)) {
    memset(bytes, 0, components[number].size);
    present |= (uint64_t)1 << number;
    memcpy(area + HEADER_OFFSET, &present, sizeof present);
  }
  return bytes;
}

// The parts of register zmm`number`: one run of 64 bytes, or 16 + 16 + 32.
static int register_parts(uint8_t *area, int number, uint8_t *parts[3], size_t sizes[3]) {
  if (number >= 16) {
    parts[0] = component(area, ZMM_16_TO_31) + (number - 16) * 64;
    sizes[0] = 64;
    return 1;
  }
  parts[0] = component(area, SSE) + number * 16;
  parts[1] = component(area, AVX) + number * 16;
  parts[2] = component(area, ZMM_HIGH) + number * 32;
  sizes[0] = sizes[1] = 16;
  sizes[2] = 32;
  return 3;
}

// Of words, or of their halves.
static void count_bits(uint8_t *area, int is_words, int to, int from) {
  uint64_t words[8];
  uint8_t *parts[3];
  size_t sizes[3], at = 0;
  int count = register_parts(area, from, parts, sizes);
  for (int i = 0; i < count; at += sizes[i++]) {
    memcpy((uint8_t *)words + at, parts[i], sizes[i]);
  }
  for (int i = 0; i < 8; i++) {
    const uint64_t low = words[i] & UINT32_MAX, high = words[i] >> 32;
    words[i] = is_words ? (uint64_t)__builtin_popcountll(words[i])
                        : (uint64_t)__builtin_popcountll(low) | (uint64_t)__builtin_popcountll(high) << 32;
  }
  count = register_parts(area, to, parts, sizes);
  at = 0;
  for (int i = 0; i < count; at += sizes[i++]) {
    memcpy(parts[i], (const uint8_t *)words + at, sizes[i]);
  }
}

// EVEX.512.66.0F38.W1 55 /r, or W0 for halves, between registers, without a mask: 62 P0 P1 P2 55 ModRM.
static void handle(int signal_number, siginfo_t *info, void *context) {
  (void)info;
  ucontext_t *user = context;
  const uint8_t *code = (const uint8_t *)user->uc_mcontext.gregs[REG_RIP];
  const int is_words = code[2] >> 7;
  const int is_vpopcnt = code[0] == 0x62 && (code[1] & 0x0f) == 0x02 && (code[2] & 0x7f) == 0x7d && code[3] == 0x48 &&
                         code[4] == 0x55 && code[5] >> 6 == 3;
  if (!is_vpopcnt) {
    signal(signal_number, SIG_DFL);
    return;
  }
  // The prefix has the high bits of register numbers inverted: R and R' of `reg`, B and X of `rm`.
  const int high = ~code[1];
  const int to = (code[5] >> 3 & 7) | (high >> 7 & 1) << 3 | (high >> 4 & 1) << 4;
  const int from = (code[5] & 7) | (high >> 5 & 1) << 3 | (high >> 6 & 1) << 4;
  count_bits((uint8_t *)user->uc_mcontext.fpregs, is_words, to, from);
  user->uc_mcontext.gregs[REG_RIP] += 6;
}

int emulate_vpopcntdq(void) {
  if (!__builtin_cpu_supports("avx512f") || __builtin_cpu_supports("avx512vpopcntdq")) {
    return 0;
  }
  const int numbers[] = {AVX, ZMM_HIGH, ZMM_16_TO_31};
  components[SSE].offset = XMM_OFFSET;
  components[SSE].size = 16 * 16;
  for (int i = 0; i < 3; i++) {
    uint32_t c, d;
    __cpuid_count(0xd, numbers[i], components[numbers[i]].size, components[numbers[i]].offset, c, d);
  }
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
  return sigaction(SIGILL, &action, NULL) == 0;
}

#else

int emulate_vpopcntdq(void) { return 0; }

#endif

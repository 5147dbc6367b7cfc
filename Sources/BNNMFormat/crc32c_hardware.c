// CRC-32C by the processor's instruction, and whether it has one. Compiled without special options: the functions carry
// their instruction set with them, and bnnmf_crc32c asks before it calls.
#include <string.h>

#include "crc32c.h"

#if defined(__x86_64__)

#include <nmmintrin.h>

int bnnmf_crc32c_has_hardware(void) { return __builtin_cpu_supports("sse4.2") != 0; }

__attribute__((target("sse4.2"))) static uint64_t crc_of_word(uint64_t state, uint64_t word) {
  return _mm_crc32_u64(state, word);
}

__attribute__((target("sse4.2"))) static uint32_t crc_of_byte(uint32_t state, uint8_t byte) {
  return _mm_crc32_u8(state, byte);
}

#define BNNMF_CRC_TARGET __attribute__((target("sse4.2")))

#elif defined(__aarch64__) && defined(__linux__)

#include <sys/auxv.h>

// Bit of AT_HWCAP in the AArch64 Linux ABI.
#define BNNMF_HWCAP_CRC32 (1ul << 7)

int bnnmf_crc32c_has_hardware(void) { return (getauxval(AT_HWCAP) & BNNMF_HWCAP_CRC32) != 0; }

static uint64_t crc_of_word(uint64_t state, uint64_t word) {
  uint32_t result;
  __asm__(".arch_extension crc\n\tcrc32cx %w0, %w1, %x2" : "=r"(result) : "r"((uint32_t)state), "r"(word));
  return result;
}

static uint32_t crc_of_byte(uint32_t state, uint8_t byte) {
  uint32_t result;
  __asm__(".arch_extension crc\n\tcrc32cb %w0, %w1, %w2" : "=r"(result) : "r"(state), "r"((uint32_t)byte));
  return result;
}

#define BNNMF_CRC_TARGET

#else

int bnnmf_crc32c_has_hardware(void) { return 0; }

#endif

#ifdef BNNMF_CRC_TARGET

BNNMF_CRC_TARGET uint32_t bnnmf_crc32c_hardware(uint32_t crc, const void *bytes, size_t byte_count) {
  const uint8_t *next = (const uint8_t *)bytes;
  uint64_t state = (uint32_t)~crc;
  for (; byte_count >= 8; byte_count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, sizeof word);
    state = crc_of_word(state, word);
  }
  uint32_t tail = (uint32_t)state;
  for (; byte_count > 0; byte_count--, next++) tail = crc_of_byte(tail, *next);
  return ~tail;
}

#else

uint32_t bnnmf_crc32c_hardware(uint32_t crc, const void *bytes, size_t byte_count) {
  return bnnmf_crc32c_portable(crc, bytes, byte_count);
}

#endif

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

// Bytes of each of three parts that are summed up side by side: the instruction takes three cycles, and one may begin
// in each. A power of two.
enum { PART_BYTES_LOG2 = 12, PART_BYTES = 1 << PART_BYTES_LOG2, PART_COUNT = 3 };

// a * b modulo the polynomial of CRC-32C; bit 31 stands for x^0, as in checksums.
static uint32_t multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = 1u << 31; bit > 0; bit >>= 1) {
    product ^= a & bit ? b : 0;
    b = b >> 1 ^ (b & 1 ? 0x82f63b78u : 0);
  }
  return product;
}

static uint64_t load_word(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

BNNMF_CRC_TARGET uint32_t bnnmf_crc32c_hardware(uint32_t crc, const void *bytes, size_t byte_count) {
  const uint8_t *next = (const uint8_t *)bytes;
  uint64_t state = (uint32_t)~crc;
  if (byte_count >= PART_COUNT * PART_BYTES) {
    // What a part behind it makes of a checksum: x^(8 * PART_BYTES), by squaring x.
    uint32_t behind_one = 1u << 30;
    for (int i = 0; i < PART_BYTES_LOG2 + 3; i++) {
      behind_one = multiply(behind_one, behind_one);
    }
    const uint32_t behind_two = multiply(behind_one, behind_one);
    for (; byte_count >= PART_COUNT * PART_BYTES; byte_count -= PART_COUNT * PART_BYTES) {
      uint64_t second = 0, third = 0;
      for (const uint8_t *end = next + PART_BYTES; next < end; next += 8) {
        state = crc_of_word(state, load_word(next));
        second = crc_of_word(second, load_word(next + PART_BYTES));
        third = crc_of_word(third, load_word(next + 2 * PART_BYTES));
      }
      state = multiply((uint32_t)state, behind_two) ^ multiply((uint32_t)second, behind_one) ^ third;
      next += (PART_COUNT - 1) * PART_BYTES;
    }
  }
  for (; byte_count >= 8; byte_count -= 8, next += 8) {
    state = crc_of_word(state, load_word(next));
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

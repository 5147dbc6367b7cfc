// CRC-32C over a file's bytes: takes bytes, gives the checksum that the header of a .bnnm file holds. Here are the
// portable form ("slicing by 8": Kounavis and Berry, "A Systematic Approach to Building High Performance Software-based
// CRC Generators", ISCC 2005) and the choice between it and the processor's instruction.
#include "crc32c.h"

#include "bnnm_reader.h"
#include "crc32c_table.h"

uint32_t bnnmf_crc32c_portable(uint32_t crc, const void *bytes, size_t byte_count) {
  const uint8_t *next = (const uint8_t *)bytes;
  uint32_t state = ~crc;
  for (; byte_count >= 8; byte_count -= 8, next += 8) {
    const uint32_t low =
        state ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24);
    state = bnnmf_crc32c_table[7][low & 0xff] ^ bnnmf_crc32c_table[6][low >> 8 & 0xff] ^
            bnnmf_crc32c_table[5][low >> 16 & 0xff] ^ bnnmf_crc32c_table[4][low >> 24] ^
            bnnmf_crc32c_table[3][next[4]] ^ bnnmf_crc32c_table[2][next[5]] ^ bnnmf_crc32c_table[1][next[6]] ^
            bnnmf_crc32c_table[0][next[7]];
  }
  for (; byte_count > 0; byte_count--, next++) {
    state = bnnmf_crc32c_table[0][(state ^ *next) & 0xff] ^ state >> 8;
  }
  return ~state;
}

uint32_t bnnmf_crc32c(uint32_t crc, const void *bytes, size_t byte_count) {
  return bnnmf_crc32c_has_hardware() ? bnnmf_crc32c_hardware(crc, bytes, byte_count)
                                     : bnnmf_crc32c_portable(crc, bytes, byte_count);
}

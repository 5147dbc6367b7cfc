// The implementations of CRC-32C behind bnnmf_crc32c. All give the same result; the fastest one the processor has is
// taken. Each continues from `crc`, the checksum so far, and returns the checksum with `byte_count` more bytes.
#ifndef BNNM_CRC32C_H
#define BNNM_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BNNMF_INTERNAL __attribute__((visibility("hidden")))

// Eight table look-ups for eight bytes, on any processor.
BNNMF_INTERNAL uint32_t bnnmf_crc32c_portable(uint32_t crc, const void *bytes, size_t byte_count);

// The processor's own instruction: SSE4.2 on x86-64, the CRC32 extension on AArch64.
// Precondition: bnnmf_crc32c_has_hardware().
BNNMF_INTERNAL uint32_t bnnmf_crc32c_hardware(uint32_t crc, const void *bytes, size_t byte_count);

// 1 where bnnmf_crc32c_hardware may be called on this processor, else 0.
BNNMF_INTERNAL int bnnmf_crc32c_has_hardware(void);

#ifdef __cplusplus
}
#endif
#endif

// The inner loop of binary convolution for AMX. A step loads a tile of weights, 64 channels of the input by sixteen of
// the output, which meets up to five tiles of up to sixteen pixels. A product takes as many cycles as pixels; meanwhile
// vector instructions make bytes of the weights of some steps later, and finish what the job before has summed up.
#if defined(__x86_64__)

#include "multiply_tiles_x86_amx.h"

#include "lanes.h"

#define INLINE static inline BNNMK_TARGET_AMX __attribute__((always_inline))

// The tile of sixteen channels' words: row r has four bytes of each channel, for bits 4r...4r + 3. A nibble chooses its
// bytes from a table of sixteen; VPERMD does not look at the bits above it.
static BNNMK_TARGET_AMX __attribute__((noinline)) void expand_weights(const uint64_t *words, size_t others,
                                                                      int8_t *to) {
  // -1 is 0xff, for bits that are 1; the lowest bit's byte is the lowest.
  const __m512i table = _mm512_setr_epi32(0x01010101, 0x010101ff, 0x0101ff01, 0x0101ffff, 0x01ff0101, 0x01ff01ff,
                                          0x01ffff01, 0x01ffffff,  //
                                          (int)0xff010101, (int)0xff0101ff, (int)0xff01ff01, (int)0xff01ffff,
                                          (int)0xffff0101, (int)0xffff01ff, (int)0xffffff01, (int)0xffffffff);
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  const __m512i first = _mm512_loadu_si512(words), second = _mm512_loadu_si512(words + others);
  const __m512i halves[2] = {_mm512_permutex2var_epi32(first, even, second),
                             _mm512_permutex2var_epi32(first, odd, second)};
  BNNMK_REGISTERS
  for (int half = 0; half < 2; half++) {
    BNNMK_REGISTERS
    for (int nibble = 0; nibble < 8; nibble++, to += BNNMK_TILE_ROW_BYTES) {
      const __m512i by = _mm512_srli_epi32(halves[half], 4 * (unsigned)nibble);
      _mm512_store_si512(to, _mm512_permutexvar_epi32(by, table));
    }
  }
}

INLINE void write_weights(bnnmk_tile_loop *loop, const bnnmk_tile_job *job, uint32_t step) {
  bnnmk_byte_weights *w = &loop->weights;
  expand_weights(job->weights + loop->steps[step].weights, job->other_weights, w->written);
  w->written += BNNMK_TILE_BYTES;
  w->written = w->written == w->end ? w->first : w->written;
}

BNNMK_TARGET_AMX void bnnmk_start_weights(bnnmk_tile_loop *loop, const bnnmk_tile_job *first) {
  for (uint32_t step = 0; step < loop->weights.ahead; step++) {
    write_weights(loop, first, step);
  }
}

// Adds the products of a step's tiles of pixels, `tile_bytes` from each other, and its weights.
INLINE void add_products(const int tile_count, const int8_t *input, size_t tile_bytes, const int8_t *weights) {
  BNNMK_SETTLE_MEMORY;
  _tile_loadd(5, weights, BNNMK_TILE_ROW_BYTES);
  _tile_loadd(6, input, BNNMK_TILE_ROW_BYTES);
  _tile_dpbssd(0, 6, 5);
  if (tile_count > 1) {
    _tile_loadd(7, input + tile_bytes, BNNMK_TILE_ROW_BYTES);
    _tile_dpbssd(1, 7, 5);
  }
  if (tile_count > 2) {
    _tile_loadd(6, input + 2 * tile_bytes, BNNMK_TILE_ROW_BYTES);
    _tile_dpbssd(2, 6, 5);
  }
  if (tile_count > 3) {
    _tile_loadd(7, input + 3 * tile_bytes, BNNMK_TILE_ROW_BYTES);
    _tile_dpbssd(3, 7, 5);
  }
  if (tile_count > 4) {
    _tile_loadd(6, input + 4 * tile_bytes, BNNMK_TILE_ROW_BYTES);
    _tile_dpbssd(4, 6, 5);
  }
}

INLINE void clear_sums(void) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
}

INLINE void store_sums(uint32_t tile_count, size_t tile_rows, int32_t *sums) {
  enum { ROW_BYTES = BNNMK_PAIR_CHANNELS * sizeof(int32_t) };
  const size_t tile = tile_rows * BNNMK_PAIR_CHANNELS;
  _tile_stored(0, sums, ROW_BYTES);
  if (tile_count > 1) {
    _tile_stored(1, sums + tile, ROW_BYTES);
  }
  if (tile_count > 2) {
    _tile_stored(2, sums + 2 * tile, ROW_BYTES);
  }
  if (tile_count > 3) {
    _tile_stored(3, sums + 3 * tile, ROW_BYTES);
  }
  if (tile_count > 4) {
    _tile_stored(4, sums + 4 * tile, ROW_BYTES);
  }
  BNNMK_SETTLE_MEMORY;
}

// `tile_count` is a constant in every call.
INLINE void add_all_products(const int tile_count, bnnmk_tile_loop *loop, const bnnmk_tile_job *job,
                             const bnnmk_tile_job *next, const bnnmk_tile_rest *rest) {
  const uint32_t step_count = loop->step_count, ahead = loop->weights.ahead;
  const size_t tile_bytes = (size_t)loop->tile_rows * BNNMK_TILE_ROW_BYTES;
  bnnmk_byte_weights *weights = &loop->weights;
  uint32_t wait = rest->interval;
  for (uint32_t step = 0; step < step_count; step++) {
    add_products(tile_count, job->input + loop->steps[step].input, tile_bytes, weights->read);
    weights->read += BNNMK_TILE_BYTES;
    weights->read = weights->read == weights->end ? weights->first : weights->read;
    const int is_own = step + ahead < step_count;
    const bnnmk_tile_job *source = is_own ? job : next;
    if (source->weights) {
      write_weights(loop, source, is_own ? step + ahead : step + ahead - step_count);
    }
    if (--wait == 0) {
      rest->finish(rest->rest);
      wait = rest->interval;
    }
  }
}

BNNMK_TARGET_AMX void bnnmk_multiply_tiles(bnnmk_tile_loop *loop, const bnnmk_tile_job *job, const bnnmk_tile_job *next,
                                           const bnnmk_tile_rest *rest, int32_t *sums) {
  if (job->bytes) {
    loop->weights.read = job->bytes;
  }
  clear_sums();
  switch (job->tile_count) {
    case 1:
      add_all_products(1, loop, job, next, rest);
      break;
    case 2:
      add_all_products(2, loop, job, next, rest);
      break;
    case 3:
      add_all_products(3, loop, job, next, rest);
      break;
    case 4:
      add_all_products(4, loop, job, next, rest);
      break;
    default:
      add_all_products(BNNMK_MOST_JOB_TILES, loop, job, next, rest);
  }
  store_sums(job->tile_count, loop->tile_rows, sums);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_amx_here;
#endif

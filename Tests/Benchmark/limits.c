// What this CPU could do at most: loops over registers alone, of the instructions that the inner loops of kernels
// consist of. Each takes its time with enough independent chains to hide their latency.
#define _GNU_SOURCE

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "bnnm.h"

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

enum { ROUNDS = 20000 };

// Loops over chains are unrolled, so that these live in registers; the compiler takes what KEEP has touched for
// changed, and can compute nothing of it ahead.
#define CHAINS _Pragma("GCC unroll 24")
#define KEEP(constraint, value) __asm__ volatile("" : "+" constraint(value))

static uint64_t numbers[16 * 8];

typedef struct limit {
  const char *name;  // "avx2: xor + shuffle popcount + add"
  double per_round;  // multiply-accumulates, operations or bytes, a round
  void (*loop)(void);
  int (*is_available)(void);
} limit;

static int always(void) { return 1; }

// Bytes that come once a run, such as weights; half of them copied into the other half, which is more than a
// second-level cache holds; and bytes that stay near.
enum { MANY_BYTES = 8 << 20, FEW_BYTES = 256 << 10, LINE = 64 };
static _Alignas(LINE) unsigned char many[MANY_BYTES], few[2][FEW_BYTES];

// Else all of it is one page.
static void touch_many(void) {
  static int is_touched;
  if (!is_touched) {
    memset(many, 1, sizeof many);
    is_touched = 1;
  }
}

// Four sums, and a line of 64 bytes at a time, so that the compiler takes vectors of any width.
static void read_many(void) {
  touch_many();
  uint64_t sums[LINE / sizeof(uint64_t)] = {0};
  const uint64_t *words = (const uint64_t *)(const void *)many;
  KEEP("r", words);
  for (size_t i = 0; i < MANY_BYTES / sizeof(uint64_t); i += LINE / sizeof(uint64_t)) {
    for (size_t k = 0; k < LINE / sizeof(uint64_t); k++) {
      sums[k] += words[i + k];
    }
  }
  KEEP("m", sums);
}

static void copy_half(void) {
  static int half;
  touch_many();
  // To and fro, so that neither half is always the written one.
  memcpy(many + half * (MANY_BYTES / 2), many + !half * (MANY_BYTES / 2), MANY_BYTES / 2);
  half = !half;
  __asm__ volatile("" ::: "memory");
}

static void copy_few(void) {
  for (int i = 0; i < MANY_BYTES / FEW_BYTES; i++) {
    memcpy(few[i % 2], few[(i + 1) % 2], FEW_BYTES);
    __asm__ volatile("" ::: "memory");
  }
}

static void popcount_words(void) {
  uint64_t a[4] = {numbers[0], numbers[1], numbers[2], numbers[3]}, x = numbers[4], w = numbers[5];
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 4; k++) {
      KEEP("r", x);
      uint64_t t = x ^ w;
      a[k] += (uint64_t)__builtin_popcountll(t);
    }
  }
  memcpy(numbers, a, sizeof a);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#define VPOPCNTDQ __attribute__((target("avx512f,avx512vpopcntdq")))

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int has_avx512(void) { return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"); }
static int has_vpopcntdq(void) { return has_avx512() && __builtin_cpu_supports("avx512vpopcntdq"); }

AVX2 static void shuffle_popcount(void) {
  __m256i a[4], x = _mm256_loadu_si256((const __m256i *)numbers),
                w = _mm256_loadu_si256((const __m256i *)(numbers + 4));
  const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                          0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i nibble = _mm256_set1_epi8(15);
  CHAINS
  for (int k = 0; k < 4; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 4; k++) {
      KEEP("x", x);
      __m256i t = _mm256_xor_si256(x, w);
      __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(t, nibble));
      __m256i high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(t, 4), nibble));
      a[k] = _mm256_add_epi8(a[k], _mm256_add_epi8(low, high));
    }
  }
  CHAINS
  for (int k = 0; k < 4; k++) {
    _mm256_storeu_si256((__m256i *)(numbers + 4 * k), a[k]);
  }
}

AVX512 static void wide_shuffle_popcount(void) {
  __m512i a[8], x = _mm512_loadu_si512(numbers), w = _mm512_loadu_si512(numbers + 8);
  const __m512i counts = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m512i nibble = _mm512_set1_epi8(15);
  CHAINS
  for (int k = 0; k < 8; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 8; k++) {
      KEEP("v", x);
      __m512i t = _mm512_xor_si512(x, w);
      __m512i low = _mm512_shuffle_epi8(counts, _mm512_and_si512(t, nibble));
      __m512i high = _mm512_shuffle_epi8(counts, _mm512_and_si512(_mm512_srli_epi16(t, 4), nibble));
      a[k] = _mm512_add_epi8(a[k], _mm512_add_epi8(low, high));
    }
  }
  CHAINS
  for (int k = 0; k < 8; k++) {
    _mm512_storeu_si512(numbers + 8 * k, a[k]);
  }
}

// A table's row is looked up by weights, which differ from step to step.
AVX2 static void look_up_nibbles(void) {
  __m256i a[12], x = _mm256_loadu_si256((const __m256i *)numbers);
  CHAINS
  for (int k = 0; k < 12; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 12; k++) {
      KEEP("x", x);
      a[k] = _mm256_add_epi8(a[k], _mm256_shuffle_epi8(x, x));
    }
  }
  CHAINS
  for (int k = 0; k < 12; k++) {
    _mm256_storeu_si256((__m256i *)(numbers + 4 * k), a[k]);
  }
}

AVX512 static void look_up_wide_nibbles(void) {
  __m512i a[12], x = _mm512_loadu_si512(numbers);
  CHAINS
  for (int k = 0; k < 12; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 12; k++) {
      KEEP("v", x);
      a[k] = _mm512_add_epi8(a[k], _mm512_shuffle_epi8(x, x));
    }
  }
  CHAINS
  for (int k = 0; k < 12; k++) {
    _mm512_storeu_si512(numbers + 8 * k, a[k]);
  }
}

VPOPCNTDQ static void vector_popcount(void) {
  __m512i a[12], x = _mm512_loadu_si512(numbers), w = _mm512_loadu_si512(numbers + 8);
  CHAINS
  for (int k = 0; k < 12; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 12; k++) {
      KEEP("v", x);
      __m512i t = _mm512_xor_si512(x, w);
      a[k] = _mm512_add_epi64(a[k], _mm512_popcnt_epi64(t));
    }
  }
  CHAINS
  for (int k = 0; k < 12; k++) {
    _mm512_storeu_si512(numbers + 8 * k, a[k]);
  }
}

AVX2 static void multiply_add(void) {
  __m256 a[12], x = _mm256_set1_ps(1.0f), w = _mm256_set1_ps(1e-9f);
  CHAINS
  for (int k = 0; k < 12; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 12; k++) {
      a[k] = _mm256_fmadd_ps(x, w, a[k]);
      KEEP("x", a[k]);
    }
  }
  _mm256_storeu_ps((float *)numbers, a[0]);
}

// Multiplications and additions by turns: some CPUs have units of their own for either.
AVX2 static void operate(void) {
  __m256 a[12], x = _mm256_set1_ps(1.0f);
  CHAINS
  for (int k = 0; k < 12; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 12; k++) {
      a[k] = k % 2 ? _mm256_mul_ps(a[k], x) : _mm256_add_ps(a[k], x);
      KEEP("x", a[k]);
    }
  }
  _mm256_storeu_ps((float *)numbers, a[0]);
}

AVX512 static void operate_wide(void) {
  __m512 a[24], x = _mm512_set1_ps(1.0f);
  CHAINS
  for (int k = 0; k < 24; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 24; k++) {
      a[k] = k % 2 ? _mm512_mul_ps(a[k], x) : _mm512_add_ps(a[k], x);
      KEEP("v", a[k]);
    }
  }
  _mm512_storeu_ps((float *)numbers, a[0]);
}

AVX512 static void wide_multiply_add(void) {
  __m512 a[12], x = _mm512_set1_ps(1.0f), w = _mm512_set1_ps(1e-9f);
  CHAINS
  for (int k = 0; k < 12; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 12; k++) {
      a[k] = _mm512_fmadd_ps(x, w, a[k]);
      KEEP("v", a[k]);
    }
  }
  _mm512_storeu_ps((float *)numbers, a[0]);
}

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

#include "amx_features.h"

// With the permission that a session asks for, too.
static int has_tiles(void) {
  enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  return (bnnm_available_isa() & BNNM_ISA_AMX) && syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

BNNMK_TARGET_AMX static void multiply_tiles(void) {
  bnnmk_configure_tiles(BNNMK_TILE_ROWS, 0);
  for (int i = 0; i < ROUNDS; i++) {
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 4, 7);
    _tile_dpbssd(2, 5, 6);
    _tile_dpbssd(3, 5, 7);
  }
  _tile_stored(0, numbers, BNNMK_TILE_ROW_BYTES);
  _tile_release();
}
#endif
#elif defined(__ARM_NEON)
#include <arm_neon.h>

static void vector_popcount(void) {
  uint8x16_t a[8], x = vld1q_u8((const uint8_t *)numbers), w = vld1q_u8((const uint8_t *)(numbers + 2));
  CHAINS
  for (int k = 0; k < 8; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 8; k++) {
      KEEP("w", x);
      uint8x16_t t = veorq_u8(x, w);
      a[k] = vaddq_u8(a[k], vcntq_u8(t));
    }
  }
  CHAINS
  for (int k = 0; k < 8; k++) {
    vst1q_u8((uint8_t *)(numbers + 2 * k), a[k]);
  }
}

static void operate(void) {
  float32x4_t a[12], x = vdupq_n_f32(1.0f);
  CHAINS
  for (int k = 0; k < 12; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 12; k++) {
      a[k] = k % 2 ? vmulq_f32(a[k], x) : vaddq_f32(a[k], x);
      KEEP("w", a[k]);
    }
  }
  vst1q_f32((float *)numbers, a[0]);
}

static void multiply_add(void) {
  float32x4_t a[8], x = vdupq_n_f32(1.0f), w = vdupq_n_f32(1e-9f);
  CHAINS
  for (int k = 0; k < 8; k++) {
    a[k] = x;
  }
  for (int i = 0; i < ROUNDS; i++) {
    CHAINS
    for (int k = 0; k < 8; k++) {
      a[k] = vfmaq_f32(a[k], x, w);
      KEEP("w", a[k]);
    }
  }
  vst1q_f32((float *)numbers, a[0]);
}
#endif

static const limit limits[] = {
    {"generic: xor + popcount + add", 4 * 64, popcount_words, always},
#if defined(__x86_64__)
    {"avx2: xor + shuffle popcount + add", 4 * 256, shuffle_popcount, has_avx2},
    {"avx2: nibble shuffle + add", 12 * 128, look_up_nibbles, has_avx2},
    {"avx512: xor + shuffle popcount + add", 8 * 512, wide_shuffle_popcount, has_avx512},
    {"avx512: nibble shuffle + add", 12 * 256, look_up_wide_nibbles, has_avx512},
    {"avx512: xor + vpopcntdq + add", 12 * 512, vector_popcount, has_vpopcntdq},
#if defined(__linux__)
    {"amx: products of tiles", 4 * 16 * 64 * 16, multiply_tiles, has_tiles},
#endif
    {"avx2: float32 multiply-add", 12 * 8, multiply_add, has_avx2},
    {"avx512: float32 multiply-add", 12 * 16, wide_multiply_add, has_avx512},
    {"avx2: float32 operations", 12 * 8, operate, has_avx2},
    {"avx512: float32 operations", 24 * 16, operate_wide, has_avx512},
#elif defined(__ARM_NEON)
    {"neon: eor + cnt + add", 8 * 128, vector_popcount, always},
    {"neon: float32 multiply-add", 8 * 4, multiply_add, always},
    {"neon: float32 operations", 12 * 4, operate, always},
#endif
    {"memory: 8 MB read", (double)MANY_BYTES / (double)ROUNDS, read_many, always},
    {"cache: 4 MB copied", (double)MANY_BYTES / 2 / (double)ROUNDS, copy_half, always},
    {"cache: 256 KB copied", (double)MANY_BYTES / (double)ROUNDS, copy_few, always},
};

enum { LIMIT_COUNT = sizeof limits / sizeof limits[0] };

uint32_t limit_count(void) { return LIMIT_COUNT; }
const char *limit_name(uint32_t index) { return index < LIMIT_COUNT ? limits[index].name : 0; }
int limit_is_available(uint32_t index) { return index < LIMIT_COUNT && limits[index].is_available(); }

enum { MAX_THREADS = 64, TIMES = 20 };

typedef struct measurement {
  const limit *limit;
  pthread_barrier_t *start;
  double rate;
} measurement;

static void *measure(void *argument) {
  measurement *own = argument;
  pthread_barrier_wait(own->start);
  const double begin = nanoseconds();
  for (int i = 0; i < TIMES; i++) {
    own->limit->loop();
  }
  own->rate = (double)TIMES * own->limit->per_round * (double)ROUNDS / (nanoseconds() - begin);
  return NULL;
}

// Multiply-accumulates, or bytes, a nanosecond of `thread_count` threads side by side; 0 where one does not start.
double limit_measure_threads(uint32_t index, uint32_t thread_count) {
  pthread_t threads[MAX_THREADS];
  measurement measurements[MAX_THREADS];
  pthread_barrier_t start;
  if (index >= LIMIT_COUNT || thread_count < 1 || thread_count > MAX_THREADS ||
      pthread_barrier_init(&start, NULL, thread_count) != 0) {
    return 0;
  }
  double sum = 0;
  for (uint32_t i = 0; i < thread_count; i++) {
    measurements[i] = (measurement){&limits[index], &start, 0};
    if (i > 0 && pthread_create(&threads[i], NULL, measure, &measurements[i]) != 0) {
      return 0;
    }
  }
  measure(&measurements[0]);
  for (uint32_t i = 0; i < thread_count; i++) {
    if (i > 0) {
      pthread_join(threads[i], NULL);
    }
    sum += measurements[i].rate;
  }
  pthread_barrier_destroy(&start);
  return sum;
}

// Multiply-accumulates, or bytes, a nanosecond.
double limit_measure(uint32_t index) {
  const double begin = nanoseconds();
  limits[index].loop();
  return limits[index].per_round * (double)ROUNDS / (nanoseconds() - begin);
}

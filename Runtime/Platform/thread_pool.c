// The fork-join pool: one call's items are cut into parts, of which the caller and its workers have equal shares. Each
// takes its own parts first, the same in every call of as many items, so that what a thread wrote in one call is in its
// cache in the next; then those that others have not begun.
//
// A call is open while `gate` has the OPEN bit; the rest of `gate` counts workers inside. A worker enters by raising
// an open gate, and only then reads the call; the caller closes the gate when no part is left, waits until nobody is
// inside, and returns: so no worker can see a call that is over, and a worker that wakes late delays nobody.
//
// Both sides spin first and then sleep on a condition. Whoever is about to sleep says so (`sleeping_workers`,
// `caller_sleeps`) before it looks at the condition a last time; whoever changes the condition looks at that after
// it. With sequentially consistent atomics at least one of them sees the other, so no wake-up is lost.
//
// fork() copies the pool without its workers, and perhaps with a mutex that one of them held. So a pool knows the
// process that it was made in; in another one nothing of it is touched.
#define _GNU_SOURCE  // CPU affinity

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <unistd.h>

#include "bnnm_platform.h"

#define OPEN 0x80000000u

enum {
  // More than one, so that a thread that is interrupted does not hold up the others for long; but what neighbouring
  // items have in common is computed once a part.
  PARTS_PER_THREAD = 2,
  // Where some cores are two to four times as fast as others: then few parts are begun late and slowly.
  PARTS_PER_UNLIKE_THREAD = 4,
  // Longer than what one thread does alone between two calls, mostly. Pauses take 1 to 140 cycles, so they do not tell
  // how long; the clock does, which is looked at now and then.
  SPIN_NANOSECONDS = 200000,
  PAUSES_PER_LOOK = 32,
  MAX_THREADS = 1024,
};

// One of the threads: the caller, of index 0, or a worker.
typedef struct pool_member {
  _Alignas(64) _Atomic uint32_t next_part;  // of its share
  _Atomic uint32_t core;                    // that it was on when it worked last; 0 where not known
  bnnmp_pool *pool;
  pthread_t thread;  // of a worker
} pool_member;

struct bnnmp_pool {
  _Alignas(64) _Atomic uint32_t gate;
  _Alignas(64) _Atomic uint32_t call_number;  // a change of it is what workers wait for
  _Atomic uint32_t sleeping_workers;
  _Atomic uint32_t caller_sleeps;
  _Atomic uint32_t stops;

  // The call; written by the caller before the gate opens.
  bnnmp_task task;
  const void *context;
  uint32_t item_count, part_count;

  pthread_mutex_t mutex;
  pthread_cond_t work_arrives, gate_empties;
  bnnmp_core core;
  uint32_t worker_count;
  bool spins;
  pid_t process;  // where the workers are
  pool_member members[];
};

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || (defined(__ARM_ARCH) && __ARM_ARCH >= 7)
  __asm__ volatile("yield");
#endif
}

// Spinning so far: when it ends, 0 before the first look at the clock.
typedef struct spin {
  uint64_t end;
  uint32_t pauses;
} spin;

// Pauses; false where it is time to sleep.
static bool spin_on(const bnnmp_pool *pool, spin *so_far) {
  if (!pool->spins) {
    return false;
  }
  pause_briefly();
  if (++so_far->pauses % PAUSES_PER_LOOK > 0) {
    return true;
  }
  const uint64_t now = bnnmp_clock_nanoseconds();
  if (so_far->end == 0) {
    so_far->end = now + SPIN_NANOSECONDS;
  }
  return now < so_far->end;
}

// The first part of a member's share; of the member behind the last one, the number of parts.
static uint32_t first_part(const bnnmp_pool *pool, uint32_t member) {
  return (uint32_t)((uint64_t)pool->part_count * member / (pool->worker_count + 1));
}

// Part i is the items from item_count * i / part_count on: parts differ by one item at most.
static void run_part(const bnnmp_pool *pool, uint32_t part) {
  const uint64_t items = pool->item_count;
  const uint32_t parts = pool->part_count;
  pool->task(pool->context, (uint32_t)(items * part / parts), (uint32_t)(items * (part + 1) / parts));
}

// Parts of member `self`, then of those behind it.
static void take_parts(bnnmp_pool *pool, uint32_t self) {
  const uint32_t member_count = pool->worker_count + 1;
  atomic_store_explicit(&pool->members[self].core, pool->core(), memory_order_relaxed);
  for (uint32_t i = 0; i < member_count; i++) {
    const uint32_t member = (self + i) % member_count, last = first_part(pool, member + 1);
    for (;;) {
      // Each thread overshoots once a call, so this cannot wrap around.
      const uint32_t part = atomic_fetch_add_explicit(&pool->members[member].next_part, 1, memory_order_relaxed);
      if (part >= last) {
        break;
      }
      run_part(pool, part);
    }
  }
}

// False where the gate is closed.
static bool enter(bnnmp_pool *pool) {
  uint32_t gate = atomic_load(&pool->gate);
  while (gate & OPEN) {
    if (atomic_compare_exchange_weak(&pool->gate, &gate, gate + 1)) {
      return true;
    }
  }
  return false;
}

static void leave(bnnmp_pool *pool) {
  if (atomic_fetch_sub(&pool->gate, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_signal(&pool->gate_empties);
    pthread_mutex_unlock(&pool->mutex);
  }
}

static void wait_for_call(bnnmp_pool *pool, uint32_t seen) {
  spin so_far = {0};
  do {
    if (atomic_load_explicit(&pool->call_number, memory_order_relaxed) != seen) {
      return;
    }
  } while (spin_on(pool, &so_far));
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleeping_workers, 1);
  while (atomic_load(&pool->call_number) == seen) {
    pthread_cond_wait(&pool->work_arrives, &pool->mutex);
  }
  atomic_fetch_sub(&pool->sleeping_workers, 1);
  pthread_mutex_unlock(&pool->mutex);
}

static void *work(void *argument) {
  const pool_member *self = argument;
  bnnmp_pool *pool = self->pool;
  uint32_t seen = 0;
  for (;;) {
    wait_for_call(pool, seen);
    seen = atomic_load(&pool->call_number);
    if (atomic_load(&pool->stops)) {
      return NULL;
    }
    if (enter(pool)) {
      take_parts(pool, (uint32_t)(self - pool->members));
      leave(pool);
    }
  }
}

static void wake_workers(bnnmp_pool *pool) {
  atomic_fetch_add(&pool->call_number, 1);
  if (atomic_load(&pool->sleeping_workers) > 0) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->work_arrives);
    pthread_mutex_unlock(&pool->mutex);
  }
}

static void close_gate(bnnmp_pool *pool) {
  atomic_fetch_and(&pool->gate, ~OPEN);
  spin so_far = {0};
  do {
    if (atomic_load(&pool->gate) == 0) {
      return;
    }
  } while (spin_on(pool, &so_far));
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->caller_sleeps, 1);
  while (atomic_load(&pool->gate) != 0) {
    pthread_cond_wait(&pool->gate_empties, &pool->mutex);
  }
  atomic_store(&pool->caller_sleeps, 0);
  pthread_mutex_unlock(&pool->mutex);
}

bool bnnmp_pool_is_unlike(const bnnmp_pool *pool) {
  uint32_t known = 0;
  for (uint32_t i = 0; pool && i <= pool->worker_count; i++) {
    const uint32_t core = atomic_load_explicit(&pool->members[i].core, memory_order_relaxed);
    if (core != 0 && known != 0 && core != known) {
      return true;
    }
    known = core != 0 ? core : known;
  }
  return false;
}

void bnnmp_pool_run(bnnmp_pool *pool, bnnmp_task task, const void *context, uint32_t count, uint32_t grain) {
  if (count == 0) {
    return;
  }
  uint32_t parts = count / (grain > 0 ? grain : 1);
  if (!pool || pool->worker_count == 0 || parts <= 1) {
    task(context, 0, count);
    return;
  }
  const uint32_t parts_per_thread = bnnmp_pool_is_unlike(pool) ? PARTS_PER_UNLIKE_THREAD : PARTS_PER_THREAD;
  const uint32_t useful_parts = (pool->worker_count + 1) * parts_per_thread;
  pool->task = task;
  pool->context = context;
  pool->item_count = count;
  pool->part_count = parts < useful_parts ? parts : useful_parts;
  for (uint32_t i = 0; i <= pool->worker_count; i++) {
    atomic_store_explicit(&pool->members[i].next_part, first_part(pool, i), memory_order_relaxed);
  }
  atomic_store(&pool->gate, OPEN);
  wake_workers(pool);
  take_parts(pool, 0);
  close_gate(pool);
}

size_t bnnmp_pool_byte_count(uint32_t thread_count) {
  if (thread_count > MAX_THREADS) {
    thread_count = MAX_THREADS;
  }
  return sizeof(bnnmp_pool) + (thread_count > 1 ? thread_count : 1) * sizeof(pool_member);
}

// Starts one worker; on a CPU, or anywhere where `cpu` is NULL.
static bool start_worker(pool_member *worker, const uint32_t *cpu) {
  if (!cpu) {
    return pthread_create(&worker->thread, NULL, work, worker) == 0;
  }
  cpu_set_t set;
  pthread_attr_t attributes;
  if (*cpu >= CPU_SETSIZE || pthread_attr_init(&attributes) != 0) {
    return false;
  }
  CPU_ZERO(&set);
  CPU_SET(*cpu, &set);
  const bool started = pthread_attr_setaffinity_np(&attributes, sizeof set, &set) == 0 &&
                       pthread_create(&worker->thread, &attributes, work, worker) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

// Starts the workers with all signals blocked: a host's handlers run on the host's threads.
static bool start_workers(bnnmp_pool *pool, uint32_t worker_count, const uint32_t *cpus, uint32_t cpu_count) {
  sigset_t all, before;
  sigfillset(&all);
  if (worker_count > 0 && pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
    return false;
  }
  bool started = true;
  while (started && pool->worker_count < worker_count) {
    const uint32_t index = pool->worker_count + 1;
    pool->members[index].pool = pool;
    started = start_worker(&pool->members[index], cpu_count > 0 ? &cpus[index % cpu_count] : NULL);
    pool->worker_count += started;
  }
  if (worker_count > 0) {
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  return started;
}

bnnmp_pool *bnnmp_pool_create(void *memory, uint32_t thread_count, const uint32_t *cpus, uint32_t cpu_count,
                              bnnmp_core core) {
  bnnmp_pool *pool = memory;
  if (thread_count > MAX_THREADS) {
    thread_count = MAX_THREADS;
  }
  atomic_init(&pool->gate, 0);
  atomic_init(&pool->call_number, 0);
  atomic_init(&pool->sleeping_workers, 0);
  atomic_init(&pool->caller_sleeps, 0);
  atomic_init(&pool->stops, 0);
  for (uint32_t i = 0; i == 0 || i < thread_count; i++) {
    atomic_init(&pool->members[i].core, 0);
  }
  pool->core = core;
  pool->worker_count = 0;
  pool->process = getpid();
  // Spinning helps only while everybody has a processor.
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  pool->spins = processors >= (long)thread_count;
  if (pthread_mutex_init(&pool->mutex, NULL) != 0) {
    return NULL;
  }
  if (pthread_cond_init(&pool->work_arrives, NULL) != 0) {
    pthread_mutex_destroy(&pool->mutex);
    return NULL;
  }
  if (pthread_cond_init(&pool->gate_empties, NULL) != 0) {
    pthread_cond_destroy(&pool->work_arrives);
    pthread_mutex_destroy(&pool->mutex);
    return NULL;
  }
  if (!start_workers(pool, thread_count > 1 ? thread_count - 1 : 0, cpus, cpu_count)) {
    bnnmp_pool_destroy(pool);
    return NULL;
  }
  return pool;
}

bool bnnmp_pool_is_inherited(const bnnmp_pool *pool) { return pool && pool->process != getpid(); }

void bnnmp_pool_destroy(bnnmp_pool *pool) {
  if (!pool || bnnmp_pool_is_inherited(pool)) {
    return;
  }
  atomic_store(&pool->stops, 1);
  wake_workers(pool);
  for (uint32_t i = 1; i <= pool->worker_count; i++) {
    pthread_join(pool->members[i].thread, NULL);
  }
  pthread_cond_destroy(&pool->gate_empties);
  pthread_cond_destroy(&pool->work_arrives);
  pthread_mutex_destroy(&pool->mutex);
}

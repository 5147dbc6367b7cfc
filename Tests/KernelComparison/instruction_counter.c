// A plugin for QEMU's user mode (interface version 1): prints how many instructions of the emulated program were
// executed, at each mark of count_mark.h and at the end. scripts/count-instructions.sh builds and loads it. QEMU's
// header is in no package of Debian 12, so the few functions in use are declared here.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "count_mark.h"

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };

typedef void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void system_called(qemu_plugin_id_t id, unsigned cpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                           uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8);
typedef void at_exit(qemu_plugin_id_t id, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translated *callback);
void qemu_plugin_register_vcpu_syscall_cb(qemu_plugin_id_t id, system_called *callback);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, at_exit *callback, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *block, enum qemu_plugin_op operation,
                                              void *counter, uint64_t summand);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

static uint64_t executed;

static void count_block(qemu_plugin_id_t id, struct qemu_plugin_tb *block) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_inline(block, QEMU_PLUGIN_INLINE_ADD_U64, &executed, qemu_plugin_tb_n_insns(block));
}

static void print_count(qemu_plugin_id_t id, void *data) {
  (void)id, (void)data;
  fprintf(stderr, "executed instructions: %llu\n", (unsigned long long)executed);
}

static void print_at_mark(qemu_plugin_id_t id, unsigned cpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                          uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  (void)cpu, (void)number, (void)a2, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
  if (a1 == COUNT_MARK) {
    print_count(id, NULL);
  }
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *information, int argument_count, char **arguments) {
  (void)information, (void)argument_count, (void)arguments;
  qemu_plugin_register_vcpu_tb_trans_cb(id, count_block);
  qemu_plugin_register_vcpu_syscall_cb(id, print_at_mark);
  qemu_plugin_register_atexit_cb(id, print_count, NULL);
  return 0;
}

// Reading the state of the machine.
#define _GNU_SOURCE  // sched_getcpu
#include "board.h"

#include <ctype.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

// The first line of a file, without blanks at its ends; empty where it cannot be read.
__attribute__((format(printf, 3, 4))) static int read_line(const char *root, char text[BOARD_TEXT], const char *format,
                                                           ...) {
  char path[512];
  const int length = snprintf(path, sizeof path, "%s", root);
  va_list values;
  va_start(values, format);
  if (length >= 0 && (size_t)length < sizeof path) {
    vsnprintf(path + length, sizeof path - (size_t)length, format, values);
  }
  va_end(values);
  text[0] = 0;
  FILE *file = fopen(path, "r");
  if (!file) {
    return 0;
  }
  if (!fgets(text, BOARD_TEXT, file)) {
    text[0] = 0;
  }
  fclose(file);
  size_t end = strlen(text);
  while (end > 0 && isspace((unsigned char)text[end - 1])) {
    text[--end] = 0;
  }
  return end > 0;
}

static double seconds_of(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static int current_cpu(void) {
  const int cpu = sched_getcpu();
  return cpu < 0 ? 0 : cpu;
}

// The value of the first line "name : value" of /proc/cpuinfo.
static int read_processor(const char *root, const char *name, char text[BOARD_TEXT]) {
  char path[512], line[512];
  snprintf(path, sizeof path, "%s/proc/cpuinfo", root);
  FILE *file = fopen(path, "r");
  text[0] = 0;
  while (file && fgets(line, sizeof line, file)) {
    char *colon = strchr(line, ':');
    if (!colon || strncmp(line, name, strlen(name)) != 0) {
      continue;
    }
    for (colon++; isspace((unsigned char)*colon); colon++) {
    }
    colon[strcspn(colon, "\n")] = 0;
    snprintf(text, BOARD_TEXT, "%.*s", BOARD_TEXT - 1, colon);
    break;
  }
  if (file) {
    fclose(file);
  }
  return text[0] != 0;
}

// ARM's kernels tell numbers: those of the cores on boards that the library is made for.
static void identify_cpu(const char *root, char text[BOARD_TEXT]) {
  static const struct {
    unsigned long part;
    const char *name;
  } cores[] = {
      {0xc07, "Cortex-A7"},   {0xc08, "Cortex-A8"},  {0xc09, "Cortex-A9"},  {0xc0f, "Cortex-A15"},
      {0xd03, "Cortex-A53"},  {0xd04, "Cortex-A35"}, {0xd05, "Cortex-A55"}, {0xd07, "Cortex-A57"},
      {0xd08, "Cortex-A72"},  {0xd09, "Cortex-A73"}, {0xd0a, "Cortex-A75"}, {0xd0b, "Cortex-A76"},
      {0xd0c, "Neoverse-N1"}, {0xd0d, "Cortex-A77"}, {0xd41, "Cortex-A78"}, {0xd40, "Neoverse-V1"},
      {0xd49, "Neoverse-N2"},
  };
  if (read_processor(root, "model name", text) && strncmp(text, "ARMv", 4) != 0) {
    return;
  }
  char part[BOARD_TEXT];
  if (!read_processor(root, "CPU part", part)) {
    return;
  }
  const unsigned long number = strtoul(part, NULL, 16);
  snprintf(text, BOARD_TEXT, "ARM part 0x%lx", number);
  for (size_t i = 0; i < sizeof cores / sizeof *cores; i++) {
    if (cores[i].part == number) {
      snprintf(text, BOARD_TEXT, "%s", cores[i].name);
    }
  }
}

void board_identify(const char *root, board_identity *identity) {
  *identity = (board_identity){0};
  if (!read_line(root, identity->machine, "/proc/device-tree/model")) {
    read_line(root, identity->machine, "/sys/class/dmi/id/product_name");
  }
  identify_cpu(root, identity->cpu);
  read_line(root, identity->governor, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", current_cpu());
  struct utsname name;
  if (uname(&name) == 0) {
    snprintf(identity->system, BOARD_TEXT, "%.40s %.50s %.30s", name.sysname, name.release, name.machine);
  }
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  identity->cpu_count = count > 0 ? (uint32_t)count : 0;
}

static double hottest_zone(const char *root) {
  double hottest = -1;
  for (int zone = 0; zone < 64; zone++) {
    char text[BOARD_TEXT];
    if (!read_line(root, text, "/sys/class/thermal/thermal_zone%d/temp", zone)) {
      break;
    }
    const double celsius = strtod(text, NULL) / 1000;
    hottest = celsius > hottest ? celsius : hottest;
  }
  return hottest;
}

// user + nice + system + irq + softirq + steal of the line of all CPUs.
static double busy_seconds(const char *root) {
  char text[BOARD_TEXT];
  unsigned long long user, nice, system, idle, wait, irq, soft, steal;
  if (!read_line(root, text, "/proc/stat") || sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice,
                                                     &system, &idle, &wait, &irq, &soft, &steal) != 8) {
    return -1;
  }
  const long ticks = sysconf(_SC_CLK_TCK);
  return ticks > 0 ? (double)(user + nice + system + irq + soft + steal) / (double)ticks : -1;
}

board_state board_read(const char *root) {
  board_state state = {.celsius = hottest_zone(root), .throttled = -1, .busy_seconds = busy_seconds(root)};
  char text[BOARD_TEXT];
  if (read_line(root, text, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", current_cpu())) {
    state.megahertz = strtod(text, NULL) / 1000;
  }
  if (read_line(root, text, "/sys/devices/platform/soc/soc:firmware/get_throttled")) {
    state.throttled = (int64_t)strtoull(text, NULL, 16);
  }
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    state.own_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  state.clock_seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
  return state;
}

static void widen(board_range *range, const board_state *state) {
  range->least_megahertz = state->megahertz < range->least_megahertz ? state->megahertz : range->least_megahertz;
  range->most_megahertz = state->megahertz > range->most_megahertz ? state->megahertz : range->most_megahertz;
  range->most_celsius = state->celsius > range->most_celsius ? state->celsius : range->most_celsius;
  if (state->throttled >= 0) {
    range->throttled = (range->throttled < 0 ? 0 : range->throttled) | state->throttled;
  }
}

board_range board_begin(const char *root) {
  const board_state state = board_read(root);
  return (board_range){
      .before = state,
      .after = state,
      .least_megahertz = state.megahertz,
      .most_megahertz = state.megahertz,
      .most_celsius = state.celsius,
      .throttled = state.throttled,
  };
}

void board_sample(const char *root, board_range *range) {
  const board_state state = board_read(root);
  widen(range, &state);
}

void board_end(const char *root, board_range *range) {
  range->after = board_read(root);
  widen(range, &range->after);
}

double board_other_load(const board_range *range) {
  const double elapsed = range->after.clock_seconds - range->before.clock_seconds;
  if (range->before.busy_seconds < 0 || range->after.busy_seconds < 0 || elapsed <= 0) {
    return -1;
  }
  const double busy = range->after.busy_seconds - range->before.busy_seconds;
  const double own = range->after.own_seconds - range->before.own_seconds;
  return busy > own ? (busy - own) / elapsed : 0;
}

uint64_t board_peak_memory(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_maxrss > 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

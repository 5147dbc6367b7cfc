// The state of the machine, as /proc and /sys tell it: what a measurement has to be read with. Whatever a machine does
// not tell is 0, empty or -1.
#ifndef BNNM_PROFILE_BOARD_H
#define BNNM_PROFILE_BOARD_H

#include <stdint.h>

enum { BOARD_TEXT = 128 };

// What stays as it is.
typedef struct board_identity {
  char machine[BOARD_TEXT];   // "Raspberry Pi 4 Model B Rev 1.4"
  char cpu[BOARD_TEXT];       // "Cortex-A72", or the model name of x86
  char system[BOARD_TEXT];    // kernel and architecture
  char governor[BOARD_TEXT];  // of the CPU that the profiler's thread is on
  uint32_t cpu_count;
} board_identity;

// What moves.
typedef struct board_state {
  double megahertz;      // of the CPU that the calling thread is on; 0: not told
  double celsius;        // of the hottest zone; -1: not told
  int64_t throttled;     // the Raspberry Pi firmware's flags; -1: not told
  double busy_seconds;   // of all CPUs since the machine started; -1: not told
  double own_seconds;    // of CPU time that this process took
  double clock_seconds;  // when
} board_state;

// The range that the state had during a measurement.
typedef struct board_range {
  board_state before, after;
  double least_megahertz, most_megahertz, most_celsius;
  int64_t throttled;  // all flags seen
} board_range;

// `root` stands before /proc and /sys: "" but for tests.
void board_identify(const char *root, board_identity *identity);
board_state board_read(const char *root);

// Begins a range, adds a state in the middle, and ends it.
board_range board_begin(const char *root);
void board_sample(const char *root, board_range *range);
void board_end(const char *root, board_range *range);

// CPUs' worth of work that other programs did meanwhile: 0.5 is half of one; -1 where it is not known.
double board_other_load(const board_range *range);

// The most memory that this process had, in bytes; 0 where it is not told.
uint64_t board_peak_memory(void);

enum { BOARD_MAX_WARNINGS = 8, BOARD_WARNING_TEXT = 200 };

// Why a measurement cannot be trusted; gives how many reasons there are.
uint32_t board_warnings(const board_range *range, char warnings[BOARD_MAX_WARNINGS][BOARD_WARNING_TEXT]);

#endif

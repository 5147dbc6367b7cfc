// What makes a measurement doubtful: a clock that moved, throttling, heat, and other programs.
#include <stdarg.h>
#include <stdio.h>

#include "board.h"

// Bits of the Raspberry Pi firmware's flags, as its documentation of `vcgencmd get_throttled` numbers them; 16 places
// higher stands what has happened since the board was started.
enum { UNDER_VOLTAGE = 1 << 0, FREQUENCY_CAPPED = 1 << 1, THROTTLED = 1 << 2, SOFT_LIMIT = 1 << 3, SINCE_START = 16 };

typedef struct warning_list {
  uint32_t count;
  char (*texts)[BOARD_WARNING_TEXT];
} warning_list;

__attribute__((format(printf, 2, 3))) static void add(warning_list *list, const char *format, ...) {
  if (list->count == BOARD_MAX_WARNINGS) {
    return;
  }
  va_list values;
  va_start(values, format);
  vsnprintf(list->texts[list->count++], BOARD_WARNING_TEXT, format, values);
  va_end(values);
}

uint32_t board_warnings(const board_range *range, char warnings[BOARD_MAX_WARNINGS][BOARD_WARNING_TEXT]) {
  // A clock that reads 3 % off its highest, or work of a tenth of a CPU, shows in the times; a Pi slows down at 80 °C.
  const double steady = 0.97, much_load = 0.1, hot = 80;
  warning_list list = {0, warnings};
  if (range->most_megahertz > 0 && range->least_megahertz < steady * range->most_megahertz) {
    add(&list, "the CPU's clock moved between %.0f and %.0f MHz: fix it with the governor \"performance\"",
        range->least_megahertz, range->most_megahertz);
  }
  if (range->throttled > 0) {
    static const struct {
      int bit;
      const char *text;
    } flags[] = {{UNDER_VOLTAGE, "the supply's voltage is too low"},
                 {FREQUENCY_CAPPED, "the clock is capped"},
                 {THROTTLED, "the CPU is throttled"},
                 {SOFT_LIMIT, "the soft temperature limit is active"}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
      if (range->throttled & flags[i].bit) {
        add(&list, "%s (firmware flags 0x%llx)", flags[i].text, (unsigned long long)range->throttled);
      } else if (range->throttled & ((int64_t)flags[i].bit << SINCE_START)) {
        add(&list, "since the board was started, %s at times (firmware flags 0x%llx)", flags[i].text,
            (unsigned long long)range->throttled);
      }
    }
  }
  if (range->most_celsius >= hot) {
    add(&list, "the machine was at %.0f degrees Celsius", range->most_celsius);
  }
  const double other = board_other_load(range);
  if (other > much_load) {
    add(&list, "other programs took %.0f %% of a CPU meanwhile", 100 * other);
  }
  return list.count;
}

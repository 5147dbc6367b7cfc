// The report that people read.
#include "report.h"

enum { NAME = 38 };

double profile_layer_sum(const profile_report *report, const profile_run *run) {
  double sum = 0;
  for (uint32_t i = 0; i < report->subject->info.layer_count; i++) {
    sum += run->layers[i].times.p50;
  }
  return sum;
}

// Multiply-accumulates a second, in billions, of what runs in a layer's time: it and those that run together with it.
static double gigamacs(const profile_report *report, const profile_run *run, uint32_t index) {
  double macs = 0;
  for (uint32_t i = 0; i < report->subject->info.layer_count; i++) {
    macs += run->layers[i].info.runs_with == index ? (double)run->layers[i].info.multiply_accumulates : 0;
  }
  return run->layers[index].times.p50 > 0 ? macs / run->layers[index].times.p50 / 1e3 : 0;
}

static void write_machine(const profile_report *report, FILE *output) {
  const board_identity *board = &report->board;
  const bnnm_model_info *info = &report->subject->info;
  fprintf(output, "%s%s%s, %u CPUs, %s\n", board->machine, board->machine[0] ? ": " : "",
          board->cpu[0] ? board->cpu : "unknown CPU", board->cpu_count, board->system);
  if (board->governor[0]) {
    fprintf(output, "governor %s\n", board->governor);
  }
  fprintf(output, "\n%s%s%s: %u layers, weights %.1f KB%s, arena %.1f KB\n", report->subject->path,
          info->name[0] ? ", " : "", info->name, info->layer_count, (double)info->weight_byte_count / 1e3,
          info->weights_repacked ? " (repacked for this CPU: compile with --target)" : "",
          (double)info->arena_byte_count / 1e3);
  fprintf(output, "opened in %.2f ms; at most %.1f MB of memory in use by this process\n",
          report->subject->load_us / 1e3, (double)report->peak_memory / 1e6);
}

static void write_board(const board_range *range, FILE *output) {
  if (range->most_megahertz > 0) {
    fprintf(output, "  clock %.0f to %.0f MHz", range->least_megahertz, range->most_megahertz);
  }
  if (range->most_celsius >= 0) {
    fprintf(output, "  %.1f to %.1f degrees Celsius", range->before.celsius, range->after.celsius);
  }
  if (range->throttled >= 0) {
    fprintf(output, "  firmware flags 0x%llx", (unsigned long long)range->throttled);
  }
  if (range->most_megahertz > 0 || range->most_celsius >= 0 || range->throttled >= 0) {
    fputc('\n', output);
  }
  char warnings[BOARD_MAX_WARNINGS][BOARD_WARNING_TEXT];
  const uint32_t count = board_warnings(range, warnings);
  for (uint32_t i = 0; i < count; i++) {
    fprintf(output, "  warning: %s\n", warnings[i]);
  }
}

static void write_layers(const profile_report *report, const profile_run *run, FILE *output) {
  const double sum = profile_layer_sum(report, run);
  fprintf(output, "\n  %10s %6s %10s  %-14s %-*s %s\n", "us", "%", "GMAC/s", "operator", NAME, "layer", "kernel");
  for (uint32_t i = 0; i < report->subject->info.layer_count; i++) {
    const profile_layer *layer = &run->layers[i];
    if (layer->info.runs_with != i) {
      fprintf(output, "  %10s %6s %10s  ", "with next", "", "");
    } else {
      char rate[32] = "";
      const double found = gigamacs(report, run, i);
      if (found > 0) {
        snprintf(rate, sizeof rate, "%.1f", found);
      }
      fprintf(output, "  %10.1f %6.1f %10s  ", layer->times.p50, sum > 0 ? 100 * layer->times.p50 / sum : 0, rate);
    }
    fprintf(output, "%-14s %-*s %s\n", layer->info.operator_name, NAME, layer->info.name,
            layer->kernel ? layer->kernel : "");
  }
  fprintf(output, "  %10.1f  sum of the layers' medians, %zu runs with the clock read between layers\n", sum,
          run->layers && report->subject->info.layer_count ? run->layers[0].times.count : 0);
}

void profile_write_table(const profile_report *report, FILE *output) {
  write_machine(report, output);
  for (uint32_t i = 0; i < report->run_count; i++) {
    const profile_run *run = &report->runs[i];
    const profile_times *times = &run->times;
    fprintf(output, "\n%u thread%s, %s: %zu runs\n", run->threads, run->threads == 1 ? "" : "s",
            bnnm_isa_name((bnnm_isa)run->isa), times->count);
    fprintf(output, "  latency in us: min %.1f  p50 %.1f  p90 %.1f  p99 %.1f  max %.1f  standard deviation %.1f\n",
            times->min, times->p50, times->p90, times->p99, times->max, times->deviation);
    write_board(&run->board, output);
    write_layers(report, run, output);
  }
}

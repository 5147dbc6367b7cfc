// The report that programs read. docs/profiling.md lists its members.
#include "report.h"

void profile_write_string(FILE *output, const char *text) {
  fputc('"', output);
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\') {
      fprintf(output, "\\%c", *c);
    } else if (*c < 0x20) {
      fprintf(output, "\\u%04x", *c);
    } else {
      fputc(*c, output);
    }
  }
  fputc('"', output);
}

static void write_member(FILE *output, const char *name, const char *text) {
  fprintf(output, "\"%s\":", name);
  profile_write_string(output, text ? text : "");
}

static void write_times(FILE *output, const profile_times *times) {
  fprintf(
      output,
      "{\"count\":%zu,\"min\":%.3f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f,\"mean\":%.3f,\"stddev\":%.3f}",
      times->count, times->min, times->p50, times->p90, times->p99, times->max, times->mean, times->deviation);
}

static void write_layer(FILE *output, const profile_layer *layer, double sum) {
  fputs("{", output);
  write_member(output, "name", layer->info.name);
  fputs(",", output);
  write_member(output, "op", layer->info.operator_name);
  fputs(",", output);
  write_member(output, "kernel", layer->kernel);
  fprintf(output, ",\"p50_us\":%.3f,\"p90_us\":%.3f,\"min_us\":%.3f,\"share\":%.5f,\"macs\":%llu,\"weight_bytes\":%llu",
          layer->times.p50, layer->times.p90, layer->times.min, sum > 0 ? layer->times.p50 / sum : 0,
          (unsigned long long)layer->info.multiply_accumulates, (unsigned long long)layer->info.weight_byte_count);
  fprintf(output, ",\"runs_with\":%u,\"shape\":[", layer->info.runs_with);
  for (uint32_t d = 0; d < layer->info.rank; d++) {
    fprintf(output, "%s%lld", d ? "," : "", (long long)layer->info.dims[d]);
  }
  fputs("]}", output);
}

static void write_board(FILE *output, const board_range *range) {
  fprintf(output,
          "{\"least_mhz\":%.0f,\"most_mhz\":%.0f,\"celsius_before\":%.1f,\"celsius_after\":%.1f,\"celsius_most\":%.1f",
          range->least_megahertz, range->most_megahertz, range->before.celsius, range->after.celsius,
          range->most_celsius);
  fprintf(output, ",\"throttled\":%lld,\"other_load\":%.3f,\"warnings\":[", (long long)range->throttled,
          board_other_load(range));
  char warnings[BOARD_MAX_WARNINGS][BOARD_WARNING_TEXT];
  const uint32_t count = board_warnings(range, warnings);
  for (uint32_t i = 0; i < count; i++) {
    fputs(i ? "," : "", output);
    profile_write_string(output, warnings[i]);
  }
  fputs("]}", output);
}

static void write_run(const profile_report *report, FILE *output, const profile_run *run) {
  const double sum = profile_layer_sum(report, run);
  fprintf(output, "{\"threads\":%u,\"isa\":\"%s\",\"create_us\":%.1f,\"latency_us\":", run->threads,
          bnnm_isa_name((bnnm_isa)run->isa), run->create_us);
  write_times(output, &run->times);
  fputs(",\"board\":", output);
  write_board(output, &run->board);
  fputs(",\"layer_runs\":", output);
  fprintf(output, "%zu,\"layers\":[", report->subject->info.layer_count ? run->layers[0].times.count : 0);
  for (uint32_t i = 0; i < report->subject->info.layer_count; i++) {
    fputs(i ? ",\n " : "\n ", output);
    write_layer(output, &run->layers[i], sum);
  }
  fputs("]}", output);
}

void profile_write_json(const profile_report *report, FILE *output) {
  const bnnm_model_info *info = &report->subject->info;
  fputs("{\"schema\":1,", output);
  write_member(output, "library", bnnm_version());
  fputs(",", output);
  write_member(output, "model", report->subject->path);
  fputs(",", output);
  write_member(output, "graph", info->name);
  fputs(",", output);
  write_member(output, "target", info->target);
  fputs(",\n\"board\":{", output);
  write_member(output, "machine", report->board.machine);
  fputs(",", output);
  write_member(output, "cpu", report->board.cpu);
  fputs(",", output);
  write_member(output, "system", report->board.system);
  fputs(",", output);
  write_member(output, "governor", report->board.governor);
  fprintf(output, ",\"cpus\":%u},\n\"runs\":[", report->board.cpu_count);
  for (uint32_t i = 0; i < report->run_count; i++) {
    fputs(i ? ",\n" : "\n", output);
    write_run(report, output, &report->runs[i]);
  }
  fprintf(output,
          "],\n\"arena_bytes\":%llu,\"live_bytes\":%llu,\"weight_bytes\":%llu,\"weights_repacked\":%s,\"peak_rss_"
          "bytes\":%llu,\"load_us\":%"
          ".1f}\n",
          (unsigned long long)info->arena_byte_count, (unsigned long long)info->live_byte_count,
          (unsigned long long)info->weight_byte_count, info->weights_repacked ? "true" : "false",
          (unsigned long long)report->peak_memory, report->subject->load_us);
}

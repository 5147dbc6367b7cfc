// One line a layer, and one for the whole run, for spreadsheets.
#include "report.h"

// A field: in quotes, which are doubled inside.
static void write_field(FILE *output, const char *text) {
  fputc('"', output);
  for (; text && *text; text++) {
    if (*text == '"') {
      fputc('"', output);
    }
    fputc(*text, output);
  }
  fputc('"', output);
}

static void write_line(FILE *output, const profile_run *run, const char *name, const char *operator_name,
                       const char *kernel, const profile_times *times, unsigned long long macs) {
  fprintf(output, "%u,%s,", run->threads, bnnm_isa_name((bnnm_isa)run->isa));
  write_field(output, name);
  fputc(',', output);
  write_field(output, operator_name);
  fputc(',', output);
  write_field(output, kernel);
  fprintf(output, ",%zu,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%llu\n", times->count, times->min, times->p50, times->p90,
          times->p99, times->max, times->deviation, macs);
}

void profile_write_csv(const profile_report *report, FILE *output) {
  fputs("threads,isa,layer,op,kernel,count,min_us,p50_us,p90_us,p99_us,max_us,stddev_us,macs\n", output);
  for (uint32_t i = 0; i < report->run_count; i++) {
    const profile_run *run = &report->runs[i];
    unsigned long long macs = 0;
    for (uint32_t k = 0; k < report->subject->info.layer_count; k++) {
      const profile_layer *layer = &run->layers[k];
      macs += layer->info.multiply_accumulates;
      write_line(output, run, layer->info.name, layer->info.operator_name, layer->kernel, &layer->times,
                 layer->info.multiply_accumulates);
    }
    write_line(output, run, "", "whole run", "", &run->times, macs);
  }
}

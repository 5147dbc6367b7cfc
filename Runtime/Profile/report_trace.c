// The last runs as a Chrome trace: a process each number of threads and level, a complete event each layer.
#include "report.h"

static void write_layer_events(const profile_report *report, const profile_run *run, uint32_t process, FILE *output) {
  const uint32_t layer_count = report->subject->info.layer_count;
  for (uint32_t i = 0; i < run->traced_runs; i++) {
    const double *stamps = run->trace + (size_t)i * (layer_count + 1u);
    for (uint32_t k = 0; k < layer_count; k++) {
      const profile_layer *layer = &run->layers[k];
      fputs(",\n{\"ph\":\"X\",\"name\":", output);
      profile_write_string(output, layer->info.name[0] ? layer->info.name : layer->info.operator_name);
      fputs(",\"cat\":", output);
      profile_write_string(output, layer->info.operator_name);
      fprintf(output,
              ",\"pid\":%u,\"tid\":1,\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"run\":%u,\"macs\":%llu,\"kernel\":", process,
              stamps[k], stamps[k + 1] - stamps[k], i, (unsigned long long)layer->info.multiply_accumulates);
      profile_write_string(output, layer->kernel ? layer->kernel : "");
      fputs("}}", output);
    }
  }
}

void profile_write_trace(const profile_report *report, FILE *output) {
  fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", output);
  for (uint32_t i = 0; i < report->run_count; i++) {
    const profile_run *run = &report->runs[i];
    fprintf(output, "%s\n{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,\"args\":{\"name\":\"%u threads, %s\"}}",
            i ? "," : "", i + 1, run->threads, bnnm_isa_name((bnnm_isa)run->isa));
    write_layer_events(report, run, i + 1, output);
  }
  fputs("\n]}\n", output);
}

// What changed since an earlier report: medians, with what chance alone makes of them.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "report.h"

enum { MOST_BYTES = 64 << 20 };

// A median and how far it is from another run's by chance. Of times that are normally distributed about it, the median
// of n has a standard error of 1.2533 sigma / sqrt(n), and sigma is (p90 - p50) / 1.2816.
typedef struct median {
  double value, error;
} median;

static median median_of(double p50, double p90, double count) {
  const double sigma = p90 > p50 ? (p90 - p50) / 1.2816 : 0;
  return (median){p50, count >= 1 ? 1.2533 * sigma / sqrt(count) : 0};
}

// A change counts where it is beyond three standard errors and 2 %, which clocks and memory layout make of nothing.
static const char *verdict(median before, median after) {
  const double change = after.value - before.value;
  const double chance = 3 * sqrt(before.error * before.error + after.error * after.error);
  if (fabs(change) <= chance || fabs(change) <= 0.02 * before.value) {
    return "";
  }
  return change < 0 ? "faster" : "slower";
}

static void write_change(FILE *output, const char *name, median before, median after) {
  fprintf(output, "  %10.1f %10.1f %+7.1f %%  %-7s %s\n", before.value, after.value,
          before.value > 0 ? 100 * (after.value / before.value - 1) : 0, verdict(before, after), name);
}

// A whole file, ended by a 0; NULL after telling `errors` why not.
static char *read_file(const char *path, FILE *errors) {
  FILE *file = fopen(path, "rb");
  char *text = file ? malloc(MOST_BYTES + 1) : NULL;
  size_t size = 0;
  if (text) {
    size = fread(text, 1, MOST_BYTES + 1, file);
  }
  if (!file || !text || ferror(file)) {
    fprintf(errors, "bnnm-profile: %s: cannot be read: %s\n", path, strerror(errno));
  } else if (size > MOST_BYTES || memchr(text, 0, size)) {
    fprintf(errors, "bnnm-profile: %s: no report of bnnm-profile --json\n", path);
  } else {
    fclose(file);
    text[size] = 0;
    return text;
  }
  if (file) {
    fclose(file);
  }
  free(text);
  return NULL;
}

static const json_value *run_like(const json_value *earlier, const profile_run *run) {
  const json_value *runs = json_member(earlier, "runs");
  const json_value *found = runs && runs->kind == JSON_ARRAY ? runs->first : NULL;
  while (found && (json_number(found, "threads", 0) != run->threads ||
                   strcmp(json_text(found, "isa"), bnnm_isa_name((bnnm_isa)run->isa)) != 0)) {
    found = found->next;
  }
  return found;
}

static void compare_run(const profile_report *report, const profile_run *run, const json_value *earlier, FILE *output) {
  fprintf(output, "\n%u thread%s, %s: medians in us\n  %10s %10s %9s\n", run->threads, run->threads == 1 ? "" : "s",
          bnnm_isa_name((bnnm_isa)run->isa), "before", "now", "change");
  const json_value *latency = json_member(earlier, "latency_us");
  const double before = json_number(latency, "p50", 0);
  write_change(output, "whole run", median_of(before, json_number(latency, "p90", 0), json_number(latency, "count", 0)),
               median_of(run->times.p50, run->times.p90, (double)run->times.count));
  const json_value *layers = json_member(earlier, "layers");
  const json_value *layer = layers && layers->kind == JSON_ARRAY ? layers->first : NULL;
  const double count = json_number(earlier, "layer_runs", 0);
  uint32_t unlike = 0;
  for (uint32_t i = 0; i < report->subject->info.layer_count; i++) {
    const profile_layer *now = &run->layers[i];
    if (!layer || strcmp(json_text(layer, "name"), now->info.name) != 0 ||
        strcmp(json_text(layer, "op"), now->info.operator_name) != 0) {
      unlike++;
      continue;
    }
    write_change(output, now->info.name[0] ? now->info.name : now->info.operator_name,
                 median_of(json_number(layer, "p50_us", 0), json_number(layer, "p90_us", 0), count),
                 median_of(now->times.p50, now->times.p90, (double)now->times.count));
    layer = layer->next;
  }
  if (unlike > 0 || layer) {
    fprintf(output, "  the layers are not the same: %u of this model's have no counterpart\n", unlike);
  }
}

int profile_compare(const profile_report *report, const char *path, FILE *output, FILE *errors) {
  char *text = read_file(path, errors);
  if (!text) {
    return 1;
  }
  size_t place;
  json_value *earlier = json_parse(text, &place);
  int status = 0;
  if (!earlier || json_number(earlier, "schema", 0) != 1) {
    fprintf(errors, "bnnm-profile: %s: no report of bnnm-profile --json%s", path, earlier ? "\n" : "");
    if (!earlier) {
      fprintf(errors, ": not JSON at byte %zu\n", place);
    }
    status = 1;
  } else {
    if (strcmp(json_text(json_member(earlier, "board"), "cpu"), report->board.cpu) != 0) {
      fprintf(output, "\nwarning: %s was measured on another CPU, %s\n", path,
              json_text(json_member(earlier, "board"), "cpu"));
    }
    for (uint32_t i = 0; i < report->run_count; i++) {
      const json_value *run = run_like(earlier, &report->runs[i]);
      if (run) {
        compare_run(report, &report->runs[i], run, output);
      } else {
        fprintf(output, "\n%u threads, %s: not in %s\n", report->runs[i].threads,
                bnnm_isa_name((bnnm_isa)report->runs[i].isa), path);
      }
    }
  }
  json_free(earlier);
  free(text);
  return status;
}

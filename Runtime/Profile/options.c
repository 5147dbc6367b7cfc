// The command line of the profiler.
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bnnm.h"

static const char usage[] =
    "usage: %s MODEL.bnnm [options]\n"
    "\n"
    "Measures how long runs of a compiled model take on this machine, as a whole and layer by layer, on random input.\n"
    "\n"
    "  --threads 1,2     numbers of threads to measure, one after the other (default: 1)\n"
    "  --cpus 2,3        CPUs that the threads stay on\n"
    "  --isa LEVEL       generic, neon, neon-dotprod, avx2, avx512 or amx; all: each that this CPU has\n"
    "                    (default: the best)\n"
    "  --runs N          timed runs (default: as many as --seconds take, and at least 10)\n"
    "  --seconds S       how long to measure, for each number of threads (default: 1)\n"
    "  --warmup N        runs before (default: 3)\n"
    "  --random-input    what is measured anyway; --seed N chooses the numbers (default: 1)\n"
    "  --check           run the checks that `bnnm compile --with-check` embedded instead, at every level of this "
    "CPU,\n"
    "                    and compare decisions and outputs\n"
    "  --json, --csv     what to print instead of tables\n"
    "  --html FILE       `bnnm profile` only: also write a page to look at; --from REPORT.json makes it of an earlier "
    "--json\n"
    "  --trace FILE      also write the last runs as a Chrome trace\n"
    "  --compare FILE    tell what got faster or slower since an earlier --json\n"
    "  --system-root DIR where to look for /proc and /sys (default: /)\n"
    "  --help, --version\n";

typedef struct argument_list {
  int count, next;
  const char *const *all;
  FILE *errors;
} argument_list;

static int fail(FILE *errors, const char *option, const char *found, const char *valid) {
  fprintf(errors, "bnnm-profile: %s: %s%s%s%s\n", option, found ? "\"" : "", found ? found : "a value is missing",
          found ? "\" is not valid; it must be " : "; it must be ", valid);
  return 2;
}

// The value behind an option; NULL where there is none.
static const char *value_of(argument_list *list) { return list->next < list->count ? list->all[list->next++] : NULL; }

static int read_number(argument_list *list, const char *option, uint32_t least, uint32_t most, uint32_t *number) {
  char valid[80];
  snprintf(valid, sizeof valid, "a whole number from %u to %u", least, most);
  const char *text = value_of(list);
  char *end;
  errno = 0;
  const unsigned long long parsed =
      text && *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : (end = NULL, 0ull);
  if (!end || *end || errno || parsed < least || parsed > most) {
    return fail(list->errors, option, text, valid);
  }
  *number = (uint32_t)parsed;
  return 0;
}

// Numbers separated by commas.
static int read_list(argument_list *list, const char *option, uint32_t least, uint32_t most, uint32_t *numbers,
                     uint32_t capacity, uint32_t *count) {
  char valid[120];
  snprintf(valid, sizeof valid, "up to %u whole numbers from %u to %u, separated by commas", capacity, least, most);
  const char *text = value_of(list), *next = text;
  for (*count = 0; next; (*count)++) {
    char *end;
    errno = 0;
    const unsigned long long parsed = *next >= '0' && *next <= '9' ? strtoull(next, &end, 10) : (end = NULL, 0ull);
    if (!end || errno || (*end && *end != ',') || parsed < least || parsed > most || *count == capacity) {
      return fail(list->errors, option, text, valid);
    }
    numbers[*count] = (uint32_t)parsed;
    if (!*end) {
      (*count)++;
      return 0;
    }
    next = end + 1;
  }
  return fail(list->errors, option, text, valid);
}

static int read_seconds(argument_list *list, double *seconds) {
  const char *text = value_of(list);
  char *end = NULL;
  const double parsed = text ? strtod(text, &end) : 0;
  if (!end || end == text || *end || !(parsed > 0 && parsed <= 86400)) {
    return fail(list->errors, "--seconds", text, "a number above 0 and at most 86400");
  }
  *seconds = parsed;
  return 0;
}

static int read_isa(argument_list *list, uint32_t *levels) {
  const char *text = value_of(list);
  const uint32_t available = bnnm_available_isa();
  char valid[120] = "all";
  for (uint32_t bit = 1; bit; bit <<= 1) {
    const char *name = bnnm_isa_name((bnnm_isa)bit);
    if (!(available & bit) || !name) {
      continue;
    }
    if (text && strcmp(text, name) == 0) {
      *levels = bit;
      return 0;
    }
    strncat(valid, ", ", sizeof valid - strlen(valid) - 1);
    strncat(valid, name, sizeof valid - strlen(valid) - 1);
  }
  if (text && strcmp(text, "all") == 0) {
    *levels = available;
    return 0;
  }
  strncat(valid, ", which this CPU has", sizeof valid - strlen(valid) - 1);
  return fail(list->errors, "--isa", text, valid);
}

static int read_path(argument_list *list, const char *option, const char **path) {
  *path = value_of(list);
  return *path && **path ? 0 : fail(list->errors, option, *path, "the path of a file");
}

static int read_option(argument_list *list, const char *name, profile_options *options) {
  if (strcmp(name, "--threads") == 0) {
    return read_list(list, name, 1, BNNM_MAX_THREADS, options->threads, PROFILE_MAX_THREAD_COUNTS,
                     &options->thread_count_count);
  } else if (strcmp(name, "--cpus") == 0) {
    return read_list(list, name, 0, BNNM_MAX_CPUS - 1, options->cpus, PROFILE_MAX_CPUS, &options->cpu_count);
  } else if (strcmp(name, "--isa") == 0) {
    return read_isa(list, &options->isa_levels);
  } else if (strcmp(name, "--runs") == 0) {
    return read_number(list, name, 1, 100000000, &options->run_count);
  } else if (strcmp(name, "--warmup") == 0) {
    return read_number(list, name, 0, 100000000, &options->warmup_count);
  } else if (strcmp(name, "--seconds") == 0) {
    return read_seconds(list, &options->seconds);
  } else if (strcmp(name, "--seed") == 0) {
    uint32_t seed;
    const int status = read_number(list, name, 0, UINT32_MAX, &seed);
    options->seed = status ? 0 : seed;
    return status;
  } else if (strcmp(name, "--random-input") == 0) {
    return 0;
  } else if (strcmp(name, "--check") == 0) {
    options->is_check = 1;
    return 0;
  } else if (strcmp(name, "--json") == 0) {
    options->format = PROFILE_JSON;
    return 0;
  } else if (strcmp(name, "--csv") == 0) {
    options->format = PROFILE_CSV;
    return 0;
  } else if (strcmp(name, "--trace") == 0) {
    return read_path(list, name, &options->trace);
  } else if (strcmp(name, "--compare") == 0) {
    return read_path(list, name, &options->compare);
  } else if (strcmp(name, "--system-root") == 0) {
    return read_path(list, name, &options->system_root);
  }
  if (strcmp(name, "--html") == 0 || strcmp(name, "--from") == 0) {
    fprintf(
        list->errors,
        "bnnm-profile: %s is an option of `bnnm profile`: where that is, bnnm profile MODEL.bnnm --from REPORT.json "
        "--html FILE.html makes a page of this program's --json\n",
        name);
    return 2;
  }
  fprintf(list->errors, "bnnm-profile: there is no option %s; --help lists them\n", name);
  return 2;
}

int profile_read_options(int argument_count, const char *const *arguments, FILE *output, FILE *errors,
                         profile_options *options) {
  *options = (profile_options){
      .threads = {1}, .thread_count_count = 1, .warmup_count = 3, .seconds = 1, .seed = 1, .system_root = ""};
  argument_list list = {argument_count, 1, arguments, errors};
  while (list.next < list.count) {
    const char *argument = list.all[list.next++];
    if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
      fprintf(output, usage, list.all[0]);
      return 1;
    }
    if (strcmp(argument, "--version") == 0) {
      fprintf(output, "%s %s\n", list.all[0], BNNM_VERSION_STRING);
      return 1;
    }
    if (argument[0] == '-' && argument[1]) {
      const int status = read_option(&list, argument, options);
      if (status) {
        return status;
      }
    } else if (options->model) {
      fprintf(errors, "bnnm-profile: one model at a time: %s and %s\n", options->model, argument);
      return 2;
    } else {
      options->model = argument;
    }
  }
  if (!options->model) {
    fprintf(errors, usage, list.all[0]);
    return 2;
  }
  return 0;
}

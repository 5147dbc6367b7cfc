// An epilogue over values that stand in memory, in parts: before, through, and behind a step that needs many of them at
// once.
#include "map_in_parts.h"

#include <string.h>

// Numbers that stand in the first cache between the parts, besides as many that are read.
enum { NUMBERS = BNNMK_MAX_ROW };

// Both the pixels that epilogues take at a time and the rows that are summed at a time divide it.
enum { PIXELS = 12 };

static uint32_t find(const bnnmk_epilogue *epilogue, int (*is_sought)(const bnnmk_step *step)) {
  uint32_t s = 0;
  while (s < epilogue->step_count && !is_sought(&epilogue->steps[s])) {
    s++;
  }
  return s;
}

static int takes_rows(const bnnmk_step *step) { return bnnmk_takes_rows(step); }
static int is_function(const bnnmk_step *step) { return step->kind == BNNMK_STEP_FUNCTION; }
static int is_scale(const bnnmk_step *step) { return step->kind == BNNMK_STEP_SCALE_SHIFT; }

// The steps first..<last, which store nothing yet.
static bnnmk_epilogue part_of(const bnnmk_epilogue *epilogue, uint32_t first, uint32_t last) {
  bnnmk_epilogue part = {.step_count = last - first, .channels = epilogue->channels};
  memcpy(part.steps, epilogue->steps + first, (last - first) * sizeof *part.steps);
  return part;
}

// Pixels at a time.
static size_t pixels_at_a_time(uint32_t channels) {
  const size_t most = NUMBERS / channels;
  return most >= PIXELS ? most / PIXELS * PIXELS : most >= 3 ? most / 3 * 3 : most;
}

// The step that needs many numbers, those around it that go with it, and what is in front of all these and behind.
typedef struct map_work {
  bnnmk_map before, behind;
  const bnnmk_step *step;
  bnnmk_row_steps of_rows;  // where it takes rows
  int is_last;              // what it gives are the values, and nothing else is left to do with them
  int has_rest;
} map_work;

// 0: no step needs many numbers.
static int make_work(const bnnmk_epilogue *epilogue, const bnnmk_parts_of_map *parts, map_work *work) {
  uint32_t through = find(epilogue, takes_rows);
  const int is_of_rows = through < epilogue->step_count;
  if (!is_of_rows && parts->apply_function && epilogue->channels <= NUMBERS) {
    through = find(epilogue, is_function);
  }
  if (through == epilogue->step_count) {
    return 0;
  }
  uint32_t first = through, next = through + 1;
  work->step = &epilogue->steps[through];
  work->of_rows = (bnnmk_row_steps){.step = is_of_rows ? work->step : 0};
  if (is_of_rows && first > 0 && is_scale(&epilogue->steps[first - 1])) {
    work->of_rows.before = &epilogue->steps[--first];
  }
  if (is_of_rows && next < epilogue->step_count && is_scale(&epilogue->steps[next])) {
    work->of_rows.behind = &epilogue->steps[next++];
  }
  const int has_steps = next < epilogue->step_count, has_sums = epilogue->row_sums && (has_steps || !is_of_rows);
  work->is_last = epilogue->values && !has_steps && !epilogue->decisions && !has_sums;
  work->has_rest = !work->is_last && (has_steps || epilogue->values || epilogue->decisions || has_sums);
  work->before = (bnnmk_map){.row_pixels = 1, .epilogue = part_of(epilogue, 0, first)};
  work->behind = (bnnmk_map){.epilogue = part_of(epilogue, next, epilogue->step_count)};
  bnnmk_epilogue *behind = &work->behind.epilogue;
  behind->values = epilogue->values;
  behind->decisions = epilogue->decisions;
  behind->switch_points = epilogue->switch_points;
  behind->switch_count = epilogue->switch_count;
  return 1;
}

static void advance_operands(bnnmk_epilogue *epilogue, size_t count) {
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    if (epilogue->steps[s].operand) {
      epilogue->steps[s].operand += count * epilogue->steps[s].operand_stride;
    }
  }
}

// Operands, and what is stored, stand on a pixel that is `count` further.
static void advance(map_work *work, size_t count) {
  bnnmk_epilogue *behind = &work->behind.epilogue;
  advance_operands(&work->before.epilogue, count);
  advance_operands(behind, count);
  if (behind->values) {
    behind->values += count * behind->channels;
  }
  if (behind->decisions) {
    behind->decisions += count * (behind->channels / 64 + (behind->channels % 64 > 0));
  }
}

// The sums of a row of pixels, added up where its values are computed last.
static void set_sums(map_work *work, double *sums) {
  const int is_by_rows = work->of_rows.step && work->behind.epilogue.step_count == 0;
  work->of_rows.sums = is_by_rows ? sums : 0;
  work->behind.epilogue.row_sums = is_by_rows ? 0 : sums;
}

// `count` pixels, as many as there is room for.
static void run_work(map_work *work, const float *input, uint32_t count, const bnnmk_parts_of_map *parts) {
  const uint32_t channels = work->behind.epilogue.channels;
  float room[NUMBERS];
  float *x = work->is_last ? work->behind.epilogue.values : room;
  if (work->before.epilogue.step_count > 0) {
    work->before.input = input;
    work->before.epilogue.values = x;
    parts->map(&work->before, 0, count);
    input = x;
  }
  if (work->of_rows.step) {
    parts->apply_rows(&work->of_rows, input, x, count, channels);
  } else {
    memmove(x, input, (size_t)count * channels * sizeof *x);
    parts->apply_function(work->step->function, x, count * channels);
  }
  if (work->has_rest) {
    work->behind.input = x;
    work->behind.row_pixels = count;
    parts->map(&work->behind, 0, 1);
  }
}

int bnnmk_map_in_parts(const bnnmk_map *map, uint32_t begin, uint32_t end, const bnnmk_parts_of_map *parts) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels;
  map_work work;
  if (!make_work(epilogue, parts, &work)) {
    return 0;
  }
  // Rows of pixels matter to their sums alone: else all are one.
  const uint32_t row_count = epilogue->row_sums ? 1 : end - begin;
  const size_t row_pixels = row_count * (size_t)map->row_pixels, at_a_time = pixels_at_a_time(channels);
  const float *input = map->input + (size_t)begin * map->row_pixels * channels;
  advance(&work, (size_t)begin * map->row_pixels);
  for (uint32_t row = begin; row < end; row += row_count) {
    set_sums(&work, epilogue->row_sums ? epilogue->row_sums + (size_t)row * channels : 0);
    for (size_t left = row_pixels; left > 0;) {
      const size_t count = left < at_a_time ? left : at_a_time;
      run_work(&work, input, (uint32_t)count, parts);
      advance(&work, count);
      input += count * channels;
      left -= count;
    }
  }
  return 1;
}

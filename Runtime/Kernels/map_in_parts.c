// An epilogue over values that stand in memory, in parts: the steps before, through, and behind those that take rows of
// them.
#include "map_in_parts.h"

#include <string.h>

// Numbers that stand in the first cache between the parts, besides as many that are read.
enum { NUMBERS = BNNMK_MAX_ROW };

// As many numbers as that, times this, where none stand there.
enum { FAR_MORE = 64 };

// Rows that are summed at a time, and pixels that epilogues take at a time and whose rows are summed without
// remainders.
enum { SUMMED_ROWS = 8, PIXELS = 12 };

// Rows that are long enough for loops of their own.
enum { LEAST_ROW = 32 };

static uint32_t find(const bnnmk_epilogue *epilogue, int (*is_sought)(const bnnmk_step *step)) {
  uint32_t s = 0;
  while (s < epilogue->step_count && !is_sought(&epilogue->steps[s])) {
    s++;
  }
  return s;
}

static int is_softmax(const bnnmk_step *steps, uint32_t step_count) {
  const bnnmk_step *last = &steps[step_count - 1];
  return last->kind == BNNMK_STEP_SOFTMAX && (step_count == 1 || (step_count == 2 && bnnmk_is_scale(steps)));
}

static int takes_rows(const bnnmk_step *step) { return bnnmk_takes_rows(step); }
static int is_function(const bnnmk_step *step) { return step->kind == BNNMK_STEP_FUNCTION; }
static int has_operands(const bnnmk_step *step) { return bnnmk_reads_values(step); }

// The steps first..<last, which store nothing yet.
static bnnmk_epilogue part_of(const bnnmk_epilogue *epilogue, uint32_t first, uint32_t last) {
  bnnmk_epilogue part = {.step_count = last - first, .channels = epilogue->channels};
  memcpy(part.steps, epilogue->steps + first, (last - first) * sizeof *part.steps);
  return part;
}

// The steps that go by rows, and what is in front of them and behind.
typedef struct map_work {
  bnnmk_map before, behind;
  bnnmk_epilogue through;
  int has_operands;  // some of `through`, a number for each value
  double *sums;      // of what has gone by rows, where nothing is behind
  int is_alone;      // a softmax, maybe of scaled numbers, is all there is to do: nothing stands between
  int is_last;       // what they give are the values, and nothing else is left to do with them
  int has_rest;
} map_work;

// 0: no step needs rows.
static int make_work(const bnnmk_epilogue *epilogue, const bnnmk_parts_of_map *parts, map_work *work) {
  const uint32_t step_count = epilogue->step_count;
  uint32_t first = find(epilogue, takes_rows);
  if (first == step_count && parts->functions_go_by_rows && epilogue->channels <= NUMBERS) {
    first = find(epilogue, is_function);
  }
  if (first == step_count) {
    return 0;
  }
  uint32_t next = first + 1;
  if (epilogue->channels >= LEAST_ROW) {
    while (first > 0 && bnnmk_goes_by_rows(&epilogue->steps[first - 1])) {
      first--;
    }
    while (next < step_count && bnnmk_goes_by_rows(&epilogue->steps[next])) {
      next++;
    }
  }
  const int has_steps = next < step_count;
  work->is_last = epilogue->values && !has_steps && !epilogue->decisions;
  work->has_rest = has_steps || epilogue->decisions;
  work->is_alone = first == 0 && work->is_last && !epilogue->row_sums && is_softmax(epilogue->steps, step_count);
  work->before = (bnnmk_map){.row_pixels = 1, .epilogue = part_of(epilogue, 0, first)};
  work->through = part_of(epilogue, first, next);
  work->has_operands = find(&work->through, has_operands) < work->through.step_count;
  work->behind = (bnnmk_map){.epilogue = part_of(epilogue, next, step_count)};
  bnnmk_epilogue *behind = &work->behind.epilogue;
  behind->values = epilogue->values;
  behind->decisions = epilogue->decisions;
  behind->switch_points = epilogue->switch_points;
  behind->switch_count = epilogue->switch_count;
  return 1;
}

// Pixels at a time: half as many where operands are read beside them.
static size_t pixels_at_a_time(const map_work *work) {
  const uint32_t channels = work->through.channels;
  if (work->is_alone) {
    return FAR_MORE * NUMBERS / channels;
  }
  const size_t half = NUMBERS / 2 / channels, most = work->has_operands && half > 0 ? half : NUMBERS / channels;
  if (work->before.epilogue.step_count == 0 && !work->has_rest) {
    return most >= SUMMED_ROWS ? most / SUMMED_ROWS * SUMMED_ROWS : most;
  }
  return most >= PIXELS ? most / PIXELS * PIXELS : most >= 3 ? most / 3 * 3 : most;
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
  advance_operands(&work->through, count);
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
  const int is_behind = work->behind.epilogue.step_count > 0;
  work->sums = is_behind ? 0 : sums;
  work->behind.epilogue.row_sums = is_behind ? sums : 0;
}

// `count` pixels, as many as there is room for.
static void run_work(map_work *work, const float *input, uint32_t count, const bnnmk_parts_of_map *parts) {
  float room[NUMBERS];
  if (work->before.epilogue.step_count > 0) {
    work->before.input = input;
    work->before.epilogue.values = room;
    parts->map(&work->before, 0, count);
    input = room;
  }
  const bnnmk_row_steps steps = {work->through.steps, work->through.step_count, work->sums};
  float *to = work->is_last ? work->behind.epilogue.values : room;
  // What an operand is may be stored where the values are to be.
  parts->apply_rows(&steps, input, work->has_operands ? room : to, to, count, work->through.channels);
  if (work->has_rest) {
    work->behind.input = room;
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
  const size_t row_pixels = row_count * (size_t)map->row_pixels, at_a_time = pixels_at_a_time(&work);
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

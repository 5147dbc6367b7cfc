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

// Operands, and what is stored, stand on a pixel that is `count` further.
static void advance_operands(bnnmk_epilogue *epilogue, size_t count) {
  for (uint32_t s = 0; s < epilogue->step_count; s++) {
    if (epilogue->steps[s].operand) {
      epilogue->steps[s].operand += count * epilogue->steps[s].operand_stride;
    }
  }
}

static void advance(bnnmk_epilogue *epilogue, size_t count) {
  advance_operands(epilogue, count);
  if (epilogue->values) {
    epilogue->values += count * epilogue->channels;
  }
  if (epilogue->decisions) {
    epilogue->decisions += count * (epilogue->channels / 64 + (epilogue->channels % 64 > 0));
  }
}

// Pixels at a time.
static size_t pixels_at_a_time(uint32_t channels) {
  const size_t most = NUMBERS / channels;
  return most >= PIXELS ? most / PIXELS * PIXELS : most >= 3 ? most / 3 * 3 : most;
}

int bnnmk_map_in_parts(const bnnmk_map *map, uint32_t begin, uint32_t end, const bnnmk_parts_of_map *parts) {
  const bnnmk_epilogue *epilogue = &map->epilogue;
  const uint32_t channels = epilogue->channels;
  uint32_t through = find(epilogue, takes_rows);
  if (through == epilogue->step_count && parts->apply_function && channels <= NUMBERS) {
    through = find(epilogue, is_function);
  }
  if (through == epilogue->step_count) {
    return 0;
  }
  // Scales around a step on rows go with it.
  bnnmk_row_steps of_rows = {.step = &epilogue->steps[through]};
  uint32_t first = through, next = through + 1;
  const int takes = bnnmk_takes_rows(of_rows.step);
  if (takes && first > 0 && is_scale(&epilogue->steps[first - 1])) {
    of_rows.before = &epilogue->steps[--first];
  }
  if (takes && next < epilogue->step_count && is_scale(&epilogue->steps[next])) {
    of_rows.behind = &epilogue->steps[next++];
  }
  bnnmk_map before = {.row_pixels = 1, .epilogue = part_of(epilogue, 0, first)};
  bnnmk_map behind = {.epilogue = part_of(epilogue, next, epilogue->step_count)};
  behind.epilogue.values = epilogue->values;
  behind.epilogue.decisions = epilogue->decisions;
  behind.epilogue.switch_points = epilogue->switch_points;
  behind.epilogue.switch_count = epilogue->switch_count;
  const int is_last =
      behind.epilogue.step_count == 0 && epilogue->values && !epilogue->decisions && !epilogue->row_sums;
  // Rows of pixels matter to their sums alone: else all are one.
  const uint32_t row_count = epilogue->row_sums ? 1 : end - begin;
  const size_t row_pixels = row_count * (size_t)map->row_pixels, at_a_time = pixels_at_a_time(channels);
  const float *input = map->input + (size_t)begin * map->row_pixels * channels;
  advance_operands(&before.epilogue, (size_t)begin * map->row_pixels);
  advance(&behind.epilogue, (size_t)begin * map->row_pixels);
  for (uint32_t row = begin; row < end; row += row_count) {
    behind.epilogue.row_sums = epilogue->row_sums ? epilogue->row_sums + (size_t)row * channels : 0;
    for (size_t left = row_pixels, count; left > 0; left -= count) {
      count = left < at_a_time ? left : at_a_time;
      float room[NUMBERS];
      float *x = is_last ? behind.epilogue.values : room;
      const float *from = input;
      if (first > 0) {
        before.input = input;
        before.epilogue.values = x;
        parts->map(&before, 0, (uint32_t)count);
        from = x;
      }
      if (takes) {
        parts->apply_rows(&of_rows, from, x, (uint32_t)count, channels);
      } else {
        memmove(x, from, count * channels * sizeof *x);
        parts->apply_function(of_rows.step->function, x, (uint32_t)count * channels);
      }
      if (!is_last) {
        behind.input = x;
        behind.row_pixels = (uint32_t)count;
        parts->map(&behind, 0, 1);
      }
      input += count * channels;
      advance_operands(&before.epilogue, count);
      advance(&behind.epilogue, count);
    }
  }
  return 1;
}

// Lookups of bytes at every level against plain loops, for all rows and for a split of them: images channel-last and
// in planes, one table and one for each channel.
#include <stdio.h>
#include <string.h>

#include "comparisons.h"
#include "guarded_memory.h"
#include "random_numbers.h"

int compare_lookup(uint64_t seed, const kernel_level *levels, int level_count) {
  uint64_t random = seed * 13 + 4;
  const uint32_t rows = random_between(&random, 1, 6), width = random_between(&random, 1, 70);
  const uint32_t channels = random_between(&random, 0, 1) ? 3 : random_between(&random, 1, 9);
  const int is_planar = (int)random_between(&random, 0, 1), has_one_table = (int)random_between(&random, 0, 1);
  const size_t count = (size_t)rows * width * channels, plane = (size_t)rows * width;
  guarded_memory input = guarded_allocate(count);
  guarded_memory values = guarded_allocate((has_one_table ? 1 : channels) * 256 * sizeof(float));
  guarded_memory expected = guarded_allocate(count * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    ((uint8_t *)input.data)[i] = (uint8_t)next_random(&random);
  }
  for (size_t i = 0; i < values.byte_count / sizeof(float); i++) {
    ((float *)values.data)[i] = random_unit(&random);
  }
  bnnmk_lookup lookup = {.input = input.data,
                         .values = values.data,
                         .width = width,
                         .channels = channels,
                         .table_step = has_one_table ? 0 : 256,
                         .row_step = is_planar ? width : (size_t)width * channels,
                         .pixel_step = is_planar ? 1 : channels,
                         .channel_step = is_planar ? plane : 1};
  for (size_t i = 0; i < count; i++) {
    const size_t channel = i % channels, pixel = i / channels;
    const uint8_t byte = ((const uint8_t *)input.data)[is_planar ? channel * plane + pixel : i];
    ((float *)expected.data)[i] = ((const float *)values.data)[(has_one_table ? 0 : channel * 256) + byte];
  }
  const uint32_t cut = random_between(&random, 0, rows);
  int is_equal = 1;
  for (int i = 0; i < level_count; i++) {
    guarded_memory output = guarded_allocate(expected.byte_count);
    lookup.output = output.data;
    levels[i].table.lookup(&lookup, 0, cut);
    levels[i].table.lookup(&lookup, cut, rows);
    if (memcmp(output.data, expected.data, output.byte_count) != 0 || !guarded_is_intact(&output)) {
      printf("lookup, seed %llu, %s: %ux%ux%u, planar %d, one table %d, cut %u\n", (unsigned long long)seed,
             levels[i].name, rows, width, channels, is_planar, has_one_table, cut);
      is_equal = 0;
    }
    guarded_free(&output);
  }
  guarded_free(&input);
  guarded_free(&values);
  guarded_free(&expected);
  return is_equal;
}

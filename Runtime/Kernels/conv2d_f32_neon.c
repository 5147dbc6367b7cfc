// Float convolution for NEON, on 64-bit and 32-bit ARM (VFPv4): tiles of some pixels times vectors of four output
// channels, as many tiles of a line as there are.
//
//   sums [pixel][vector]: 5 x 4 to 1 x 4, or 1 x 8 registers on 64-bit ARM, 4 x 2 to 1 x 2, or 1 x 4 on 32-bit ARM,
//   which has half as many. 64-bit ARM loads four floats of each pixel at once and multiplies by lanes of them.
//
// Every output is the same chain of fused multiply-adds in whichever tile it falls. Channels that fill no vector are
// computed one by one, by the same vector instructions: on 32-bit ARM others would treat denormal numbers otherwise.
#if defined(__ARM_NEON)

#include <math.h>

#include "conv2d.h"
#include "convolve_floats_a64.h"
#include "kernel_declarations.h"
#include "neon_pairs.h"

// Rows of three taps of three channels, as first layers have, are too short for loops; with a stride of 2, pixels
// share what they read. Both make a difference on 64-bit ARM only.
#if defined(__aarch64__)
enum { PIXEL_BLOCK = 5, TILE_VECTORS = 4, WIDE_VECTORS = 8 };
#else
enum { PIXEL_BLOCK = 4, TILE_VECTORS = 2, WIDE_VECTORS = 4 };
#endif
enum { LANES = 4, SHORT_RUN = 9, SHARED_STEP = 6 };

// What is known of the runs of a call, a constant in it.
typedef enum run_kind { ANY_RUN, OF_NINE, OF_NINE_SHARED } run_kind;

// Single: there is one channel only; it is in every lane.
BNNMK_INLINE float32x4_t load_lanes(const float *from, const int single) {
  return single ? vld1q_dup_f32(from) : vld1q_f32(from);
}

// min(max(x, minimum), maximum); NaN stays NaN.
BNNMK_INLINE float32x4_t clamp_lanes(float32x4_t x, float32x4_t minimum, float32x4_t maximum) {
  x = vbslq_f32(vcltq_f32(x, minimum), minimum, x);
  return vbslq_f32(vcgtq_f32(x, maximum), maximum, x);
}

// Where the weights of vector `v` of neighbouring channels are, from those of the first; more than one begin with a
// block.
BNNMK_INLINE size_t vector_place(const bnnmk_conv2d *conv, const int v) {
  return (size_t)(v * LANES / BNNMK_FLOAT_BLOCK) * conv->block_step + (size_t)(v * LANES % BNNMK_FLOAT_BLOCK);
}

// sums[p][v] += pixels[p][0] * w[v].
BNNMK_INLINE void add_element(const bnnmk_conv2d *conv, const float *const pixels[], const float *weights,
                              float32x4_t sums[][WIDE_VECTORS], const int pixel_count, const int vector_count,
                              const int single) {
  float32x4_t values[PIXEL_BLOCK];
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++) {
    values[p] = vld1q_dup_f32(pixels[p]);
  }
  BNNMK_UNROLL
  for (int v = 0; v < vector_count; v++) {
    const float32x4_t w = load_lanes(weights + vector_place(conv, v), single);
    BNNMK_UNROLL
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = vfmaq_f32(sums[p][v], values[p], w);
    }
  }
}

BNNMK_INLINE void advance(const float *pixels[], const int pixel_count, const int count) {
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++) {
    pixels[p] += count;
  }
}

#if defined(__aarch64__)
// Lane `lane`, a constant, of the values.
#define ADD_LANE(lane)                                                                           \
  do {                                                                                           \
    BNNMK_UNROLL                                                                                 \
    for (int v = 0; v < vector_count; v++) {                                                     \
      const float32x4_t w = load_lanes(weights + (lane) * step + vector_place(conv, v), single); \
      BNNMK_UNROLL                                                                               \
      for (int p = 0; p < pixel_count; p++) {                                                    \
        sums[p][v] = vfmaq_laneq_f32(sums[p][v], w, values[p], (lane));                          \
      }                                                                                          \
    }                                                                                            \
  } while (0)

// Four elements, whose weights are `step` apart.
BNNMK_INLINE void add_four(const bnnmk_conv2d *conv, const float *const pixels[], const float *weights,
                           const size_t step, float32x4_t sums[][WIDE_VECTORS], const int pixel_count,
                           const int vector_count, const int single) {
  float32x4_t values[PIXEL_BLOCK];
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++) {
    values[p] = vld1q_f32(pixels[p]);
  }
  ADD_LANE(0);
  ADD_LANE(1);
  ADD_LANE(2);
  ADD_LANE(3);
}

// Element `e` of the five pixels: floats e, 6 + e...24 + e of a row. Lanes are literals: of every second pixel they are
// two further on.
#define ADD_SHARED(e)                                                                                 \
  do {                                                                                                \
    BNNMK_UNROLL                                                                                      \
    for (int v = 0; v < vector_count; v++) {                                                          \
      const float32x4_t w = vld1q_f32(weights + (e) * step + vector_place(conv, v));                  \
      BNNMK_UNROLL                                                                                    \
      for (int p = 0; p < PIXEL_BLOCK; p++) {                                                         \
        const float32x4_t value = row[(SHARED_STEP * p + (e)) / LANES];                               \
        sums[p][v] = p % 2 == 0 ? vfmaq_laneq_f32(sums[p][v], w, value, (e) % LANES)                  \
                                : vfmaq_laneq_f32(sums[p][v], w, value, ((e) + SHARED_STEP) % LANES); \
      }                                                                                               \
    }                                                                                                 \
  } while (0)

// Nine elements of five pixels, SHARED_STEP apart: 33 floats, loaded once.
BNNMK_INLINE void add_nine_shared(const bnnmk_conv2d *conv, const float *x, const float *weights, const size_t step,
                                  float32x4_t sums[][WIDE_VECTORS], const int vector_count) {
  enum { WHOLE = ((PIXEL_BLOCK - 1) * SHARED_STEP + SHORT_RUN) / LANES };
  float32x4_t row[WHOLE + 1];
  BNNMK_UNROLL
  for (int i = 0; i < WHOLE; i++) {
    row[i] = vld1q_f32(x + i * LANES);
  }
  row[WHOLE] = vld1q_dup_f32(x + WHOLE * LANES);
  ADD_SHARED(0);
  ADD_SHARED(1);
  ADD_SHARED(2);
  ADD_SHARED(3);
  ADD_SHARED(4);
  ADD_SHARED(5);
  ADD_SHARED(6);
  ADD_SHARED(7);
  ADD_SHARED(8);
}
#endif

// One run of the box: sums[p][v] += x[p] * w[v] for each of its elements, whose weights are `step` apart.
BNNMK_INLINE void add_run(const bnnmk_conv2d *conv, const float *x, size_t pixel_step, const float *weights,
                          const size_t step, size_t length, float32x4_t sums[][WIDE_VECTORS], const int pixel_count,
                          const int vector_count, const int single, const run_kind kind) {
  (void)kind;
#if defined(__aarch64__)
  if (kind == OF_NINE_SHARED) {
    add_nine_shared(conv, x, weights, step, sums, vector_count);
    return;
  }
#endif
  const float *pixels[PIXEL_BLOCK];
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++, x += pixel_step) {
    pixels[p] = x;
    BNNMK_COMPUTE_HERE("r", pixels[p]);
  }
#if defined(__aarch64__)
  if (kind == OF_NINE) {
    add_four(conv, pixels, weights, step, sums, pixel_count, vector_count, single);
    advance(pixels, pixel_count, 4);
    add_four(conv, pixels, weights + 4 * step, step, sums, pixel_count, vector_count, single);
    advance(pixels, pixel_count, 4);
    add_element(conv, pixels, weights + 8 * step, sums, pixel_count, vector_count, single);
    return;
  }
  for (; length >= 4; length -= 4, weights += 4 * step) {
    add_four(conv, pixels, weights, step, sums, pixel_count, vector_count, single);
    advance(pixels, pixel_count, 4);
  }
#endif
  for (; length > 0; length--, weights += step) {
    add_element(conv, pixels, weights, sums, pixel_count, vector_count, single);
    advance(pixels, pixel_count, 1);
  }
}

// Stores sums that went through their steps, of the first vector's channels, clamped.
BNNMK_INLINE void store_sums(const bnnmk_conv2d *conv, bnnmk_sum_steps steps, float *output, size_t output_step,
                             float32x4_t sums[][WIDE_VECTORS], const int pixel_count, const int vector_count,
                             const int single) {
  BNNMK_UNROLL
  for (int v = 0; v < vector_count && steps.scale; v++) {
    const float32x4_t by = load_lanes(steps.scale + v * LANES, single);
    BNNMK_UNROLL
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = vmulq_f32(sums[p][v], by);
    }
  }
  BNNMK_UNROLL
  for (int v = 0; v < vector_count && steps.shift; v++) {
    const float32x4_t by = load_lanes(steps.shift + v * LANES, single);
    BNNMK_UNROLL
    for (int p = 0; p < pixel_count; p++) {
      sums[p][v] = vaddq_f32(sums[p][v], by);
    }
  }
  BNNMK_UNROLL
  for (int v = 0; v < vector_count && steps.slopes; v++) {
    const float32x4_t by = load_lanes(steps.slopes + v * LANES, single);
    BNNMK_UNROLL
    for (int p = 0; p < pixel_count; p++) {
      const uint32x4_t is_negative = vcltq_f32(sums[p][v], vdupq_n_f32(0));
      sums[p][v] = vbslq_f32(is_negative, vmulq_f32(sums[p][v], by), sums[p][v]);
    }
  }
  if (conv->minimum > -INFINITY || conv->maximum < INFINITY) {
    const float32x4_t minimum = vdupq_n_f32(conv->minimum), maximum = vdupq_n_f32(conv->maximum);
    BNNMK_UNROLL
    for (int p = 0; p < pixel_count; p++) {
      BNNMK_UNROLL
      for (int v = 0; v < vector_count; v++) {
        sums[p][v] = clamp_lanes(sums[p][v], minimum, maximum);
      }
    }
  }
  BNNMK_UNROLL
  for (int p = 0; p < pixel_count; p++, output += output_step) {
    BNNMK_UNROLL
    for (int v = 0; v < vector_count; v++) {
      if (single) {
        vst1q_lane_f32(output + v * LANES, sums[p][v], 0);
      } else {
        vst1q_f32(output + v * LANES, sums[p][v]);
      }
    }
  }
}

// `tile_count` tiles of `vector_count` vectors from output channel `channel` on; that is a constant, as are
// pixel_count, single and the kind of run, and the weight step where it is that of blocks.
BNNMK_INLINE void convolve_vectors(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *line, uint32_t tile_count,
                                   uint32_t channel, const size_t step, const int pixel_count, const int vector_count,
                                   const int single, const run_kind kind) {
  const bnnmk_tap_box box = *line->box;
  const size_t pixel_step = line->pixel_step, output_step = line->output_step;
  const size_t weights_row_step = box.weights_row_step * step;
  const size_t weights_run_step = box.weights_run_step * step;
  const float *const weights =
      line->weights + channel / BNNMK_FLOAT_BLOCK * conv->block_step + channel % BNNMK_FLOAT_BLOCK;
  const float *const bias = line->bias ? line->bias + channel : 0;
  const bnnmk_sum_steps steps = bnnmk_steps_from(line->steps, channel);
  const float *input = line->input;
  float *output = line->output + channel;
  for (; tile_count > 0; tile_count--) {
    float32x4_t sums[PIXEL_BLOCK][WIDE_VECTORS];
    BNNMK_UNROLL
    for (int v = 0; v < vector_count; v++) {
      const float32x4_t start = bias ? load_lanes(bias + v * LANES, single) : vdupq_n_f32(0);
      BNNMK_UNROLL
      for (int p = 0; p < pixel_count; p++) {
        sums[p][v] = start;
      }
    }
    const float *row_input = input, *row_weights = weights;
    for (uint32_t row = box.row_count; row > 0; row--) {
      const float *run_input = row_input, *run_weights = row_weights;
      for (uint32_t run = box.run_count; run > 0; run--) {
        add_run(conv, run_input, pixel_step, run_weights, step, box.run_length, sums, pixel_count, vector_count, single,
                kind);
        run_input += box.input_run_step;
        run_weights += weights_run_step;
      }
      row_input += box.input_row_step;
      row_weights += weights_row_step;
    }
    store_sums(conv, steps, output, output_step, sums, pixel_count, vector_count, single);
    input += (size_t)pixel_count * pixel_step;
    output += (size_t)pixel_count * output_step;
  }
}

#if defined(BNNMK_HAS_A64_ASSEMBLY)
// Sums that were stored, of the channels of a block of some pixels, which are still near, become what store_sums
// stores.
static void finish_stored(const bnnmk_conv2d *conv, bnnmk_sum_steps steps, float *output, size_t output_step,
                          uint32_t pixel_count) {
  for (; pixel_count > 0; pixel_count--, output += output_step) {
    float32x4_t sums[1][WIDE_VECTORS];
    BNNMK_UNROLL
    for (int v = 0; v < TILE_VECTORS; v++) {
      sums[0][v] = vld1q_f32(output + v * LANES);
    }
    store_sums(conv, steps, output, output_step, sums, 1, TILE_VECTORS, 0);
  }
}

// The same in assembly of tiles of PIXEL_BLOCK pixels and the channels of a block.
static void convolve_by_assembly(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *line, uint32_t tile_count,
                                 uint32_t channel) {
  static const float no_bias[BNNMK_CONVOLVED_CHANNELS] = {0};
  const float *weights = line->weights + channel / BNNMK_FLOAT_BLOCK * conv->block_step;
  const bnnmk_convolved_tiles tiles = bnnmk_make_convolved_tiles(line->box, line->input, line->pixel_step, weights,
                                                                 line->bias ? line->bias + channel : no_bias,
                                                                 line->output + channel, line->output_step, tile_count);
  bnnmk_convolve_floats_a64(&tiles);
  if (bnnmk_has_steps(line->steps) || conv->minimum > -INFINITY || conv->maximum < INFINITY) {
    finish_stored(conv, bnnmk_steps_from(line->steps, channel), line->output + channel, line->output_step,
                  tile_count * BNNMK_CONVOLVED_PIXELS);
  }
}

static int can_go_by_assembly(const bnnmk_conv2d_tile *line) {
  const bnnmk_tap_box *box = line->box;
  return box->row_count > 0 && box->run_count > 0 && box->run_length > 0;
}
#endif

// All channels of `tile_count` tiles: as many vectors at a time as `vector_count`, then single ones, then single
// channels.
BNNMK_INLINE void convolve_tiles(const bnnmk_conv2d *arguments, const bnnmk_conv2d_tile *line, uint32_t tile_count,
                                 const int pixel_count, const int vector_count) {
  // A copy, which no store can change.
  const bnnmk_conv2d copy = *arguments, *const conv = &copy;
  const uint32_t count = line->channel_count;
  const size_t step = conv->weight_step;
  uint32_t m = 0;
  if (pixel_count >= PIXEL_BLOCK - 1 && step == BNNMK_FLOAT_BLOCK) {
#if defined(__aarch64__)
    if (line->box->run_length == SHORT_RUN && line->pixel_step == SHARED_STEP && pixel_count == PIXEL_BLOCK) {
      for (; count - m >= (uint32_t)vector_count * LANES; m += (uint32_t)vector_count * LANES) {
        convolve_vectors(conv, line, tile_count, m, BNNMK_FLOAT_BLOCK, pixel_count, vector_count, 0, OF_NINE_SHARED);
      }
    }
    if (line->box->run_length == SHORT_RUN) {
      for (; count - m >= (uint32_t)vector_count * LANES; m += (uint32_t)vector_count * LANES) {
        convolve_vectors(conv, line, tile_count, m, BNNMK_FLOAT_BLOCK, pixel_count, vector_count, 0, OF_NINE);
      }
    }
#endif
#if defined(BNNMK_HAS_A64_ASSEMBLY)
    if (pixel_count == BNNMK_CONVOLVED_PIXELS && can_go_by_assembly(line)) {
      for (; count - m >= BNNMK_CONVOLVED_CHANNELS; m += BNNMK_CONVOLVED_CHANNELS) {
        convolve_by_assembly(conv, line, tile_count, m);
      }
    }
#endif
    for (; count - m >= (uint32_t)vector_count * LANES; m += (uint32_t)vector_count * LANES) {
      convolve_vectors(conv, line, tile_count, m, BNNMK_FLOAT_BLOCK, pixel_count, vector_count, 0, ANY_RUN);
    }
  }
  if (pixel_count == 1) {
    for (; count - m >= WIDE_VECTORS * LANES; m += WIDE_VECTORS * LANES) {
      convolve_vectors(conv, line, tile_count, m, step, 1, WIDE_VECTORS, 0, ANY_RUN);
    }
  }
  for (; count - m >= (uint32_t)vector_count * LANES; m += (uint32_t)vector_count * LANES) {
    convolve_vectors(conv, line, tile_count, m, step, pixel_count, vector_count, 0, ANY_RUN);
  }
  for (; count - m >= LANES; m += LANES) {
    convolve_vectors(conv, line, tile_count, m, step, pixel_count, 1, 0, ANY_RUN);
  }
  for (; m < count; m++) {
    convolve_vectors(conv, line, tile_count, m, step, pixel_count, 1, 1, ANY_RUN);
  }
}

// One function for each number of pixels, so that each has the registers to itself.
#define CONVOLVE_TILES(pixel_count)                                                                                  \
  static __attribute__((noinline)) void convolve_##pixel_count(const bnnmk_conv2d *conv,                             \
                                                               const bnnmk_conv2d_tile *line, uint32_t tile_count) { \
    convolve_tiles(conv, line, tile_count, pixel_count, TILE_VECTORS);                                               \
  }
CONVOLVE_TILES(1)
CONVOLVE_TILES(2)
CONVOLVE_TILES(3)
CONVOLVE_TILES(4)
#if defined(__aarch64__)
CONVOLVE_TILES(5)
#endif

// A line of any number of pixels, by tiles as equal as can be: some of one width, and the others one pixel narrower.
static void convolve_line(const bnnmk_conv2d *conv, const bnnmk_conv2d_tile *line) {
  static void (*const by_width[])(const bnnmk_conv2d *, const bnnmk_conv2d_tile *, uint32_t) = {
      0,          convolve_1, convolve_2, convolve_3, convolve_4,
#if defined(__aarch64__)
      convolve_5,
#endif
  };
  const uint32_t tile_count = (line->pixel_count + PIXEL_BLOCK - 1) / PIXEL_BLOCK;
  const uint32_t narrow = line->pixel_count / tile_count, wide_count = line->pixel_count - narrow * tile_count;
  bnnmk_conv2d_tile part = *line;
  if (wide_count > 0) {
    by_width[narrow + 1](conv, &part, wide_count);
    part.input += (size_t)wide_count * (narrow + 1) * part.pixel_step;
    part.output += (size_t)wide_count * (narrow + 1) * part.output_step;
  }
  by_width[narrow](conv, &part, tile_count - wide_count);
}

static const bnnmk_conv2d_tiles tiles = {UINT32_MAX, BNNMK_WHOLE_LINES,     BNNMK_FLOAT_BLOCK,
                                         1,          2 * BNNMK_FLOAT_BLOCK, convolve_line};

void bnnmk_conv2d_f32_neon(const void *arguments, uint32_t begin, uint32_t end) {
  bnnmk_conv2d_rows(arguments, begin, end, &tiles);
}

#else
// ISO C wants a declaration in every file.
typedef int bnnmk_no_neon_here;
#endif

// Real functions in plain C: arithmetic, and the rest by the C library.
#include <math.h>

#include "exponential_tables.h"
#include "fused.h"
#include "real_function_values.h"

const float bnnmk_exponential_table[BNNMK_EXPONENTIAL_ROWS][16] = {
    {1.0f, 1.0442737f, 1.0905077f, 1.1387886f, 1.1892071f, 1.2418578f, 1.2968396f, 1.3542556f, 1.4142135f, 1.4768262f,
     1.5422108f, 1.6104903f, 1.6817929f, 1.7562522f, 1.8340081f, 1.9152066f},
    {0, 4.83347e-08f, -1.307754e-08f, 5.3862223e-08f, 3.7976353e-08f, 4.496838e-08f, -4.0189995e-08f, -1.0123349e-08f,
     2.4203235e-08f, -4.500899e-08f, 8.070905e-09f, 9.836217e-09f, -2.4755327e-08f, -9.23577e-09f, -1.1239278e-08f,
     9.845328e-09f}};

const float bnnmk_error_table[BNNMK_ERROR_ROWS][16] = {
    {0, 0, 0, 0.7615724f, 1.0158643f, 1.269988f, 1.523372f, 1.7773421f, 2.032079f, 2.2850435f, 2.538941f, 2.792448f,
     3.0464332f, 3.3008518f, 3.5605698f, 3.6533203f},
    {0, 0, 0, 0.71853137f, 0.84918225f, 0.9275109f, 0.9687891f, 0.9880474f, 0.99594426f, 0.99876875f, 0.9996701f,
     0.99992156f, 0.99998355f, 0.99999696f, 0.9999995f, 0.99999976f},
    {0.12837917f, 0.12837917f, 0.12837917f, 0.63178235f, 0.4020423f, 0.22490276f, 0.110816434f, 0.04792286f,
     0.018159475f, 0.006092837f, 0.0017901808f, 4.6337047e-04f, 1.05165775e-04f, 2.0919273e-05f, 3.5206235e-06f,
     1.80286e-06f},
    {-0.37612635f, -0.37612635f, -0.37612635f, -0.481148f, -0.4084204f, -0.2856238f, -0.16881466f, -0.08517531f,
     -0.036901493f, -0.0139224f, -0.0045451717f, -0.0012939392f, -3.203801e-04f, -6.905499e-05f, -1.25352535e-05f,
     -6.5780728e-06f},
    {0.112836786f, 0.112836786f, 0.112836786f, 0.033689216f, 0.14258358f, 0.16685785f, 0.13450696f, 0.08495035f,
     0.04393844f, 0.01917797f, 0.007096451f, 0.0022542896f, 6.1557314e-04f, 1.4495887e-04f, 2.8574741e-05f,
     1.5293153e-05f},
    {-0.026854131f, -0.026854131f, -0.026854131f, 0.1475514f, 0.06371716f, -0.010745165f, -0.04618008f, -0.047101337f,
     -0.032341972f, -0.017270096f, -0.0074923895f, -0.0027160766f, -8.309734e-04f, -2.1565033e-04f, -4.6713532e-05f,
     -2.4682784e-05f},
    {0.005165519f, 0.005165519f, 0.005165519f, -0.05460796f, -0.06831591f, -0.04453201f, -0.012335982f, 0.0078588305f,
     0.013035276f, 0.01002208f, 0.0054962654f, 0.0023725356f, 8.361292e-04f, 2.4540775e-04f, 5.9041704e-05f,
     2.6632415e-05f},
    {-7.218719e-04f, -7.218719e-04f, -7.218719e-04f, -0.02525438f, 0.0061270474f, 0.021605985f, 0.018484214f,
     0.007876482f, -2.3199177e-04f, -0.0030316252f, -0.002695446f, -0.0014811383f, -6.194669e-04f, -2.3516486e-04f,
     -5.6961137e-05f, -1.4698889e-05f}};

// e^x.
BNNMK_INLINE float exponential_function(float x) {
  const float least = BNNMK_LEAST_EXPONENT, most = BNNMK_MOST_SHIFTED;
  x = x < least ? least : x;
  bnnmk_float_bits shifted = {bnnmk_fused(x, BNNMK_PER_LN_2, BNNMK_NEAREST_SIXTEENTH)};
  shifted.number = shifted.number > most ? most : shifted.number;
  const float n = shifted.number - BNNMK_NEAREST_SIXTEENTH;
  const float r = bnnmk_fused(-n, BNNMK_LN_2_LOW, bnnmk_fused(-n, BNNMK_LN_2_HIGH, x));
  const float more = bnnmk_fused(r * r, bnnmk_fused(r, BNNMK_EXPONENTIAL_3, BNNMK_EXPONENTIAL_2), r);
  const uint32_t j = shifted.bits % 16;
  const float power = bnnmk_exponential_table[BNNMK_POWER][j];
  const float significand = power + bnnmk_fused(power, more, bnnmk_exponential_table[BNNMK_POWER_REST][j]);
  // Times 2^(n rounded down), in two steps, since that may be no normal number; only the second one rounds.
  const bnnmk_float_bits nearest = {BNNMK_NEAREST_SIXTEENTH};
  const int32_t exponent = ((int32_t)(shifted.bits - nearest.bits) >> 4) + 2 * 127;
  const uint32_t half = (uint32_t)exponent / 2;
  const bnnmk_float_bits first = {.bits = half << 23}, second = {.bits = ((uint32_t)exponent - half) << 23};
  return significand * first.number * second.number;
}

BNNMK_INLINE float error_function(float x) {
  const bnnmk_float_bits sign = {x}, positive = {.bits = sign.bits & 0x7fffffffu};
  const float most = BNNMK_MOST_ERROR, magnitude = positive.number > most ? most : positive.number;
  const bnnmk_float_bits shifted = {bnnmk_fused(magnitude, BNNMK_PIECES_PER_UNIT, BNNMK_NEAREST)};
  const uint32_t piece = shifted.bits % 16;
  const float distance = magnitude - bnnmk_error_table[BNNMK_CENTER][piece];
  const int is_first = shifted.number < BNNMK_NEAREST + BNNMK_FIRST_PIECES;
  const float d = is_first ? distance * distance : distance, d2 = d * d;
  const float value = is_first ? magnitude : bnnmk_error_table[BNNMK_VALUE][piece];
#define FIT(i) bnnmk_error_table[BNNMK_FIT + (i)][piece]
  const float high = bnnmk_fused(d2, bnnmk_fused(d, FIT(5), FIT(4)), bnnmk_fused(d, FIT(3), FIT(2)));
  const float slope = bnnmk_fused(d2, high, bnnmk_fused(d, FIT(1), FIT(0)));
#undef FIT
  const bnnmk_float_bits result = {bnnmk_fused(distance, slope, value)};
  const bnnmk_float_bits signed_result = {.bits = result.bits | (sign.bits & 0x80000000u)};
  return signed_result.number;
}

// log(1 + e^x), without the cancellation of the sum.
BNNMK_INLINE float softplus(float x) {
  const double z = x;
  return (float)((z > 0 ? z : 0) + log1p(exponential(z > 0 ? -z : z)));
}

// Not as vectors, which would take what each number looks up together and apart again.
#if defined(__clang__)
#define ONE_BY_ONE _Pragma("clang loop vectorize(disable)")
#else
#define ONE_BY_ONE
#endif

#define EACH(expression)                 \
  ONE_BY_ONE                             \
  for (uint32_t i = 0; i < count; i++) { \
    x[i] = (float)(expression);          \
  }                                      \
  break

void bnnmk_apply_function(bnnmk_real_function function, float *x, uint32_t count) {
  if (bnnmk_apply_arithmetic(function, x, count)) {
    return;
  }
  switch (function) {
    case BNNMK_EXP:
      EACH(exponential_function(x[i]));
    case BNNMK_ERF:
      EACH(error_function(x[i]));
    case BNNMK_LOG:
      EACH(log((double)x[i]));
    case BNNMK_SIN:
      EACH(sin((double)x[i]));
    case BNNMK_COS:
      EACH(cos((double)x[i]));
    case BNNMK_SOFTPLUS:
      EACH(softplus(x[i]));
    default:
      break;
  }
}

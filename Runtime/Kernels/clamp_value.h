// The one meaning of a clamp, for every kernel that ends in one.
#ifndef BNNM_CLAMP_VALUE_H
#define BNNM_CLAMP_VALUE_H

// min(max(x, minimum), maximum); NaN stays NaN.
static inline float bnnmk_clamp_value(float x, float minimum, float maximum) {
  x = x < minimum ? minimum : x;
  return x > maximum ? maximum : x;
}

#endif

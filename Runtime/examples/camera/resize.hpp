// From a frame to a model's input.
#ifndef CAMERA_RESIZE_HPP
#define CAMERA_RESIZE_HPP

#include <array>

#include "frames.hpp"

namespace camera {

enum class Resize { nearest, bilinear };

// What a model's input is made of: value = (pixel · scale − mean) / deviation, for each channel.
struct Normalization {
  float scale = 1.0f / 255;
  std::array<float, 3> mean = {0, 0, 0}, deviation = {1, 1, 1};
};

// Writes a frame of any size as [channels][height][width]. Pixels are squares whose centres are at half coordinates, so
// that equal sizes change nothing; beyond the border is what is on it. Grey is repeated where three channels are
// wanted, and is the luma of BT.601 where one is.
void resize(const Frame &frame, Resize method, const Normalization &normalization, size_t channels, size_t height,
            size_t width, std::vector<float> &result);

}  // namespace camera

#endif

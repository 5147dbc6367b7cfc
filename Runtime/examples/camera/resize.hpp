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

// What a model takes.
struct ImageSize {
  size_t channels, height, width;
};

// Writes a frame of any size as [channels][height][width]; `result` has room for it. Pixels are squares whose centres
// are at half coordinates, so that equal sizes change nothing; beyond the border is what is on it. Grey is repeated
// where three channels are wanted, and is the luma of BT.601 where one is.
void resize(const Frame &frame, Resize method, const Normalization &normalization, const ImageSize &size,
            std::vector<float> &result);

// The same as bytes [height][width][channels], rounded.
void resize(const Frame &frame, Resize method, const ImageSize &size, std::vector<uint8_t> &result);

}  // namespace camera

#endif

#include "resize.hpp"

#include <algorithm>
#include <cmath>

namespace camera {
namespace {

// The two pixels that a position lies between, and the weight of the second.
struct Position {
  size_t first, second;
  float weight;
};

Position position(size_t index, size_t extent, size_t source_extent, Resize method) {
  const float centre =
      (static_cast<float>(index) + 0.5f) * static_cast<float>(source_extent) / static_cast<float>(extent);
  if (method == Resize::nearest) {
    const size_t nearest = std::min(static_cast<size_t>(centre), source_extent - 1);
    return {nearest, nearest, 0};
  }
  const float at = std::clamp(centre - 0.5f, 0.0f, static_cast<float>(source_extent - 1));
  const size_t first = static_cast<size_t>(at);
  return {first, std::min(first + 1, source_extent - 1), at - static_cast<float>(first)};
}

// Channel `channel` of `wanted`, at a pixel.
float value(const Frame &frame, size_t y, size_t x, size_t channel, size_t wanted) {
  const uint8_t *pixel = frame.pixels.data() + (y * frame.width + x) * frame.channels;
  if (frame.channels == wanted) return pixel[channel];
  if (wanted == 3) return pixel[0];
  return 0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2];
}

}  // namespace

void resize(const Frame &frame, Resize method, const Normalization &normalization, size_t channels, size_t height,
            size_t width, std::vector<float> &result) {
  result.resize(channels * height * width);
  for (size_t channel = 0; channel < channels; channel++) {
    const float mean = normalization.mean[channel], deviation = normalization.deviation[channel];
    for (size_t y = 0; y < height; y++) {
      const Position rows = position(y, height, frame.height, method);
      for (size_t x = 0; x < width; x++) {
        const Position columns = position(x, width, frame.width, method);
        const auto row = [&](size_t source) {
          const float left = value(frame, source, columns.first, channel, channels);
          return left + columns.weight * (value(frame, source, columns.second, channel, channels) - left);
        };
        const float top = row(rows.first);
        const float pixel = top + rows.weight * (row(rows.second) - top);
        result[(channel * height + y) * width + x] = (pixel * normalization.scale - mean) / deviation;
      }
    }
  }
}

}  // namespace camera

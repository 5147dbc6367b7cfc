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

// Calls `store(channel, y, x, pixel)` with every pixel of the frame in its new size, 0 to 255.
template <typename Store>
void visit(const Frame &frame, Resize method, const ImageSize &size, const Store &store) {
  for (size_t channel = 0; channel < size.channels; channel++) {
    for (size_t y = 0; y < size.height; y++) {
      const Position rows = position(y, size.height, frame.height, method);
      for (size_t x = 0; x < size.width; x++) {
        const Position columns = position(x, size.width, frame.width, method);
        const auto row = [&](size_t source) {
          const float left = value(frame, source, columns.first, channel, size.channels);
          return left + columns.weight * (value(frame, source, columns.second, channel, size.channels) - left);
        };
        const float top = row(rows.first);
        store(channel, y, x, top + rows.weight * (row(rows.second) - top));
      }
    }
  }
}

}  // namespace

void resize(const Frame &frame, Resize method, const Normalization &normalization, const ImageSize &size,
            std::vector<float> &result) {
  visit(frame, method, size, [&](size_t channel, size_t y, size_t x, float pixel) {
    result[(channel * size.height + y) * size.width + x] =
        (pixel * normalization.scale - normalization.mean[channel]) / normalization.deviation[channel];
  });
}

void resize(const Frame &frame, Resize method, const ImageSize &size, std::vector<uint8_t> &result) {
  visit(frame, method, size, [&](size_t channel, size_t y, size_t x, float pixel) {
    result[(y * size.width + x) * size.channels + channel] =
        static_cast<uint8_t>(std::clamp(std::lround(pixel), 0L, 255L));
  });
}

}  // namespace camera

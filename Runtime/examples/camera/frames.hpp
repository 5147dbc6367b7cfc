// Where frames come from: a file, or a camera. What comes out are images of one byte a channel.
#ifndef CAMERA_FRAMES_HPP
#define CAMERA_FRAMES_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace camera {

// An image [height][width][channels], with one channel (grey) or three (red, green, blue).
struct Frame {
  size_t width = 0, height = 0, channels = 0;
  std::vector<uint8_t> pixels;
};

// The size of frames, where their source does not tell it; all zero where it does.
struct FrameSize {
  size_t width = 0, height = 0, channels = 0;
};

// Gives frames one after the other.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // Writes the next frame; false where there is none. Throws Error where the source is broken.
  virtual bool next(Frame &frame) = 0;
};

// Opens what the path names: a camera (/dev/video…), or a file: PPM or PGM images (P6, P5; one or many), a NumPy array
// of uint8 ([N,H,W], [N,H,W,1] or [N,H,W,3]), or, where `size` is given, raw frames of that size. Throws Error.
std::unique_ptr<FrameSource> open_frames(const std::string &path, const FrameSize &size);

// A camera through Video4Linux, in its YUYV format: `size` is what is asked of it, and what it gives may differ.
std::unique_ptr<FrameSource> open_camera(const std::string &path, const FrameSize &size);

}  // namespace camera

#endif

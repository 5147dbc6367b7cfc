// Frames from a camera, through Video4Linux with memory that driver and program share.
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "frames.hpp"
#include "model.hpp"

namespace camera {
namespace {

uint8_t clamped(int value) { return static_cast<uint8_t>(std::clamp(value, 0, 255)); }

// One pixel of ITU-R BT.601, in 1/256: R = 1.164 Y + 1.596 V, and so on.
void write_rgb(uint8_t *rgb, int luma, int u, int v) {
  const int y = 298 * (luma - 16) + 128;
  u -= 128, v -= 128;
  rgb[0] = clamped((y + 409 * v) >> 8);
  rgb[1] = clamped((y - 100 * u - 208 * v) >> 8);
  rgb[2] = clamped((y + 516 * u) >> 8);
}

class Camera : public FrameSource {
 public:
  Camera(const std::string &path, const FrameSize &size) : path_(path), device_(open(path.c_str(), O_RDWR)) {
    if (device_ < 0) throw error("cannot be opened");
    try {
      start(size);
    } catch (...) {
      stop();
      throw;
    }
  }

  ~Camera() override { stop(); }
  Camera(const Camera &) = delete;
  Camera &operator=(const Camera &) = delete;

  bool next(Frame &frame) override {
    v4l2_buffer buffer = description(0);
    request(VIDIOC_DQBUF, &buffer, "gives no frame");
    frame.width = format_.width, frame.height = format_.height, frame.channels = 3;
    frame.pixels.resize(frame.width * frame.height * 3);
    const auto *bytes = static_cast<const uint8_t *>(buffers_[buffer.index].first);
    for (size_t y = 0; y < frame.height; y++) {
      const uint8_t *row = bytes + y * format_.bytesperline;
      uint8_t *rgb = frame.pixels.data() + y * frame.width * 3;
      for (size_t x = 0; x < frame.width; x++) {
        const uint8_t *pair = row + x / 2 * 4;
        write_rgb(rgb + 3 * x, pair[x % 2 * 2], pair[1], pair[3]);
      }
    }
    request(VIDIOC_QBUF, &buffer, "takes no buffer back");
    return true;
  }

 private:
  Error error(const std::string &reason) const { return Error(path_ + ": " + reason + ": " + std::strerror(errno)); }

  void request(unsigned long number, void *argument, const char *failure) const {
    while (ioctl(device_, number, argument) < 0) {
      if (errno != EINTR) throw error(failure);
    }
  }

  static v4l2_buffer description(uint32_t index) {
    v4l2_buffer buffer = {};
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    buffer.index = index;
    return buffer;
  }

  void start(const FrameSize &size) {
    v4l2_format format = {};
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    format.fmt.pix.width = static_cast<uint32_t>(size.width ? size.width : 640);
    format.fmt.pix.height = static_cast<uint32_t>(size.height ? size.height : 480);
    format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    format.fmt.pix.field = V4L2_FIELD_NONE;
    request(VIDIOC_S_FMT, &format, "takes no format");
    format_ = format.fmt.pix;
    const size_t row = (static_cast<size_t>(format_.width) + 1) / 2 * 4;
    if (format_.pixelformat != V4L2_PIX_FMT_YUYV || format_.bytesperline < row) {
      throw Error(path_ + ": gives no uncompressed frames (YUYV)");
    }
    v4l2_requestbuffers wanted = {};
    wanted.count = 4;
    wanted.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    wanted.memory = V4L2_MEMORY_MMAP;
    request(VIDIOC_REQBUFS, &wanted, "gives no buffers");
    for (uint32_t index = 0; index < wanted.count; index++) {
      v4l2_buffer buffer = description(index);
      request(VIDIOC_QUERYBUF, &buffer, "gives no buffer");
      if (buffer.length < static_cast<size_t>(format_.bytesperline) * format_.height) {
        throw Error(path_ + ": gives buffers smaller than its frames");
      }
      void *memory = mmap(nullptr, buffer.length, PROT_READ, MAP_SHARED, device_, buffer.m.offset);
      if (memory == MAP_FAILED) throw error("shares no memory");
      buffers_.emplace_back(memory, buffer.length);
      request(VIDIOC_QBUF, &buffer, "takes no buffer");
    }
    v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request(VIDIOC_STREAMON, &type, "does not start");
  }

  void stop() {
    for (const auto &[memory, byte_count] : buffers_) munmap(memory, byte_count);
    close(device_);
  }

  std::string path_;
  int device_;
  v4l2_pix_format format_ = {};
  std::vector<std::pair<void *, size_t>> buffers_;
};

}  // namespace

std::unique_ptr<FrameSource> open_camera(const std::string &path, const FrameSize &size) {
  return std::make_unique<Camera>(path, size);
}

}  // namespace camera

// Frames from files.
#include "frames.hpp"

#include <cctype>
#include <cstring>
#include <fstream>

#include "model.hpp"

namespace camera {
namespace {

// More than any camera gives; keeps damaged headers from asking for all memory.
constexpr size_t kMaximumExtent = 1 << 14;

class File : public FrameSource {
 public:
  explicit File(const std::string &path) : path_(path), stream_(path, std::ios::binary) {
    if (!stream_) throw error("cannot be opened");
  }

 protected:
  Error error(const std::string &reason) const { return Error(path_ + ": " + reason); }

  // Reads a frame's pixels; its size is set already.
  void read_pixels(Frame &frame) {
    if (frame.width == 0 || frame.height == 0 || frame.width > kMaximumExtent || frame.height > kMaximumExtent ||
        (frame.channels != 1 && frame.channels != 3)) {
      throw error("has frames that are not 1 to " + std::to_string(kMaximumExtent) +
                  " pixels wide and high, with 1 or 3 channels");
    }
    frame.pixels.resize(frame.width * frame.height * frame.channels);
    stream_.read(reinterpret_cast<char *>(frame.pixels.data()), static_cast<std::streamsize>(frame.pixels.size()));
    if (static_cast<size_t>(stream_.gcount()) != frame.pixels.size()) throw error("ends within a frame");
  }

  bool is_at_end() { return stream_.peek() == std::ifstream::traits_type::eof(); }

  std::string path_;
  std::ifstream stream_;
};

// Frames of a size that the user gave.
class RawFile : public File {
 public:
  RawFile(const std::string &path, const FrameSize &size) : File(path), size_(size) {}

  bool next(Frame &frame) override {
    if (is_at_end()) return false;
    frame.width = size_.width, frame.height = size_.height, frame.channels = size_.channels;
    read_pixels(frame);
    return true;
  }

 private:
  FrameSize size_;
};

// Binary portable pixmaps and greymaps, one behind the other: "P6 640 480 255", one space, pixels.
class PortableMap : public File {
 public:
  using File::File;

  bool next(Frame &frame) override {
    if (is_at_end()) return false;
    char magic[2] = {};
    stream_.read(magic, 2);
    if (magic[0] != 'P' || (magic[1] != '5' && magic[1] != '6')) throw error("is no P5 or P6 image");
    frame.width = number(), frame.height = number(), frame.channels = magic[1] == '6' ? 3 : 1;
    if (number() != 255) throw error("has pixels that are not of 0 to 255");
    stream_.get();
    read_pixels(frame);
    return true;
  }

 private:
  size_t number() {
    while (std::isspace(stream_.peek()) || stream_.peek() == '#') {
      if (stream_.get() == '#') {
        std::string comment;
        std::getline(stream_, comment);
      }
    }
    size_t value = 0;
    stream_ >> value;
    if (!stream_) throw error("has a header that cannot be read");
    return value;
  }
};

// NumPy's format, versions 1 and 2, of uint8 in C order.
class NumPyFile : public File {
 public:
  explicit NumPyFile(const std::string &path) : File(path) {
    unsigned char start[12] = {};
    read(start, 10);
    if (std::memcmp(start, "\x93NUMPY", 6) != 0) throw error("is no .npy file");
    size_t length = start[8] + 256u * start[9];
    if (start[6] > 1) {
      read(start + 10, 2);
      length += (start[10] + 256u * start[11]) << 16;
    }
    if (length > 1 << 16) throw error("has a header that is too long");
    std::string header(length, ' ');
    read(header.data(), length);
    if (header.find("'|u1'") == std::string::npos) throw error("has elements that are not uint8");
    if (header.find("'fortran_order': False") == std::string::npos) throw error("is not in C order");
    const size_t open = header.find('('), close = header.find(')');
    if (open == std::string::npos || close == std::string::npos) throw error("has no shape");
    std::vector<size_t> dims;
    for (size_t at = open + 1; at < close; at++) {
      if (!std::isdigit(static_cast<unsigned char>(header[at]))) continue;
      const size_t end = header.find_first_of(",)", at);
      if (end - at > 9) throw error("has a dimension that is too large");
      dims.push_back(std::stoul(header.substr(at, end - at)));
      at = end;
    }
    if (dims.size() != 3 && dims.size() != 4) throw error("has a shape that is not [N,H,W], [N,H,W,1] or [N,H,W,3]");
    left_ = dims[0];
    size_ = {dims[2], dims[1], dims.size() == 4 ? dims[3] : 1};
  }

  bool next(Frame &frame) override {
    if (left_ == 0) return false;
    left_--;
    frame.width = size_.width, frame.height = size_.height, frame.channels = size_.channels;
    read_pixels(frame);
    return true;
  }

 private:
  void read(void *bytes, size_t count) {
    stream_.read(static_cast<char *>(bytes), static_cast<std::streamsize>(count));
    if (static_cast<size_t>(stream_.gcount()) != count) throw error("is cut short");
  }

  size_t left_ = 0;
  FrameSize size_;
};

bool ends_with(const std::string &text, const std::string &end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::unique_ptr<FrameSource> open_frames(const std::string &path, const FrameSize &size) {
  if (path.rfind("/dev/video", 0) == 0) return open_camera(path, size);
  if (ends_with(path, ".npy")) return std::make_unique<NumPyFile>(path);
  if (ends_with(path, ".ppm") || ends_with(path, ".pgm")) return std::make_unique<PortableMap>(path);
  if (size.width == 0) throw Error(path + ": is no .ppm, .pgm or .npy file, so --size WxHxC has to tell its frames");
  return std::make_unique<RawFile>(path, size);
}

}  // namespace camera

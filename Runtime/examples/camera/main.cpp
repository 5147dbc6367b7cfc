// Classifies frame after frame, from a camera or a file, as a program on a device would: reads a frame, resizes it to
// the model's input, runs the model, prints the best class; at the end, how long it took.
//
//     camera MODEL.bnnm SOURCE [options]
//
// SOURCE: /dev/video0, a .ppm, .pgm or .npy file, or raw frames (--size). Exit status: 0 done, 1 bad input, 2 wrong
// usage.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <limits>
#include <sstream>

#include "frames.hpp"
#include "latency.hpp"
#include "model.hpp"
#include "resize.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr char kUsage[] =
    "usage: camera MODEL.bnnm SOURCE [options]\n"
    "\n"
    "SOURCE is a camera (/dev/video0), a .ppm, .pgm or .npy file, or raw frames.\n"
    "\n"
    "  --size WxHxC              raw frames: their size; a camera: what to ask for\n"
    "  --resize nearest|bilinear how frames come to the model's size (bilinear)\n"
    "  --threads N               threads that share the work of a frame (1)\n"
    "  --frames N                how many frames at most\n"
    "\n"
    "A model that was compiled with --input-u8 takes pixels as they are; for others:\n"
    "\n"
    "  --scale S                 what pixels of 0 to 255 are multiplied by (1/255)\n"
    "  --mean R,G,B              what is subtracted then (0)\n"
    "  --deviation R,G,B         what is divided by then (1)\n";

struct Options {
  std::string model, source;
  camera::FrameSize size;
  camera::Resize method = camera::Resize::bilinear;
  camera::Normalization normalization;
  uint32_t threads = 1;
  size_t frames = std::numeric_limits<size_t>::max();
};

// Reads as many values as there are, each behind `separator` but the first; false where the text is anything else.
template <typename... Values>
bool read(const std::string &text, char separator, Values &...values) {
  std::istringstream stream(text);
  bool is_first = true, is_read = true;
  const auto next = [&](auto &value) {
    char found = separator;
    if (!is_first) stream >> found;
    is_first = false;
    is_read = is_read && found == separator && stream.peek() != '-' && stream >> value;
  };
  (next(values), ...);
  return is_read && stream.peek() == std::istringstream::traits_type::eof();
}

bool read_option(const std::string &name, const std::string &value, Options &options) {
  auto &[scale, mean, deviation] = options.normalization;
  if (name == "--size") {
    auto &[width, height, channels] = options.size;
    return read(value, 'x', width, height, channels) && width > 0 && height > 0 && (channels == 1 || channels == 3);
  } else if (name == "--resize") {
    options.method = value == "nearest" ? camera::Resize::nearest : camera::Resize::bilinear;
    return value == "nearest" || value == "bilinear";
  } else if (name == "--scale") {
    return read(value, ',', scale) && scale > 0;
  } else if (name == "--mean") {
    return read(value, ',', mean[0], mean[1], mean[2]);
  } else if (name == "--deviation") {
    return read(value, ',', deviation[0], deviation[1], deviation[2]) &&
           std::all_of(deviation.begin(), deviation.end(), [](float part) { return part > 0; });
  } else if (name == "--threads") {
    return read(value, ',', options.threads) && options.threads >= 1 && options.threads <= BNNM_MAX_THREADS;
  }
  return name == "--frames" && read(value, ',', options.frames);
}

bool read_options(const std::vector<std::string> &arguments, Options &options) {
  if (arguments.size() < 2 || arguments.size() % 2 != 0) return false;
  options.model = arguments[0];
  options.source = arguments[1];
  for (size_t i = 2; i < arguments.size(); i += 2) {
    if (!read_option(arguments[i], arguments[i + 1], options)) {
      std::cerr << "camera: " << arguments[i] << " " << arguments[i + 1] << " is not valid\n";
      return false;
    }
  }
  return true;
}

double microseconds(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double, std::micro>(end - begin).count();
}

void classify(const Options &options) {
  const camera::Model model(options.model);
  camera::Session session(model, options.threads);
  const camera::ImageSize size = {model.channels(), model.height(), model.width()};
  const auto source = camera::open_frames(options.source, options.size);
  camera::Latency preparing, running;
  camera::Frame frame;
  size_t count = 0;
  const auto begin = Clock::now();
  while (count < options.frames && source->next(frame)) {
    const auto start = Clock::now();
    if (model.takes_bytes()) {
      camera::resize(frame, options.method, size, session.bytes());
    } else {
      camera::resize(frame, options.method, options.normalization, size, session.input());
    }
    const auto prepared = Clock::now();
    const std::vector<float> &scores = session.run();
    running.add(microseconds(prepared, Clock::now()));
    preparing.add(microseconds(start, prepared));
    const auto best = std::max_element(scores.begin(), scores.end());
    std::cout << "frame " << count++ << ": class " << best - scores.begin() << " (" << *best << ")\n";
  }
  if (count == 0) throw camera::Error(options.source + ": has no frames");
  const double seconds = microseconds(begin, Clock::now()) / 1e6;
  std::cout << count << " frames in " << seconds << " s, with " << session.instruction_set() << " kernels\nresizing, ";
  preparing.print(std::cout);
  std::cout << "the model, ";
  running.print(std::cout);
}

}  // namespace

int main(int argc, char **argv) {
  Options options;
  if (!read_options(std::vector<std::string>(argv + 1, argv + argc), options)) {
    std::cerr << kUsage;
    return 2;
  }
  try {
    classify(options);
  } catch (const std::exception &error) {
    std::cerr << "camera: " << error.what() << '\n';
    return 1;
  }
  return 0;
}

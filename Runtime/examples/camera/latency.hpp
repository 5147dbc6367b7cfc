// How long frames took: quantiles, and a histogram for the terminal.
#ifndef CAMERA_LATENCY_HPP
#define CAMERA_LATENCY_HPP

#include <ostream>
#include <vector>

namespace camera {

class Latency {
 public:
  void add(double microseconds) { times_.push_back(microseconds); }
  // Prints median, 90th and 99th percentile, and how many frames fell into each quarter of an octave.
  void print(std::ostream &stream) const;

 private:
  std::vector<double> times_;
};

}  // namespace camera

#endif

#include "latency.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <string>

namespace camera {

void Latency::print(std::ostream &stream) const {
  if (times_.empty()) return;
  std::vector<double> sorted = times_;
  std::sort(sorted.begin(), sorted.end());
  const auto quantile = [&](double part) {
    return sorted[std::min(static_cast<size_t>(part * static_cast<double>(sorted.size())), sorted.size() - 1)];
  };
  stream << std::fixed << std::setprecision(1) << "latency: median " << quantile(0.5) << " us, p90 " << quantile(0.9)
         << " us, p99 " << quantile(0.99) << " us\n";
  std::map<int, size_t> counts;
  for (const double time : sorted) counts[static_cast<int>(std::floor(4 * std::log2(std::max(time, 0.1))))]++;
  size_t most = 0;
  for (const auto &[bucket, count] : counts) most = std::max(most, count);
  for (const auto &[bucket, count] : counts) {
    stream << std::setw(12) << std::exp2(bucket / 4.0) << " us " << std::setw(7) << count << ' '
           << std::string((count * 50 + most - 1) / most, '#') << '\n';
  }
}

}  // namespace camera

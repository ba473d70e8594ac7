// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace an::report {

/// What a processor computes at most, with numbers of one kind.
struct Roof {
  std::string name;
  double peak;  ///< GFLOP/s
};

/// What a kernel does.
struct RooflineMark {
  std::string name;
  double intensity;  ///< operations a byte moved, FLOP/byte
  double rate;       ///< GFLOP/s
};

struct RooflineSeries {
  std::string name;
  std::vector<RooflineMark> marks;
};

/// Roofline model (Williams, Waterman, Patterson, Communications of the ACM 52, 2009): a kernel of intensity i reaches
/// the lesser of the peak and of i times the bandwidth.
struct RooflineChart {
  double bandwidth;  ///< GB/s
  std::vector<Roof> roofs;
  std::vector<RooflineSeries> series;
};

/// The roofs, a mark for each kernel with its name as title, and a legend; both axes logarithmic.
std::string roofline_chart_svg(const RooflineChart& chart);

}  // namespace an::report

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/image_filters.hpp"
#include "kernels/spot_image.hpp"
#include "tracking/frame_model.hpp"
#include "tracking/spot_shape.hpp"

namespace an::tracking {

/// Finds spots in what a model of a frame does not explain: maxima of the rest, filtered with the spots' own profile.
class MatchedFilter {
 public:
  void set_shape(const ShapeTable& table);

  /// \param threshold in standard deviations of noise, which grows where light is expected
  std::vector<kernels::Spot> search(FrameModel& frame, double threshold);

 private:
  void make_room(std::size_t rows, std::size_t columns);
  float offset(std::size_t row, std::size_t column, bool down) const;

  kernels::SymmetricTaps taps_;
  double noise_ = 1, gain_ = 1;  ///< noise for one photon a pixel, answer to a photon
  kernels::Image<float> rest_, filtered_columns_, filtered_;
  kernels::Image<float>::HostMirror host_filtered_;
  kernels::Image<int> found_;
  kernels::Image<int>::HostMirror host_found_;
};

}  // namespace an::tracking

// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "core/frame.hpp"
#include "kernels/spot_image.hpp"
#include "tracking/spot_shape.hpp"

namespace an::tracking {

/// How the grey values of a video become photons.
struct PhotonScale {
  enum class Kind {
    level,  ///< backgrounds are of `value` photons a pixel; the gain of a frame is told by its background's level
    noise,  ///< the same, told by its background's noise
    gain    ///< `value` photons a grey value in all frames; backgrounds differ
  };
  Kind kind = Kind::noise;
  double value = 0;
};

/// A frame in photons beside what is expected of it: its background and the spots that were painted.
class FrameModel {
 public:
  using HostImage = kernels::Image<float>::HostMirror;

  void set_shape(const ShapeTable& table);
  /// Takes a frame, in photons; no spots are expected.
  void take(const Frame& frame, const PhotonScale& scale);
  /// Expects background and these spots.
  void paint_anew(const std::vector<kernels::Spot>& spots) { paint(spots, false); }
  /// Expects these as well; less light where theirs is negative.
  void add(const std::vector<kernels::Spot>& spots) { paint(spots, true); }

  std::size_t rows() const { return data_.extent(0); }
  std::size_t columns() const { return data_.extent(1); }
  const kernels::Image<float>& data() const { return data_; }
  const kernels::Image<float>& model() const { return model_; }
  const kernels::SpotShape& shape() const { return shape_; }
  double level() const { return level_; }  ///< photons of background

  const HostImage& host_data() const { return host_data_; }
  /// What is expected now, where the processor can read it; it may or may not follow what is painted later.
  const HostImage& fetch_model();

 private:
  void make_room(std::size_t rows, std::size_t columns);
  void paint(const std::vector<kernels::Spot>& spots, bool add);

  kernels::SpotShape shape_;
  kernels::Image<float> data_, model_;
  HostImage host_data_, host_model_;
  double level_ = 0;
};

/// Calls visit(row, column, y, x) for the pixels of a frame within `reach` px of the one that a spot lies on; y and x
/// are how far the pixel is from the spot's centre.
template <class Visit>
void for_each_pixel_around(const kernels::Spot& spot, int reach, std::size_t rows, std::size_t columns, Visit visit) {
  const auto row = static_cast<int>(std::lround(spot.y));
  const auto column = static_cast<int>(std::lround(spot.x));
  for (int r = std::max(row - reach, 0); r <= std::min(row + reach, static_cast<int>(rows) - 1); ++r)
    for (int c = std::max(column - reach, 0); c <= std::min(column + reach, static_cast<int>(columns) - 1); ++c)
      visit(static_cast<std::size_t>(r), static_cast<std::size_t>(c), r - static_cast<double>(spot.y),
            c - static_cast<double>(spot.x));
}

/// A list where kernels can read it.
Kokkos::View<kernels::Spot*> to_device(const std::vector<kernels::Spot>& list);

}  // namespace an::tracking

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "segmentation/experiment_model.hpp"

namespace an::segmentation {

/// Another particle that was near for some displacements.
struct Neighbour {
  std::size_t trajectory;
  std::size_t begin, end;        ///< displacements [begin, end) of the trajectory itself
  std::size_t shift;             ///< displacement `begin` is the neighbour's displacement `shift`
  std::vector<float> distances;  ///< px, at the begin of each displacement
};

/// Who was near to whom in a field of view.
class Neighbourhood {
 public:
  /// \param range px
  Neighbourhood(const FieldOfView& fov, double range);

  const std::vector<Neighbour>& of(std::size_t trajectory) const { return neighbours_[trajectory]; }
  /// Distance of the nearest neighbour at the begin of each displacement; beyond the range it is infinite.
  std::vector<float> nearest(std::size_t trajectory) const;
  /// Trajectory of the nearest neighbour at the begin of each displacement; none in range: their number.
  std::vector<std::size_t> partners(std::size_t trajectory) const;
  /// Whether a partner of this particle may be outside the field of view, for each displacement.
  std::vector<bool> at_border(std::size_t trajectory, double range) const;

 private:
  const FieldOfView& fov_;
  Extent extent_;
  std::vector<std::vector<Neighbour>> neighbours_;
};

}  // namespace an::segmentation

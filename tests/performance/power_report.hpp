// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "detection.hpp"
#include "exact_segmentation.hpp"

namespace an::performance {

/// Who looks for change points: the program with the states it fitted, the program with the true ones, and an
/// independent exact observer with the true ones.
enum Observer : std::size_t { full, ideal, exact };
inline constexpr std::size_t observers = 3;
inline constexpr std::array<const char*, observers> observer_names{"full", "ideal", "exact"};

/// What was measured of one contrast between two states.
struct Contrast {
  std::string name;
  std::array<testing::KnownState, 2> states;
  std::array<testing::Detection, observers> detections;
  std::map<std::string, int> models;  ///< that were fitted, and to how many experiments
};

/// The distances of a bin, as `3-5`.
std::string distance_name(std::size_t bin);

/// Tables for people. \param introduction how it was measured
std::string power_text(std::span<const Contrast> contrasts, const std::string& introduction);

/// One row a contrast, observer and distance.
std::string power_csv(std::span<const Contrast> contrasts);

/// Detection against contrast, a line a distance: those where K changes, and those where alpha does.
std::string power_svg(std::span<const Contrast> contrasts);

}  // namespace an::performance

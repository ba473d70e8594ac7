// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace an {

/// What the pixels of a video are.
enum class PixelType { uint8, uint16, float32 };

/// One frame, row by row. Float holds every value of the three types exactly.
struct Frame {
  std::size_t rows = 0, columns = 0;
  PixelType type = PixelType::uint8;
  std::vector<float> pixels;

  bool whole() const { return type != PixelType::float32; }
  /// Highest value of the type; 1 for float.
  double highest() const { return type == PixelType::uint8 ? 255 : type == PixelType::uint16 ? 65535 : 1; }
};

}  // namespace an

// SPDX-License-Identifier: MIT
#include "tracking/prepared_frame.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "tracking/grey_scale.hpp"

namespace an::tracking {

namespace {

// The pixel that numpy.pad's "reflect" takes. \param at with the border \param size without it
std::size_t mirrored(std::size_t at, std::size_t size, std::size_t border) {
  const auto place = static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(border);
  const std::ptrdiff_t period = std::max<std::ptrdiff_t>(2 * (static_cast<std::ptrdiff_t>(size) - 1), 1);
  std::ptrdiff_t folded = place % period;
  if (folded < 0) folded += period;
  return static_cast<std::size_t>(std::min(folded, period - folded)) % size;
}

// What a border that does not reflect is filled with.
double fill_value(const Frame& frame, const CrockerGrierParameters& parameters, const GreyScale& scale) {
  if (parameters.border == 0 || parameters.border_fill != BorderFill::median) return 0;
  const double fill = (median_of_frame(frame) - scale.centre) / scale.unit;
  return prepared_is_whole(frame, parameters) ? std::trunc(fill) : fill;
}

}  // namespace

bool prepared_is_whole(const Frame& frame, const CrockerGrierParameters& parameters) {
  return frame.whole() && parameters.normalisation == Normalisation::none;
}

void prepare_frame(const Frame& frame, const CrockerGrierParameters& parameters,
                   const kernels::Image<double>::HostMirror& out) {
  const std::size_t border = parameters.border;
  const std::size_t rows = out.extent(0);
  const std::size_t columns = out.extent(1);
  const GreyScale scale = scale_of(frame, parameters.normalisation);
  const double fill = fill_value(frame, parameters, scale);
  const bool plain = parameters.normalisation == Normalisation::none;
  const bool reflect = parameters.border_fill == BorderFill::reflect;
  std::array<double, 256> normalised{};  // of each byte
  for (std::size_t value = 0; value < normalised.size(); ++value)
    normalised[value] = (static_cast<double>(value) - scale.centre) / scale.unit;
  for (std::size_t r = 0; r < rows; ++r) {
    double* to = &out(r, 0);
    const bool row_inside = r >= border && r < border + frame.rows;
    if (!row_inside && !reflect) {
      std::fill(to, to + columns, fill);
      continue;
    }
    const std::size_t row = row_inside ? r - border : mirrored(r, frame.rows, border);
    const float* from = &frame.pixels[row * frame.columns];
    if (plain)
      for (std::size_t c = 0; c < frame.columns; ++c) to[border + c] = static_cast<double>(from[c]);
    else if (frame.type == PixelType::uint8)
      for (std::size_t c = 0; c < frame.columns; ++c)
        to[border + c] = normalised[static_cast<std::size_t>(static_cast<int>(from[c]))];
    else
      for (std::size_t c = 0; c < frame.columns; ++c)
        to[border + c] = (static_cast<double>(from[c]) - scale.centre) / scale.unit;
    for (std::size_t c = 0; c < border; ++c) {
      const std::size_t right = border + frame.columns + c;
      to[c] = reflect ? to[border + mirrored(c, frame.columns, border)] : fill;
      to[right] = reflect ? to[border + mirrored(right, frame.columns, border)] : fill;
    }
  }
  if (!parameters.invert) return;
  const double highest = prepared_is_whole(frame, parameters) ? frame.highest() : 1;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) out(r, c) = highest - out(r, c);
}

}  // namespace an::tracking

// SPDX-License-Identifier: MIT
#include "tracking/matched_filter.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/processor_kernel.hpp"

namespace an::tracking {

using kernels::Image;
using kernels::Spot;

namespace {

AN_KERNEL(filter_columns, kernels::CorrelateColumns<float>)
AN_KERNEL(filter_rows, kernels::CorrelateRows<float>)
AN_KERNEL(find_maxima, kernels::LocalMaxima<float>)

void subtract(const Image<const float>& from, const Image<const float>& expected, const Image<float>& rest) {
  const std::size_t width = from.extent(1);
  kernels::for_each_index(
      "residual", from.extent(0), KOKKOS_LAMBDA(std::size_t row) {
        for (std::size_t c = 0; c < width; ++c) rest(row, c) = from(row, c) - expected(row, c);
      });
}

}  // namespace

void MatchedFilter::set_shape(const ShapeTable& table) {
  const std::vector<double> profile = table.mean_profile();
  taps_.reach = std::min<std::size_t>(4, profile.size() - 1);
  double squares = 0;
  for (std::size_t q = 0; q <= taps_.reach; ++q) {
    taps_.taps[q] = profile[q];
    squares += (q == 0 ? 1 : 2) * profile[q] * profile[q];
  }
  noise_ = squares;  // the square root of the sum of the squared two-dimensional weights
  gain_ = table.answer_to(taps_.taps, taps_.reach);
}

void MatchedFilter::make_room(std::size_t rows, std::size_t columns) {
  if (rest_.extent(0) == rows && rest_.extent(1) == columns) return;
  rest_ = Image<float>("residual", rows, columns);
  filtered_columns_ = Image<float>("filtered columns", rows, columns);
  filtered_ = Image<float>("filtered", rows, columns);
  found_ = Image<int>("maxima", rows, columns + 1);
  host_filtered_ = Kokkos::create_mirror_view(filtered_);
  host_found_ = Kokkos::create_mirror_view(found_);
}

std::vector<Spot> MatchedFilter::search(FrameModel& frame, double threshold) {
  const std::size_t rows = frame.rows();
  make_room(rows, frame.columns());
  subtract(frame.data(), frame.model(), rest_);
  filter_columns({rest_, filtered_columns_, taps_}, rows);
  filter_rows({filtered_columns_, filtered_, taps_}, rows);
  const double noise = noise_ * std::sqrt(frame.level());
  find_maxima({filtered_, found_, threshold * noise, 1, 1, 0}, rows);
  Kokkos::deep_copy(host_found_, found_);
  Kokkos::deep_copy(host_filtered_, filtered_);
  const FrameModel::HostImage& model = frame.fetch_model();
  std::vector<Spot> spots;
  for (std::size_t row = 0; row < rows; ++row)
    for (int i = 1; i <= host_found_(row, 0); ++i) {
      const auto column = static_cast<std::size_t>(host_found_(row, static_cast<std::size_t>(i)));
      // Where there is light of others, there is more noise.
      const double share = std::max(1.0, static_cast<double>(model(row, column)) / frame.level());
      const auto answer = static_cast<double>(host_filtered_(row, column));
      if (!(answer > threshold * noise * std::sqrt(share))) continue;
      spots.push_back({static_cast<float>(row) + offset(row, column, true),
                       static_cast<float>(column) + offset(row, column, false), static_cast<float>(answer / gain_)});
    }
  return spots;
}

// Vertex of the parabola through a maximum and its neighbours.
float MatchedFilter::offset(std::size_t row, std::size_t column, bool down) const {
  const std::size_t at = down ? row : column;
  const std::size_t last = host_filtered_.extent(down ? 0 : 1) - 1;
  if (at == 0 || at == last) return 0;
  const float before = down ? host_filtered_(row - 1, column) : host_filtered_(row, column - 1);
  const float after = down ? host_filtered_(row + 1, column) : host_filtered_(row, column + 1);
  const float bend = 2 * host_filtered_(row, column) - before - after;
  return bend > 0 ? std::clamp(0.5F * (after - before) / bend, -0.5F, 0.5F) : 0;
}

}  // namespace an::tracking

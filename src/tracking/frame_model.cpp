// SPDX-License-Identifier: MIT
#include "tracking/frame_model.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/processor_kernel.hpp"
#include "tracking/frame_background.hpp"

namespace an::tracking {

using kernels::Image;
using kernels::Spot;

namespace {

AN_KERNEL(render_rows, kernels::RenderRows)

}  // namespace

Kokkos::View<Spot*> to_device(const std::vector<Spot>& list) {
  Kokkos::View<Spot*> device(Kokkos::view_alloc(Kokkos::WithoutInitializing, "spots"), list.size());
  const auto host = Kokkos::create_mirror_view(device);
  std::copy(list.begin(), list.end(), host.data());
  Kokkos::deep_copy(device, host);
  return device;
}

void FrameModel::set_shape(const ShapeTable& table) {
  const auto side = static_cast<std::size_t>(table.side());
  Image<float> samples("spot", side, side);
  const auto host = Kokkos::create_mirror_view(samples);
  std::copy(table.samples.begin(), table.samples.end(), host.data());
  Kokkos::deep_copy(samples, host);
  shape_ = {samples, table.reach, table.per_pixel};
}

void FrameModel::make_room(std::size_t new_rows, std::size_t new_columns) {
  if (rows() == new_rows && columns() == new_columns) return;
  data_ = Image<float>("photons", new_rows, new_columns);
  model_ = Image<float>("model", new_rows, new_columns);
  host_data_ = Kokkos::create_mirror_view(data_);
  host_model_ = Kokkos::create_mirror_view(model_);
}

void FrameModel::take(const Frame& frame, const PhotonScale& scale) {
  make_room(frame.rows, frame.columns);
  const FrameBackground ground = background_of(frame);
  const bool steady = scale.kind == PhotonScale::Kind::gain;
  const bool by_level = scale.kind == PhotonScale::Kind::level && ground.level > 0;
  level_ = steady ? scale.value * std::max(ground.level, ground.noise) : scale.value;
  const double gain = steady ? scale.value : by_level ? level_ / ground.level : std::sqrt(level_) / ground.noise;
  const auto factor = static_cast<float>(gain);
  const auto shift = static_cast<float>(level_ - ground.level * gain + (frame.whole() ? 0.5 * gain : 0));
  float* to = host_data_.data();
  for (std::size_t i = 0; i < frame.pixels.size(); ++i) to[i] = frame.pixels[i] * factor + shift;
  Kokkos::deep_copy(data_, host_data_);
  paint_anew({});
}

void FrameModel::paint(const std::vector<Spot>& spots, bool add) {
  // Sorted by rows, by counting.
  const auto row_of = [&](const Spot& spot) {
    return static_cast<std::size_t>(std::clamp(spot.y, 0.0F, static_cast<float>(rows() - 1)));
  };
  const Kokkos::View<int*> first("first spots", rows() + 1);
  const auto host_first = Kokkos::create_mirror_view(first);
  for (const Spot& spot : spots) ++host_first(row_of(spot) + 1);
  for (std::size_t row = 0; row < rows(); ++row) host_first(row + 1) += host_first(row);
  std::vector<Spot> sorted(spots.size());
  std::vector<int> next(host_first.data(), host_first.data() + rows());
  for (const Spot& spot : spots) sorted[static_cast<std::size_t>(next[row_of(spot)]++)] = spot;
  Kokkos::deep_copy(first, host_first);
  // The analyzer does not see that Kokkos counts references.
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks)
  render_rows({model_, shape_, to_device(sorted), first, static_cast<float>(level_), add}, rows());
}

const FrameModel::HostImage& FrameModel::fetch_model() {
  Kokkos::deep_copy(host_model_, model_);
  return host_model_;
}

}  // namespace an::tracking

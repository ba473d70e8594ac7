// SPDX-License-Identifier: MIT
#include "tracking/crocker_grier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <string>

#include "core/error.hpp"
#include "core/pairwise_sum.hpp"
#include "kernels/image_filters.hpp"
#include "kernels/processor_kernel.hpp"
#include "tracking/feature_window.hpp"
#include "tracking/grey_scale.hpp"
#include "tracking/prepared_frame.hpp"

namespace an::tracking {

namespace {

using kernels::Image;
AN_KERNEL(low_pass_columns, kernels::CorrelateColumns<double>)
AN_KERNEL(low_pass_rows, kernels::CorrelateRows<double>)
AN_KERNEL(boxcar_columns, kernels::RunningMeanColumns)
AN_KERNEL(boxcar_rows, kernels::RunningMeanRows)
AN_KERNEL(find_maxima, kernels::LocalMaxima<double>)

// 0 at least.
AN_VECTORISED double largest_of(const double* values, std::size_t count) {
  constexpr std::size_t lanes = 16;
  std::array<double, lanes> largest{};
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (std::size_t k = 0; k < lanes; ++k) largest[k] = values[i + k] > largest[k] ? values[i + k] : largest[k];
  for (; i < count; ++i) largest[0] = std::max(largest[0], values[i]);
  return *std::max_element(largest.begin(), largest.end());
}

AN_VECTORISED void cut_to_whole(double* values, std::size_t count, double factor) {
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<double>(static_cast<int>(factor * (values[i] > 0 ? values[i] : 0)));
}

// exp as numpy computes it with AVX-512. For the default noise size its last bit differs from the C library's, which
// decides whether the brightest pixel is cut to 255 or 254.
double exp_as_numpy(double x) {
  if (x == -2.0) return 0x1.152aaa3bf81cbp-3;
  if (x == -4.5) return 0x1.6c0504695c418p-7;
  if (x == -8.0) return 0x1.5fc21041027acp-12;
  return std::exp(x);
}

}  // namespace

struct CrockerGrier::Work {
  CrockerGrierParameters parameters;
  FeatureWindow window;
  kernels::SymmetricTaps low_pass;
  Image<double> raw, smooth, mean, mean_of_columns, difference;
  Image<int> found;
  Image<double>::HostMirror host_raw, host_filtered;
  Image<int>::HostMirror host_found;
  std::vector<unsigned char> lit, spread;
  std::vector<double> dark;
  std::vector<std::uint32_t> counts;  // of the filtered values
  bool whole = false;                 // whether raw values are whole numbers
  double highest = 255;               // of whole filtered values: that of the raw ones' type, of a byte for real ones
  double scale = 1;

  explicit Work(const CrockerGrierParameters& given) : parameters(given), window(given.diameter) {
    if (given.noise_size <= 0) return;
    low_pass.reach = static_cast<std::size_t>(std::floor(4 * given.noise_size + 0.5));
    std::vector<double> taps(2 * low_pass.reach + 1);
    for (std::size_t q = 0; q <= low_pass.reach; ++q) {
      const auto distance = static_cast<double>(q);
      taps[low_pass.reach + q] = exp_as_numpy(distance * distance / (-2 * given.noise_size * given.noise_size));
      taps[low_pass.reach - q] = taps[low_pass.reach + q];
    }
    const double sum = pairwise_sum(taps);
    for (std::size_t q = 0; q <= low_pass.reach; ++q) low_pass.taps[q] = taps[low_pass.reach + q] / sum;
  }

  std::size_t rows() const { return raw.extent(0); }
  std::size_t columns() const { return raw.extent(1); }

  void make_room(std::size_t new_rows, std::size_t new_columns) {
    if (raw.extent(0) == new_rows && raw.extent(1) == new_columns) return;
    kernels::start_kernels();
    const auto image = [&](const std::string& name) { return Image<double>(name, new_rows, new_columns); };
    raw = image("raw");
    smooth = image("smooth");
    mean = image("mean");
    mean_of_columns = image("mean of columns");
    difference = image("difference");
    found = Image<int>("maxima", new_rows, new_columns + 1);
    host_raw = Kokkos::create_mirror_view(raw);
    host_filtered = Kokkos::create_mirror_view(difference);
    host_found = Kokkos::create_mirror_view(found);
    window.set_columns(new_columns);
  }

  // Low-pass minus boxcar, in `difference`.
  void band_pass() {
    if (low_pass.reach > 0) {
      low_pass_columns({raw, mean, low_pass}, rows());
      low_pass_rows({mean, smooth, low_pass}, rows());
    }
    const std::size_t size = parameters.smoothing_size;
    boxcar_columns({raw, mean_of_columns, size, whole}, kernels::RunningMeanColumns::items(columns()));
    boxcar_rows({mean_of_columns, mean, size, whole}, kernels::RunningMeanRows::items(rows()));
    const Image<double> from = low_pass.reach > 0 ? smooth : raw;
    const Image<double> box = mean;
    const Image<double> out = difference;
    const double lowest = whole ? 1 : 1.0 / 255;
    const std::size_t width = columns();
    kernels::for_each_index(
        "band-pass", rows(), KOKKOS_LAMBDA(std::size_t row) {
          for (std::size_t c = 0; c < width; ++c) {
            const double value = from(row, c) - box(row, c);
            out(row, c) = value >= lowest ? value : 0;
          }
        });
  }

  // Filtered values as whole numbers, and how often each occurs. False where there is nothing.
  bool to_whole_numbers() {
    Kokkos::deep_copy(host_filtered, difference);
    double* const values = host_filtered.data();
    const std::size_t count = host_filtered.size();
    const bool as_is = whole && !parameters.preprocess;
    const double most = largest_of(values, count);
    if (!(most > 0) || !std::isfinite(most)) return false;
    const double factor = as_is ? 1 : highest / most;
    scale = factor;
    cut_to_whole(values, count, factor);
    constexpr std::size_t lanes = 8;  // of independent counts
    const auto bins = static_cast<std::size_t>(highest) + 1;
    counts.assign(lanes * bins, 0);
    for (std::size_t i = 0; i < count; i += lanes)
      for (std::size_t k = 0; k < std::min(lanes, count - i); ++k)
        ++counts[k * bins + static_cast<std::size_t>(static_cast<int>(values[i + k]))];
    for (std::size_t level = 0; level < bins; ++level)
      for (std::size_t lane = 1; lane < lanes; ++lane) counts[level] += counts[lane * bins + level];
    counts.resize(bins);
    Kokkos::deep_copy(difference, host_filtered);
    return true;
  }

  // Of features nearer than the separation the lighter dies; all are judged at once.
  std::vector<RefinedWindow> without_duplicates(const std::vector<RefinedWindow>& features) const {
    const double reach = parameters.separation;
    const auto sum_of = [reach](const RefinedWindow& feature) { return feature.y / reach + feature.x / reach; };
    std::vector<char> dead(features.size(), 0);
    std::vector<std::size_t> by_row(features.size());
    std::iota(by_row.begin(), by_row.end(), std::size_t{0});
    std::sort(by_row.begin(), by_row.end(),
              [&](std::size_t a, std::size_t b) { return features[a].y < features[b].y; });
    for (std::size_t i = 0; i < by_row.size(); ++i)
      for (std::size_t j = i + 1; j < by_row.size(); ++j) {
        const auto [first, second] = std::minmax(by_row[i], by_row[j]);
        const RefinedWindow& a = features[first];
        const RefinedWindow& b = features[second];
        const double dy = a.y / reach - b.y / reach;
        const double dx = a.x / reach - b.x / reach;
        if (std::abs(dy) > 1) break;
        if (!(std::sqrt(dy * dy + dx * dx) <= 1 - 1e-7)) continue;
        const bool first_dies = a.mass != b.mass ? a.mass < b.mass : sum_of(a) <= sum_of(b);
        dead[first_dies ? first : second] = 1;
      }
    std::vector<RefinedWindow> kept;
    for (std::size_t i = 0; i < features.size(); ++i)
      if (dead[i] == 0) kept.push_back(features[i]);
    return kept;
  }

  // Mean and standard deviation of raw values where no window around a lit pixel reaches.
  GreyScale background() {
    // Lit pixels with a margin all around, then spread by the window.
    const std::size_t r = window.radius();
    const std::size_t width = columns() + 2 * r;
    lit.assign((rows() + 2 * r) * width, 0);
    spread.assign(lit.size(), 0);
    for (std::size_t row = 0; row < rows(); ++row) {
      const double* from = &host_filtered(row, 0);
      unsigned char* to = &lit[(row + r) * width + r];
      for (std::size_t c = 0; c < columns(); ++c) to[c] = from[c] > 0 ? 1 : 0;
    }
    const std::size_t margin = r * width + r;
    const std::size_t inner = lit.size() - 2 * margin;
    for (std::size_t i = 0; i < window.pixels(); ++i) {
      const unsigned char* from = lit.data() + margin;
      unsigned char* to = spread.data() + static_cast<std::ptrdiff_t>(margin) + window.offset(i, width);
      for (std::size_t k = 0; k < inner; ++k) to[k] |= from[k];
    }
    dark.resize(host_raw.size());
    std::size_t count_dark = 0;
    for (std::size_t row = 0; row < rows(); ++row) {
      const double* from = &host_raw(row, 0);
      const unsigned char* shade = &spread[(row + r) * width + r];
      for (std::size_t c = 0; c < columns(); ++c) {
        dark[count_dark] = from[c];
        count_dark += shade[c] ^ 1U;
      }
    }
    dark.resize(count_dark);
    return mean_and_deviation(dark);
  }

  std::vector<Feature> locate(const Frame& frame) {
    make_room(frame.rows + 2 * parameters.border, frame.columns + 2 * parameters.border);
    whole = prepared_is_whole(frame, parameters);
    highest = whole ? frame.highest() : 255;
    prepare_frame(frame, parameters, host_raw);
    Kokkos::deep_copy(raw, host_raw);
    if (parameters.preprocess)
      band_pass();
    else
      Kokkos::deep_copy(difference, raw);
    if (!to_whole_numbers()) return {};
    const double threshold = percentile_not_zero(counts, parameters.percentile);
    if (std::isnan(threshold)) return {};
    const auto box = static_cast<std::size_t>(2 * parameters.separation / std::sqrt(2.0));
    const auto half_separation = static_cast<std::size_t>(parameters.separation / 2);
    const std::size_t margin =
        std::max({window.radius(), half_separation > 0 ? half_separation - 1 : 0, parameters.smoothing_size / 2});
    const std::size_t before = box == 0 ? 0 : (box - 1) / 2;
    find_maxima({difference, found, threshold, before, box / 2, margin}, rows());
    Kokkos::deep_copy(host_found, found);
    // The least mass may come first: what is lighter could only outlive what is lighter still.
    std::vector<RefinedWindow> candidates;
    for (std::size_t row = 0; row < rows(); ++row)
      for (int i = 1; i <= host_found(row, 0); ++i) {
        const RefinedWindow found_here = window.refine(host_filtered, static_cast<std::ptrdiff_t>(row),
                                                       host_found(row, static_cast<std::size_t>(i)));
        if (found_here.mass / scale > parameters.minmass) candidates.push_back(found_here);
      }
    std::vector<Feature> features;
    for (const RefinedWindow& candidate : without_duplicates(candidates))
      features.push_back(window.measure(host_filtered, host_raw, scale, candidate));
    if (features.empty()) return features;
    const GreyScale ground = parameters.noise_size > 0 ? background() : GreyScale{0, 0};
    for (Feature& feature : features) {
      feature.ep = parameters.noise_size > 0
                       ? ground.unit / (feature.raw_mass - static_cast<double>(window.pixels()) * ground.centre) *
                             parameters.noise_size * window.moment()
                       : 0;
      feature.y -= static_cast<double>(parameters.border);
      feature.x -= static_cast<double>(parameters.border);
    }
    return features;
  }
};

CrockerGrier::CrockerGrier(const CrockerGrierParameters& parameters) {
  if (parameters.diameter % 2 == 0 || parameters.smoothing_size % 2 == 0)
    throw ConfigError(fmt::format("tracking: diameter is {} and smoothing_size is {} (expected odd numbers)",
                                  parameters.diameter, parameters.smoothing_size));
  if (parameters.preprocess && parameters.noise_size >= static_cast<double>(parameters.smoothing_size))
    throw ConfigError(fmt::format("tracking: noise_size is {} (expected less than smoothing_size, {})",
                                  parameters.noise_size, parameters.smoothing_size));
  if (4 * parameters.noise_size + 0.5 >= kernels::SymmetricTaps::most)
    throw ConfigError(fmt::format("tracking: noise_size is {} (expected less than 15)", parameters.noise_size));
  work_ = std::make_unique<Work>(parameters);
}

CrockerGrier::~CrockerGrier() = default;
CrockerGrier::CrockerGrier(CrockerGrier&&) noexcept = default;
CrockerGrier& CrockerGrier::operator=(CrockerGrier&&) noexcept = default;

std::vector<Feature> CrockerGrier::locate(const Frame& frame) { return work_->locate(frame); }

}  // namespace an::tracking

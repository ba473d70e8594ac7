// SPDX-License-Identifier: MIT
#include "tracking/crocker_grier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>

#include "core/error.hpp"
#include "core/median.hpp"
#include "core/pairwise_sum.hpp"
#include "kernels/image_filters.hpp"
#include "kernels/processor_kernel.hpp"

namespace an::tracking {

namespace {

using kernels::Image;
AN_KERNEL(low_pass_columns, kernels::CorrelateColumns<double>)
AN_KERNEL(low_pass_rows, kernels::CorrelateRows<double>)
AN_KERNEL(boxcar_columns, kernels::RunningMeanColumns)
AN_KERNEL(boxcar_rows, kernels::RunningMeanRows)
AN_KERNEL(find_maxima, kernels::LocalMaxima<double>)

using HostImage = Image<double>::HostMirror;

constexpr int most_shifts = 10;
constexpr double shift_beyond = 0.6;  // px off the centre at which the window moves

// The median of whole numbers from 0 on, by counting.
double median_of_counts(std::span<const std::uint32_t> counts, std::size_t total) {
  const std::size_t low_rank = (total - 1) / 2;
  const std::size_t high_rank = total / 2;
  std::size_t below = 0;
  double low = -1;
  for (std::size_t value = 0; value < counts.size(); ++value) {
    below += counts[value];
    if (low < 0 && below > low_rank) low = static_cast<double>(value);
    if (below > high_rank) return (low + static_cast<double>(value)) / 2;
  }
  return low;
}

// How often each value of a frame of bytes occurs.
std::array<std::uint32_t, 256> counts_of(const Frame& frame) {
  constexpr std::size_t lanes = 4;  // equal neighbours do not wait for each other
  std::array<std::array<std::uint32_t, 256>, lanes> parts{};
  for (std::size_t i = 0; i < frame.pixels.size(); ++i)
    ++parts[i % lanes][static_cast<std::size_t>(static_cast<int>(frame.pixels[i]))];
  std::array<std::uint32_t, 256> counts{};
  for (const auto& part : parts)
    for (std::size_t value = 0; value < counts.size(); ++value) counts[value] += part[value];
  return counts;
}

double median_of_frame(const Frame& frame) {
  if (frame.type == PixelType::uint8) return median_of_counts(counts_of(frame), frame.pixels.size());
  return median_of(std::vector<double>(frame.pixels.begin(), frame.pixels.end()));
}

struct Scale {
  double centre = 0, unit = 1;
};

Scale median_and_mad(const Frame& frame) {
  if (frame.type == PixelType::uint8) {
    const auto counts = counts_of(frame);
    const double median = median_of_counts(counts, frame.pixels.size());
    // Distances are whole or half: counted in halves.
    std::array<std::uint32_t, 512> distances{};
    for (std::size_t value = 0; value < counts.size(); ++value)
      distances[static_cast<std::size_t>(2 * std::abs(static_cast<double>(value) - median))] += counts[value];
    return {median, 1.4826 * (median_of_counts(distances, frame.pixels.size()) / 2)};
  }
  std::vector<double> values(frame.pixels.begin(), frame.pixels.end());
  const double median = median_of(values);
  for (double& value : values) value = std::abs(value - median);
  return {median, 1.4826 * median_of(std::move(values))};
}

Scale scale_of(const Frame& frame, Normalisation normalisation) {
  if (normalisation == Normalisation::none) return {};
  if (normalisation == Normalisation::mad) return median_and_mad(frame);
  std::vector<double> values(frame.pixels.begin(), frame.pixels.end());
  const auto count = static_cast<double>(values.size());
  const double mean = pairwise_sum(values) / count;
  for (double& value : values) value = (value - mean) * (value - mean);
  return {mean, std::sqrt(pairwise_sum(values) / count)};
}

// numpy's percentile (linear interpolation) of the values that are not 0; NaN where there are none.
double percentile_not_zero(std::span<const std::uint32_t> counts, double percent) {
  const std::size_t total = std::accumulate(counts.begin() + 1, counts.end(), std::size_t{0});
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  const double place = static_cast<double>(total - 1) * (percent / 100);
  const double floor = std::floor(place);
  const auto value_at = [&](std::size_t rank) {
    std::size_t below = 0;
    for (std::size_t value = 1; value < counts.size(); ++value) {
      below += counts[value];
      if (below > rank) return static_cast<double>(value);
    }
    return static_cast<double>(counts.size() - 1);
  };
  const double low = value_at(static_cast<std::size_t>(floor));
  const double high = value_at(std::min(static_cast<std::size_t>(floor) + 1, total - 1));
  const double share = place - floor;
  return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
}

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

// The pixels of a feature's window, and what their sums are weighted with.
struct Window {
  std::size_t radius = 0;
  std::vector<std::ptrdiff_t> row, column;  // offsets from the centre
  std::vector<double> y, x;                 // from the window's corner
  std::vector<double> square, cosine, sine;

  explicit Window(std::size_t diameter) : radius(diameter / 2) {
    const auto r = static_cast<std::ptrdiff_t>(radius);
    const auto rr = static_cast<double>(radius);
    for (std::ptrdiff_t i = -r; i <= r; ++i)
      for (std::ptrdiff_t j = -r; j <= r; ++j) {
        const auto down = static_cast<double>(i);
        const auto across = static_cast<double>(j);
        if ((down / rr) * (down / rr) + (across / rr) * (across / rr) > 1) continue;
        row.push_back(i);
        column.push_back(j);
        y.push_back(down + rr);
        x.push_back(across + rr);
        square.push_back(down * down + across * across);
        const double angle = std::atan2(down, across);
        cosine.push_back(std::cos(2 * angle));
        sine.push_back(std::sin(2 * angle));
      }
  }
};

}  // namespace

struct CrockerGrier::Work {
  CrockerGrierParameters parameters;
  Window window;
  kernels::SymmetricTaps low_pass;
  Image<double> raw, smooth, mean, mean_of_columns, difference;
  Image<int> found;
  HostImage host_raw, host_filtered;
  Image<int>::HostMirror host_found;
  std::vector<unsigned char> lit, spread;
  std::vector<double> dark;
  std::vector<std::uint32_t> counts;  // of the filtered values
  bool whole = false;                 // whether raw values are whole numbers
  double scale = 1;
  std::vector<std::ptrdiff_t> offsets;  // the window's pixels in memory

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
    offsets.clear();
    for (std::size_t i = 0; i < window.row.size(); ++i)
      offsets.push_back(window.row[i] * static_cast<std::ptrdiff_t>(new_columns) + window.column[i]);
  }

  // Normalises, adds the border, inverts.
  void prepare(const Frame& frame) {
    const std::size_t border = parameters.border;
    make_room(frame.rows + 2 * border, frame.columns + 2 * border);
    whole = frame.whole() && parameters.normalisation == Normalisation::none;
    const Scale scale_by = scale_of(frame, parameters.normalisation);
    double fill = 0;
    if (border > 0 && parameters.border_fill == BorderFill::median) {
      fill = (median_of_frame(frame) - scale_by.centre) / scale_by.unit;
      if (whole) fill = std::trunc(fill);
    }
    const bool plain = parameters.normalisation == Normalisation::none;
    std::array<double, 256> normalised{};  // of each byte
    for (std::size_t value = 0; value < normalised.size(); ++value)
      normalised[value] = (static_cast<double>(value) - scale_by.centre) / scale_by.unit;
    const auto mirrored = [border](std::size_t at, std::size_t size) {  // as numpy.pad's "reflect"
      const auto place = static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(border);
      const std::ptrdiff_t period = std::max<std::ptrdiff_t>(2 * (static_cast<std::ptrdiff_t>(size) - 1), 1);
      std::ptrdiff_t folded = place % period;
      if (folded < 0) folded += period;
      return static_cast<std::size_t>(std::min(folded, period - folded)) % size;
    };
    for (std::size_t r = 0; r < rows(); ++r) {
      double* to = &host_raw(r, 0);
      const bool row_inside = r >= border && r < border + frame.rows;
      if (!row_inside && parameters.border_fill != BorderFill::reflect) {
        std::fill(to, to + columns(), fill);
        continue;
      }
      const std::size_t row = row_inside ? r - border : mirrored(r, frame.rows);
      const float* from = &frame.pixels[row * frame.columns];
      if (plain)
        for (std::size_t c = 0; c < frame.columns; ++c) to[border + c] = static_cast<double>(from[c]);
      else if (frame.type == PixelType::uint8)
        for (std::size_t c = 0; c < frame.columns; ++c)
          to[border + c] = normalised[static_cast<std::size_t>(static_cast<int>(from[c]))];
      else
        for (std::size_t c = 0; c < frame.columns; ++c)
          to[border + c] = (static_cast<double>(from[c]) - scale_by.centre) / scale_by.unit;
      for (std::size_t c = 0; c < border; ++c) {
        const std::size_t right = border + frame.columns + c;
        const bool reflect = parameters.border_fill == BorderFill::reflect;
        to[c] = reflect ? to[border + mirrored(c, frame.columns)] : fill;
        to[right] = reflect ? to[border + mirrored(right, frame.columns)] : fill;
      }
    }
    if (!parameters.invert) return;
    const double highest = whole ? frame.highest() : 1;
    for (std::size_t r = 0; r < rows(); ++r)
      for (std::size_t c = 0; c < columns(); ++c) host_raw(r, c) = highest - host_raw(r, c);
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
    const double factor = as_is ? 1 : 255 / most;
    scale = factor;
    cut_to_whole(values, count, factor);
    constexpr std::size_t lanes = 8;  // of independent counts
    const std::size_t bins = as_is ? 65536 : 256;
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

  // A window on its way to a feature's centre of mass.
  struct Candidate {
    double y = 0, x = 0, mass = 0;
    std::ptrdiff_t row = 0, column = 0;
  };

  // Moves the window to the centre of mass.
  Candidate refine(std::ptrdiff_t row, std::ptrdiff_t column) const {
    const double* const image = host_filtered.data();
    const auto width = static_cast<std::ptrdiff_t>(columns());
    const auto r = static_cast<std::ptrdiff_t>(window.radius);
    const auto radius = static_cast<double>(window.radius);
    const std::ptrdiff_t last_row = static_cast<std::ptrdiff_t>(rows()) - 1 - r;
    const std::ptrdiff_t last_column = width - 1 - r;
    Candidate moving;
    for (int shift = 0; shift < most_shifts; ++shift) {
      moving.mass = 0;
      double sum_y = 0;
      double sum_x = 0;
      const double* const centre = image + row * width + column;
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        const double value = centre[offsets[i]];
        sum_y += value * window.y[i];
        sum_x += value * window.x[i];
        moving.mass += value;
      }
      const double off_y = sum_y / moving.mass - radius;
      const double off_x = sum_x / moving.mass - radius;
      moving.y = off_y + static_cast<double>(row);
      moving.x = off_x + static_cast<double>(column);
      moving.row = row;
      moving.column = column;
      if (std::abs(off_y) < shift_beyond && std::abs(off_x) < shift_beyond) return moving;
      const auto moved = [](std::ptrdiff_t at, double off, std::ptrdiff_t low, std::ptrdiff_t high) {
        if (off > shift_beyond) ++at;
        if (off < -shift_beyond) --at;
        return std::clamp(at, low, high);
      };
      row = moved(row, off_y, r, last_row);
      column = moved(column, off_x, r, last_column);
    }
    moving.row = row;
    moving.column = column;
    moving.mass = 0;
    for (const std::ptrdiff_t offset : offsets) moving.mass += image[row * width + column + offset];
    return moving;
  }

  Feature measure(const Candidate& at) const {
    Feature feature{at.y, at.x, at.mass / scale};
    double gyration = 0;
    double cosine = 0;
    double sine = 0;
    const std::ptrdiff_t place = at.row * static_cast<std::ptrdiff_t>(columns()) + at.column;
    const double* const centre = host_filtered.data() + place;
    const double* const raw_centre = host_raw.data() + place;
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const double value = centre[offsets[i]];
      feature.raw_mass += raw_centre[offsets[i]];
      gyration += window.square[i] * value;
      cosine += value * window.cosine[i];
      sine += value * window.sine[i];
      feature.signal = std::max(feature.signal, value);
    }
    feature.signal /= scale;
    feature.size = std::sqrt(gyration / at.mass);
    feature.ecc = std::sqrt(cosine * cosine + sine * sine) / (at.mass - *centre + 1e-6);
    return feature;
  }

  // Of features nearer than the separation the lighter dies; all are judged at once.
  std::vector<Candidate> without_duplicates(const std::vector<Candidate>& features) const {
    const double reach = parameters.separation;
    std::vector<char> dead(features.size(), 0);
    std::vector<std::size_t> by_row(features.size());
    std::iota(by_row.begin(), by_row.end(), std::size_t{0});
    std::sort(by_row.begin(), by_row.end(),
              [&](std::size_t a, std::size_t b) { return features[a].y < features[b].y; });
    for (std::size_t i = 0; i < by_row.size(); ++i)
      for (std::size_t j = i + 1; j < by_row.size(); ++j) {
        const auto [first, second] = std::minmax(by_row[i], by_row[j]);
        const Candidate& a = features[first];
        const Candidate& b = features[second];
        const double dy = a.y / reach - b.y / reach;
        const double dx = a.x / reach - b.x / reach;
        if (std::abs(dy) > 1) break;
        if (!(std::sqrt(dy * dy + dx * dx) <= 1 - 1e-7)) continue;
        const bool first_dies = a.mass != b.mass ? a.mass < b.mass : a.y + a.x <= b.y + b.x;
        dead[first_dies ? first : second] = 1;
      }
    std::vector<Candidate> kept;
    for (std::size_t i = 0; i < features.size(); ++i)
      if (dead[i] == 0) kept.push_back(features[i]);
    return kept;
  }

  // Mean and standard deviation of raw values where no window around a lit pixel reaches.
  Scale background() {
    // Lit pixels with a margin all around, then spread by the window.
    const std::size_t r = window.radius;
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
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const auto shift =
          static_cast<std::ptrdiff_t>(margin) + window.row[i] * static_cast<std::ptrdiff_t>(width) + window.column[i];
      const unsigned char* from = lit.data() + margin;
      unsigned char* to = spread.data() + shift;
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
    if (dark.empty()) return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
    const auto count = static_cast<double>(dark.size());
    const double mean_value = pairwise_sum(dark) / count;
    for (double& value : dark) value = (value - mean_value) * (value - mean_value);
    return {mean_value, std::sqrt(pairwise_sum(dark) / count)};
  }

  std::vector<Feature> locate(const Frame& frame) {
    prepare(frame);
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
        std::max({window.radius, half_separation > 0 ? half_separation - 1 : 0, parameters.smoothing_size / 2});
    const std::size_t before = box == 0 ? 0 : (box - 1) / 2;
    find_maxima({difference, found, threshold, before, box / 2, margin}, rows());
    Kokkos::deep_copy(host_found, found);
    // The least mass may come first: what is lighter could only outlive what is lighter still.
    std::vector<Candidate> candidates;
    for (std::size_t row = 0; row < rows(); ++row)
      for (int i = 1; i <= host_found(row, 0); ++i) {
        const Candidate found_here =
            refine(static_cast<std::ptrdiff_t>(row), host_found(row, static_cast<std::size_t>(i)));
        if (found_here.mass / scale > parameters.minmass) candidates.push_back(found_here);
      }
    std::vector<Feature> features;
    for (const Candidate& candidate : without_duplicates(candidates)) features.push_back(measure(candidate));
    if (features.empty()) return features;
    const Scale ground = parameters.noise_size > 0 ? background() : Scale{0, 0};
    for (Feature& feature : features) {
      feature.ep = parameters.noise_size > 0
                       ? ground.unit / (feature.raw_mass - static_cast<double>(window.row.size()) * ground.centre) *
                             parameters.noise_size * std::sqrt(2.0)
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

// SPDX-License-Identifier: MIT
#include "segmentation/segment_cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/pairwise_sum.hpp"

namespace an::segmentation {

namespace {

// Sums over the frames of `rows` of what `term` makes of a number and its feature: frame after frame for each feature,
// two features at a time.
template <class Term>
void sum_columns(std::span<const double> rows, std::span<double> sums, const Term& term) {
  const std::size_t features = sums.size();
  for (std::size_t f = 0; f < features; f += 2) {
    const std::size_t g = std::min(f + 1, features - 1);
    double first = 0;
    double second = 0;
    for (std::size_t row = 0; row < rows.size(); row += features) {
      first += term(rows[row + f], f);
      second += term(rows[row + g], g);
    }
    sums[f] = first;
    sums[g] = second;
  }
}

// Means of the features.
void mean_of_columns(std::span<const double> rows, std::span<double> means) {
  sum_columns(rows, means, [](double value, std::size_t) { return value; });
  const std::size_t frames = rows.size() / means.size();
  for (double& mean : means) mean /= static_cast<double>(frames);
}

// numpy's var.
double variance(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = pairwise_sum(values) / count;
  thread_local std::vector<double> squares;
  squares.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) squares[i] = (values[i] - mean) * (values[i] - mean);
  return pairwise_sum(squares) / count;
}

// ln |determinant| of a matrix of `size` rows, which is overwritten; -inf of a singular one.
double log_determinant(std::vector<double>& matrix, std::size_t size) {
  double sum = 0;
  for (std::size_t k = 0; k < size; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < size; ++i)
      if (std::abs(matrix[i * size + k]) > std::abs(matrix[pivot * size + k])) pivot = i;
    if (matrix[pivot * size + k] == 0) return -std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < size; ++j) std::swap(matrix[k * size + j], matrix[pivot * size + j]);
    sum += std::log(std::abs(matrix[k * size + k]));
    for (std::size_t i = k + 1; i < size; ++i) {
      const double factor = matrix[i * size + k] / matrix[k * size + k];
      for (std::size_t j = k; j < size; ++j) matrix[i * size + j] -= factor * matrix[k * size + j];
    }
  }
  return sum;
}

}  // namespace

SegmentCost::SegmentCost(Series series, SegmentModel model, std::optional<double> gamma)
    : series_(std::move(series)), model_(model) {
  if (series_.features == 0 || series_.values.empty() || series_.values.size() % series_.features != 0)
    throw std::invalid_argument(
        fmt::format("SegmentCost: {} numbers are no frames of {} features", series_.values.size(), series_.features));
  for (std::size_t i = 0; i < series_.values.size(); ++i)
    if (!std::isfinite(series_.values[i]))
      throw std::invalid_argument(
          fmt::format("SegmentCost: the number of frame {} is not finite", i / series_.features));
  if (model == SegmentModel::linear && series_.features < 2)
    throw std::invalid_argument("SegmentCost: the linear model needs a feature and at least one regressor");
  if (model == SegmentModel::l1) sort_frames();
  if (model == SegmentModel::linear) products_ = {series_.values, series_.features};
  if (model == SegmentModel::rbf) kernel_ = {series_.values, series_.features, gamma};
}

std::size_t SegmentCost::shortest() const { return model_ == SegmentModel::l2 || model_ == SegmentModel::rbf ? 1 : 2; }

double SegmentCost::operator()(std::size_t begin, std::size_t end) const {
  if (end < begin + shortest() || end > samples())
    throw std::invalid_argument(fmt::format("SegmentCost: no cost of frames [{}, {}) of {}", begin, end, samples()));
  switch (model_) {
    case SegmentModel::l1:
      return absolute(begin, end);
    case SegmentModel::l2:
      return squared(begin, end);
    case SegmentModel::linear:
      return regression(begin, end);
    case SegmentModel::normal:
      return normal(begin, end);
    case SegmentModel::rbf:
      return kernel(begin, end);
  }
  return 0;
}

double SegmentCost::sum(std::span<const std::size_t> ends) const {
  double total = 0;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    total += (*this)(begin, end);
    begin = end;
  }
  return total;
}

// numpy's median of a feature over frames [begin, end).
double SegmentCost::middle_of(std::size_t feature, std::size_t begin, std::size_t end) const {
  constexpr std::size_t short_part = 8;  // of the series, where copying is quicker than walking through all frames
  const std::size_t features = series_.features;
  const std::size_t count = end - begin;
  if (count * short_part < samples()) {
    thread_local std::vector<double> values;
    values.clear();
    for (std::size_t t = begin; t < end; ++t) values.push_back(series_.values[t * features + feature]);
    std::sort(values.begin(), values.end());
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
  }
  // The two middle frames among those of [begin, end), by rising value.
  const std::uint32_t* frame = &order_[feature * samples()];
  const auto is_inside = [&](std::uint32_t t) { return t - begin < count; };
  for (std::size_t left = (count - 1) / 2;; ++frame)
    if (is_inside(*frame) && left-- == 0) break;
  const double lower = series_.values[*frame * features + feature];
  if (count % 2 == 1) return lower;
  do ++frame;
  while (!is_inside(*frame));
  return (lower + series_.values[*frame * features + feature]) / 2;
}

double SegmentCost::absolute(std::size_t begin, std::size_t end) const {
  const std::size_t features = series_.features;
  thread_local std::vector<double> deviations;
  deviations.resize((end - begin) * features);
  for (std::size_t f = 0; f < features; ++f) {
    const double middle = middle_of(f, begin, end);
    for (std::size_t i = f; i < deviations.size(); i += features)
      deviations[i] = std::abs(series_.values[begin * features + i] - middle);
  }
  return pairwise_sum(deviations);
}

double SegmentCost::squared(std::size_t begin, std::size_t end) const {
  const std::size_t features = series_.features;
  const auto count = static_cast<double>(end - begin);
  const auto rows = std::span(series_.values).subspan(begin * features, (end - begin) * features);
  if (features == 1) return variance(rows) * count;
  thread_local std::vector<double> means, variances;
  means.resize(features);
  variances.resize(features);
  mean_of_columns(rows, means);
  sum_columns(rows, variances, [](double value, std::size_t f) {
    const double deviation = value - means[f];
    return deviation * deviation;
  });
  for (double& value : variances) value /= count;
  return pairwise_sum(variances) * count;
}

// None where too few frames determine it.
double SegmentCost::regression(std::size_t begin, std::size_t end) const {
  const std::size_t features = series_.features;
  if (end - begin < features) return 0;
  if (const auto known = products_.squares_left(begin, end)) return *known;
  return squares_left(std::span(series_.values).subspan(begin * features, (end - begin) * features), features);
}

double SegmentCost::normal(std::size_t begin, std::size_t end) const {
  constexpr double ridge = 1e-6;  // keeps constant segments regular, as in ruptures
  const std::size_t features = series_.features;
  const auto count = static_cast<double>(end - begin);
  const auto rows = std::span(series_.values).subspan(begin * features, (end - begin) * features);
  if (features == 1) return std::log(variance(rows) + ridge) * count;
  std::vector<double> means(features);
  mean_of_columns(rows, means);
  std::vector<double> covariance(features * features);
  for (std::size_t i = 0; i < rows.size(); i += features)
    for (std::size_t a = 0; a < features; ++a)
      for (std::size_t b = 0; b < features; ++b)
        covariance[a * features + b] += (rows[i + a] - means[a]) * (rows[i + b] - means[b]);
  for (double& value : covariance) value /= count - 1;
  for (std::size_t a = 0; a < features; ++a) covariance[a * features + a] += ridge;
  return log_determinant(covariance, features) * count;
}

double SegmentCost::kernel(std::size_t begin, std::size_t end) const {
  const auto count = static_cast<double>(end - begin);
  return count - (count + 2 * kernel_.between(begin, end)) / count;
}

void SegmentCost::sort_frames() {
  for (std::size_t f = 0; f < series_.features; ++f) {
    std::vector<std::uint32_t> frames(samples());
    std::iota(frames.begin(), frames.end(), 0U);
    std::stable_sort(frames.begin(), frames.end(), [&](std::uint32_t a, std::uint32_t b) {
      return series_.values[a * series_.features + f] < series_.values[b * series_.features + f];
    });
    order_.insert(order_.end(), frames.begin(), frames.end());
  }
}

}  // namespace an::segmentation

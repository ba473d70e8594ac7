// SPDX-License-Identifier: MIT
#include "segmentation/segment_cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/median.hpp"
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
  for (double& mean : means) mean /= static_cast<double>(rows.size() / means.size());
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

using Columns = std::vector<std::vector<double>>;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= a.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  double sum = 0;
  for (; i < a.size(); ++i) sum += a[i] * b[i];
  for (const double part : sums) sum += part;
  return sum;
}

// Turns columns by plane rotations until they are orthogonal: their lengths are then the singular values (Hestenes
// 1958).
void make_orthogonal(Columns& columns) {
  constexpr double tolerance = 1e-15;
  constexpr int most_sweeps = 40;
  bool turned = true;
  for (int sweep = 0; turned && sweep < most_sweeps; ++sweep) {
    turned = false;
    for (std::size_t p = 0; p < columns.size(); ++p)
      for (std::size_t q = p + 1; q < columns.size(); ++q) {
        const double pp = dot(columns[p], columns[p]);
        const double qq = dot(columns[q], columns[q]);
        const double pq = dot(columns[p], columns[q]);
        if (std::abs(pq) <= tolerance * std::sqrt(pp * qq)) continue;
        turned = true;
        const double zeta = (qq - pp) / (2 * pq);
        const double tangent = std::copysign(1.0, zeta) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
        const double cosine = 1 / std::sqrt(1 + tangent * tangent);
        const double sine = cosine * tangent;
        for (std::size_t i = 0; i < columns[p].size(); ++i) {
          const double left = columns[p][i];
          columns[p][i] = cosine * left - sine * columns[q][i];
          columns[q][i] = sine * left + cosine * columns[q][i];
        }
      }
  }
}

// Whether the least singular value of a triangle is no more than `cut` times the greatest, as numpy's lstsq asks.
bool is_singular(Columns& triangle, double cut) {
  constexpr double clearly_regular = 1e-6;
  double least = std::numeric_limits<double>::infinity();
  double greatest = 0;
  for (std::size_t r = 0; r < triangle.size(); ++r) {
    least = std::min(least, triangle[r][r]);
    greatest = std::max(greatest, dot(triangle[r], triangle[r]));
  }
  if (least > clearly_regular * std::sqrt(greatest)) return false;
  make_orthogonal(triangle);
  least = std::numeric_limits<double>::infinity();
  for (const std::vector<double>& column : triangle) {
    const double square = dot(column, column);
    least = std::min(least, square);
    greatest = std::max(greatest, square);
  }
  return std::sqrt(least) <= cut * std::sqrt(greatest);
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
  if (model == SegmentModel::rbf) add_kernel_sums(gamma);
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
  std::size_t left = (count - 1) / 2 + 1;
  const auto is_inside = [&](std::uint32_t t) { return t - begin < count; };
  for (--frame; left > 0; left -= is_inside(*frame) ? 1 : 0) ++frame;
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

// Squares left by the least-squares regression; none where it is not determined.
double SegmentCost::regression(std::size_t begin, std::size_t end) const {
  const std::size_t regressors = series_.features - 1;
  const std::size_t count = end - begin;
  if (count <= regressors) return 0;
  thread_local std::vector<double> left;
  thread_local Columns columns;
  left.resize(count);
  columns.resize(regressors);
  for (std::vector<double>& column : columns) column.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double* row = &series_.values[(begin + i) * series_.features];
    left[i] = row[0];
    for (std::size_t r = 0; r < regressors; ++r) columns[r][i] = row[1 + r];
  }
  // Gram-Schmidt, again where a column has lost much of its length, which leaves the columns orthogonal to rounding
  // (Giraud et al. 2005); the singular values are those of the triangle.
  thread_local Columns triangle;  // by columns
  triangle.resize(regressors);
  for (std::vector<double>& column : triangle) column.assign(regressors, 0);
  for (std::size_t r = 0; r < regressors; ++r) {
    double before = dot(columns[r], columns[r]);
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t q = 0; q < r; ++q) {
        const double factor = dot(columns[q], columns[r]);
        triangle[r][q] += factor;
        for (std::size_t i = 0; i < count; ++i) columns[r][i] -= factor * columns[q][i];
      }
      const double after = dot(columns[r], columns[r]);
      if (after > 0.5 * before) break;
      before = after;
    }
    const double length = std::sqrt(dot(columns[r], columns[r]));
    triangle[r][r] = length;
    if (length > 0)
      for (double& value : columns[r]) value /= length;
  }
  if (is_singular(triangle, std::numeric_limits<double>::epsilon() * static_cast<double>(count))) return 0;
  for (const std::vector<double>& column : columns) {
    const double factor = dot(column, left);
    for (std::size_t i = 0; i < count; ++i) left[i] -= factor * column[i];
  }
  return dot(left, left);
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
  const std::size_t row = samples() + 1;
  const auto at = [&](std::size_t i, std::size_t j) { return kernel_sums_[i * row + j]; };
  const double all = at(end, end) - at(begin, end) - at(end, begin) + at(begin, begin);
  const auto count = static_cast<double>(end - begin);
  return count - all / count;
}

void SegmentCost::add_kernel_sums(std::optional<double> gamma) {
  constexpr double least = 1e-2;
  constexpr double greatest = 1e2;
  const std::size_t count = samples();
  const auto square_distance = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t f = 0; f < series_.features; ++f) {
      const double difference = series_.values[i * series_.features + f] - series_.values[j * series_.features + f];
      sum += difference * difference;
    }
    return sum;
  };
  const std::size_t row = count + 1;
  kernel_sums_.assign(row * row, 0);
  const auto place = [&](std::size_t i, std::size_t j) -> double& { return kernel_sums_[(i + 1) * row + j + 1]; };
  std::vector<double> distances;
  distances.reserve(count * count / 2);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = i + 1; j < count; ++j) distances.push_back(square_distance(i, j));
  if (!gamma) {
    const double middle = distances.empty() ? 0 : median_of(distances);
    gamma = middle != 0 ? 1 / middle : 1;
  }
  auto distance = distances.begin();
  for (std::size_t i = 0; i < count; ++i) {
    place(i, i) = 1;
    for (std::size_t j = i + 1; j < count; ++j)
      place(i, j) = place(j, i) = std::exp(-std::clamp(*distance++ * *gamma, least, greatest));
  }
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) {
      sum += place(i, j);
      place(i, j) = kernel_sums_[i * row + j + 1] + sum;
    }
  }
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

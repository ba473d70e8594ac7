// SPDX-License-Identifier: MIT
#include "segmentation/product_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace an::segmentation {

namespace {

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

double squares_left(std::span<const double> rows, std::size_t features) {
  const std::size_t regressors = features - 1;
  const std::size_t count = rows.size() / features;
  if (count <= regressors) return 0;
  thread_local std::vector<double> left;
  thread_local Columns columns;
  left.resize(count);
  columns.resize(regressors);
  for (std::vector<double>& column : columns) column.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double* row = &rows[i * features];
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

ProductSums::ProductSums(std::span<const double> rows, std::size_t features) : features_(features) {
  const std::size_t pairs = features * (features + 1) / 2;
  sums_.resize((rows.size() / features + 1) * pairs);
  long double* sum = sums_.data();
  for (std::size_t row = 0; row < rows.size(); row += features) {
    const auto value = [&](std::size_t i) -> long double { return rows[row + (i + 1 < features ? i + 1 : 0)]; };
    for (std::size_t i = 0; i < features; ++i)
      for (std::size_t j = 0; j <= i; ++j, ++sum) sum[pairs] = *sum + value(i) * value(j);
  }
}

std::optional<double> ProductSums::squares_left(std::size_t begin, std::size_t end) const {
  // Of the digits of the sums up to `end`, at most nine may be lost on the way to what is left.
  constexpr long double least_share = 1e9L * std::numeric_limits<long double>::epsilon();
  constexpr long double clearly_regular = 1e-12L;  // of squared singular values
  const std::size_t pairs = features_ * (features_ + 1) / 2;
  const long double* before = &sums_[begin * pairs];
  const long double* all = &sums_[end * pairs];
  thread_local std::vector<long double> triangle;
  triangle.resize(pairs);
  for (std::size_t pair = 0; pair < pairs; ++pair) triangle[pair] = all[pair] - before[pair];
  const auto place = [](std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; };
  long double share = 1;
  long double least = std::numeric_limits<long double>::infinity();
  long double greatest = 0;
  for (std::size_t k = 0; k + 1 < features_; ++k) {  // Gauss; the last row is that of the first feature
    const long double pivot = triangle[place(k, k)];
    if (!(pivot > 0)) return {};
    share = std::min(share, pivot / all[place(k, k)]);
    least = std::min(least, pivot);
    greatest = std::max(greatest, all[place(k, k)] - before[place(k, k)]);
    for (std::size_t i = k + 1; i < features_; ++i) {
      const long double factor = triangle[place(i, k)] / pivot;
      for (std::size_t j = k + 1; j <= i; ++j) triangle[place(i, j)] -= factor * triangle[place(j, k)];
    }
  }
  const long double left = triangle.back();
  if (!(left * share > least_share * all[pairs - 1]) || !(least > clearly_regular * greatest)) return {};
  return static_cast<double>(left);
}

}  // namespace an::segmentation

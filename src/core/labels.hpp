// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace an {

/// One trajectory's labels, as a truth or a submission line holds them: `index, K_1, alpha_1, state_1, CP_1, K_2, …`.
///
/// A view of the line's numbers, n = 4m or 4m+1 of them. The last change point is the trajectory's length, if n = 4m+1.
/// The values are as read: they may be NaN, infinite, fractional or out of range.
class LabelRow {
 public:
  explicit LabelRow(std::span<const double> fields) : fields_(fields) {}

  double index() const { return fields_[0]; }
  std::size_t segments() const { return fields_.size() / 4; }
  /// Change points including the final length, where there is one.
  std::size_t change_points() const { return (fields_.size() - 1) / 4; }
  double k(std::size_t segment) const { return fields_[1 + 4 * segment]; }
  double alpha(std::size_t segment) const { return fields_[2 + 4 * segment]; }
  double state(std::size_t segment) const { return fields_[3 + 4 * segment]; }
  double change_point(std::size_t i) const { return fields_[4 + 4 * i]; }
  std::span<const double> fields() const { return fields_; }

 private:
  std::span<const double> fields_;
};

/// The labels of one field of view: every number of the file in one array, and where each trajectory's line starts.
class LabelTable {
 public:
  std::size_t size() const { return lines_.size(); }
  bool empty() const { return lines_.empty(); }
  LabelRow operator[](std::size_t row) const {
    return LabelRow(std::span(values_).subspan(begins_[row], begins_[row + 1] - begins_[row]));
  }
  /// 1-based line of the file that row came from.
  std::size_t line(std::size_t row) const { return lines_[row]; }

  /// Adds a row. \pre fields.size() mod 4 is 0 or 1, and it is not empty.
  void append(std::span<const double> fields, std::size_t line) {
    values_.insert(values_.end(), fields.begin(), fields.end());
    begins_.push_back(values_.size());
    lines_.push_back(line);
  }
  void reserve(std::size_t rows, std::size_t values) {
    begins_.reserve(rows + 1);
    lines_.reserve(rows);
    values_.reserve(values);
  }
  /// Replaces the trajectory index of a row.
  void set_index(std::size_t row, double index) { values_[begins_[row]] = index; }

 private:
  std::vector<double> values_;
  std::vector<std::size_t> begins_{0};
  std::vector<std::size_t> lines_;
};

/// The distributions of alpha and K of one experiment: a mode (state) a column, the five rows of `ensemble_labels.txt`.
struct EnsembleLabels {
  std::vector<double> alpha_mean, alpha_variance, k_mean, k_variance;
  std::vector<double> weight;  ///< as written: shares or counts

  std::size_t states() const { return weight.size(); }
};

/// Diffusive states, numbered as the challenge's files number them (a directed segment has alpha >= 1.9).
enum class DiffusiveState : std::int8_t { immobile = 0, confined = 1, free = 2, directed = 3 };

}  // namespace an

// SPDX-License-Identifier: MIT
#include "evaluation/index_alignment.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace an::evaluation {

namespace {

using Rows = std::vector<std::size_t>;

void sift_down(Rows& rows, std::span<const double> key, std::size_t begin, std::size_t root, std::size_t count) {
  const std::size_t moved = rows[begin + root];
  for (std::size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && key[rows[begin + child]] < key[rows[begin + child + 1]]) ++child;
    if (!(key[moved] < key[rows[begin + child]])) break;
    rows[begin + root] = rows[begin + child];
    root = child;
  }
  rows[begin + root] = moved;
}

void heap_sort(Rows& rows, std::span<const double> key, std::size_t begin, std::size_t count) {
  for (std::size_t root = count / 2; root-- > 0;) sift_down(rows, key, begin, root, count);
  for (std::size_t last = count; last-- > 1;) {
    std::swap(rows[begin], rows[begin + last]);
    sift_down(rows, key, begin, 0, last);
  }
}

void insertion_sort(Rows& rows, std::span<const double> key, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin + 1; i < end; ++i) {
    const std::size_t moved = rows[i];
    std::size_t j = i;
    for (; j > begin && key[moved] < key[rows[j - 1]]; --j) rows[j] = rows[j - 1];
    rows[j] = moved;
  }
}

// Splits [begin, last] around the median of three, as numpy's quicksort does; returns the pivot's place.
std::size_t partition(Rows& rows, std::span<const double> key, std::size_t begin, std::size_t last) {
  const std::size_t middle = begin + ((last - begin) >> 1);
  const auto less = [&](std::size_t a, std::size_t b) { return key[rows[a]] < key[rows[b]]; };
  if (less(middle, begin)) std::swap(rows[middle], rows[begin]);
  if (less(last, middle)) std::swap(rows[last], rows[middle]);
  if (less(middle, begin)) std::swap(rows[middle], rows[begin]);
  const double pivot = key[rows[middle]];
  std::size_t i = begin;
  std::size_t j = last - 1;
  std::swap(rows[middle], rows[j]);
  for (;;) {
    do ++i;
    while (key[rows[i]] < pivot);
    do --j;
    while (pivot < key[rows[j]]);
    if (i >= j) break;
    std::swap(rows[i], rows[j]);
  }
  std::swap(rows[i], rows[last - 1]);
  return i;
}

// The order of equal keys depends on every step, so this follows numpy's introsort step by step: quicksort down to 16
// rows, the smaller part first, heapsort when the depth runs out.
void intro_sort(Rows& rows, std::span<const double> key) {
  constexpr std::size_t small = 15;  // the last element is so far from the first, or nearer, in up to 16 rows
  struct Part {
    std::size_t begin, last;
    int depth;
  };
  if (rows.empty()) return;
  std::vector<Part> stack{{0, rows.size() - 1, 2 * (static_cast<int>(std::bit_width(rows.size())) - 1)}};
  while (!stack.empty()) {
    Part part = stack.back();
    stack.pop_back();
    if (part.depth < 0) {
      heap_sort(rows, key, part.begin, part.last - part.begin + 1);
      continue;
    }
    while (part.last - part.begin > small && part.last > part.begin) {
      const std::size_t pivot = partition(rows, key, part.begin, part.last);
      --part.depth;
      if (pivot - part.begin < part.last - pivot) {
        stack.push_back({pivot + 1, part.last, part.depth});
        part.last = pivot - 1;
      } else {
        stack.push_back({part.begin, pivot - 1, part.depth});
        part.begin = pivot + 1;
      }
    }
    insertion_sort(rows, key, part.begin, part.last + 1);
  }
}

// The first row of each running index.
using FirstRows = std::unordered_map<double, RowPlace>;

struct Accumulated {
  std::vector<double> index;
  std::vector<RowPlace> place;

  void append(std::span<const double> indices, std::span<const std::size_t> rows, std::size_t fov, double shift) {
    for (std::size_t i = 0; i < indices.size(); ++i) {
      index.push_back(indices[i] + shift);
      place.push_back({fov, rows[i]});
    }
  }
  void clear() {
    index.clear();
    place.clear();
  }
  FirstRows first_rows() const {
    FirstRows first;
    first.reserve(index.size());
    for (std::size_t i = 0; i < index.size(); ++i)
      if (!std::isnan(index[i])) first.try_emplace(index[i], place[i]);
    return first;
  }
};

std::optional<RowPlace> find(const FirstRows& rows, double index) {
  const auto found = rows.find(index);
  return found == rows.end() ? std::nullopt : std::optional(found->second);
}

bool whole_and_rising(std::span<const double> indices) {
  constexpr double largest = 1e12;  // sums of these stay exact
  double previous = -1;
  for (const double index : indices) {
    if (!(index > previous && index <= largest) || index != std::floor(index)) return false;
    previous = index;
  }
  return true;
}

}  // namespace

std::vector<std::size_t> order_by_index(const LabelTable& table) {
  std::vector<double> key(table.size());
  Rows numbers, nans;
  bool rising = true;
  for (std::size_t row = 0; row < table.size(); ++row) {
    key[row] = table[row].index();
    (std::isnan(key[row]) ? nans : numbers).push_back(row);
    if (row > 0 && !(key[row - 1] < key[row])) rising = false;
  }
  if (!rising) intro_sort(numbers, key);
  numbers.insert(numbers.end(), nans.begin(), nans.end());
  return numbers;
}

void collect_indices(const LabelTable& table, std::vector<double>& indices, std::vector<std::size_t>& rows) {
  rows = order_by_index(table);
  indices.clear();
  for (const std::size_t row : rows) indices.push_back(table[row].index());
}

std::vector<AlignedTrajectory> align_officially(std::span<const FovIndices> fovs) {
  Accumulated truth, prediction;
  for (std::size_t fov = 0; fov < fovs.size(); ++fov) {
    const FovIndices& part = fovs[fov];
    if (truth.index.empty() || prediction.index.empty()) {
      // The reference is shifted before the scorer notices that there is no prediction to shift by.
      const double shift = truth.index.empty() ? 0 : truth.index.back() + 1;
      truth.clear();
      prediction.clear();
      truth.append(part.truth, part.truth_rows, fov, shift);
      prediction.append(part.prediction, part.prediction_rows, fov, 0);
    } else {
      const double truth_shift = truth.index.back() + 1;
      const double prediction_shift = prediction.index.back() + 1;
      truth.append(part.truth, part.truth_rows, fov, truth_shift);
      prediction.append(part.prediction, part.prediction_rows, fov, prediction_shift);
    }
  }
  const FirstRows first_truth = truth.first_rows();
  const FirstRows first_prediction = prediction.first_rows();
  std::vector<AlignedTrajectory> aligned;
  aligned.reserve(truth.index.size());
  for (std::size_t i = 0; i < truth.index.size(); ++i)
    aligned.push_back({truth.place[i], find(first_truth, truth.index[i]), find(first_prediction, truth.index[i])});
  return aligned;
}

bool aligned_by_fov(const FovIndices& fov, bool last_fov) {
  if (!whole_and_rising(fov.truth) || !whole_and_rising(fov.prediction)) return false;
  if (last_fov) return true;
  return !fov.truth.empty() && !fov.prediction.empty() && fov.truth.back() == fov.prediction.back();
}

}  // namespace an::evaluation

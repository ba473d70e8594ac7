// SPDX-License-Identifier: MIT
#include "evaluation/pairwise_sum.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace an::evaluation {

namespace {

double leaf_sum(std::span<const double> a) {
  if (a.size() < 8) {
    // numpy starts from -0.0, so that a sum of negative zeros keeps its sign.
    double sum = -0.0;
    for (const double term : a) sum += term;
    return sum;
  }
  std::array<double, 8> r{};
  std::copy_n(a.begin(), 8, r.begin());
  const std::size_t whole = a.size() - a.size() % 8;
  for (std::size_t i = 8; i < whole; i += 8)
    for (std::size_t j = 0; j < 8; ++j) r[j] += a[i + j];
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (std::size_t i = whole; i < a.size(); ++i) sum += a[i];
  return sum;
}

std::size_t left_length(std::size_t length) {
  const std::size_t half = length / 2;
  return half - half % 8;
}

}  // namespace

PairwiseSum::PairwiseSum(std::size_t length) : leaf_target_(length) {
  if (length == 0)
    done_ = true;
  else
    descend();
}

void PairwiseSum::descend() {
  while (leaf_target_ > leaf_length) {
    path_.push_back({leaf_target_, false, 0});
    leaf_target_ = left_length(leaf_target_);
  }
}

void PairwiseSum::finish_leaf() {
  double sum = leaf_sum({leaf_.data(), leaf_size_});
  leaf_size_ = 0;
  while (!path_.empty() && path_.back().has_left) {
    sum = path_.back().left + sum;
    path_.pop_back();
  }
  if (path_.empty()) {
    total_ = sum;
    done_ = true;
    return;
  }
  Node& parent = path_.back();
  parent.left = sum;
  parent.has_left = true;
  leaf_target_ = parent.length - left_length(parent.length);
  descend();
}

void PairwiseSum::add(std::span<const double> terms) {
  while (!terms.empty()) {
    AN_ASSERT(!done_);
    const std::size_t count = std::min(leaf_target_ - leaf_size_, terms.size());
    std::copy_n(terms.begin(), count, leaf_.begin() + static_cast<std::ptrdiff_t>(leaf_size_));
    leaf_size_ += count;
    terms = terms.subspan(count);
    if (leaf_size_ == leaf_target_) finish_leaf();
  }
}

double PairwiseSum::result() const {
  AN_ASSERT(done_);
  return total_;
}

double pairwise_sum(std::span<const double> terms) {
  PairwiseSum sum(terms.size());
  sum.add(terms);
  return sum.result();
}

}  // namespace an::evaluation

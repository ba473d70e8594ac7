// SPDX-License-Identifier: MIT
#include "core/pairwise_sum.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace an {

namespace {

double sum_of_piece(std::span<const double> a) {
  constexpr std::size_t leaf = 128;
  constexpr std::size_t lanes = 8;
  if (a.size() > leaf) {
    const std::size_t half = a.size() / 2 - a.size() / 2 % lanes;
    return sum_of_piece(a.first(half)) + sum_of_piece(a.subspan(half));
  }
  const std::size_t whole = a.size() - a.size() % lanes;
  double sum = 0;
  if (whole > 0) {
    std::array<double, lanes> r{};
    std::copy_n(a.begin(), lanes, r.begin());
    for (std::size_t i = lanes; i < whole; i += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane) r[lane] += a[i + lane];
    sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  }
  for (const double term : a.subspan(whole)) sum += term;
  return sum;
}

}  // namespace

void PairwiseSum::add(std::span<const double> terms) {
  while (!terms.empty()) {
    const std::size_t count = std::min(piece_size - filled_, terms.size());
    std::copy_n(terms.begin(), count, piece_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += count;
    terms = terms.subspan(count);
    if (filled_ < piece_size) return;
    sum_ += sum_of_piece(piece_);
    filled_ = 0;
  }
}

void PairwiseSum::add(const PairwisePart& part) {
  add(part.head);
  AN_ASSERT(filled_ == 0 || (part.sums.empty() && part.tail.empty()));
  for (const double sum : part.sums) sum_ += sum;
  add(part.tail);
}

void PairwisePart::add(std::span<const double> terms) {
  const std::span<const double> first = terms.first(std::min(head_terms - head.size(), terms.size()));
  head.insert(head.end(), first.begin(), first.end());
  for (terms = terms.subspan(first.size()); !terms.empty();) {
    const std::span<const double> next = terms.first(std::min(PairwiseSum::piece_size - tail.size(), terms.size()));
    tail.insert(tail.end(), next.begin(), next.end());
    terms = terms.subspan(next.size());
    if (tail.size() < PairwiseSum::piece_size) return;
    sums.push_back(sum_of_piece(tail));
    tail.clear();
  }
}

double PairwiseSum::result() const {
  return filled_ == 0 ? sum_ : sum_ + sum_of_piece(std::span(piece_).first(filled_));
}

double pairwise_sum(std::span<const double> terms) {
  if (terms.size() <= PairwiseSum::piece_size) return sum_of_piece(terms);
  PairwiseSum sum;
  sum.add(terms);
  return sum.result();
}

}  // namespace an

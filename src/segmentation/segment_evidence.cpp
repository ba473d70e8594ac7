// SPDX-License-Identifier: MIT
#include "segmentation/segment_evidence.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/small_numbers.hpp"
#include "core/vectorised.hpp"
#include "kernels/parallel.hpp"
#include "kernels/processor_kernel.hpp"

namespace an::segmentation {

namespace {

using kernels::cell_lanes;

AN_KERNEL(displacement_likelihood, kernels::DisplacementLikelihood)
AN_KERNEL(relative_likelihood, kernels::RelativeLikelihood)
AN_KERNEL(segment_evidence, kernels::SegmentEvidence)

// Displacements whose likelihoods are made at a time: their part of the table stays in the second-level cache.
constexpr std::size_t tile = 8;

// Rows of the table that a segment's displacements have, and a state's cells in them.
struct SegmentRows {
  const float* table;  // from the state's first cell on
  std::size_t rows, displacements, row_size;
  std::size_t i, j;  // first and last displacement

  const float* operator[](std::size_t t) const {
    return table + (kernels::row_of(t - i, rows) * displacements + t) * row_size;
  }
};

// ln of the product of a segment's likelihoods, for `count` groups of cells from c on.
template <std::size_t count>
KOKKOS_FORCEINLINE_FUNCTION void log_products(const SegmentRows& segment, std::size_t c, float* logarithms) {
  kernels::Lanes product[count];
  kernels::IntegerLanes exponent[count];
  for (std::size_t g = 0; g < count; ++g) {
    product[g] = kernels::all_lanes(1);
    exponent[g] = kernels::IntegerLanes{};
  }
  for (std::size_t t = segment.i; t <= segment.j; ++t) {
    const float* row = segment[t] + c;
    for (std::size_t g = 0; g < count; ++g) product[g] = product[g] * kernels::load(row + g * cell_lanes);
    if (t % 2 == 1 && t != segment.j) continue;  // two factors are at least e^-80
    for (std::size_t g = 0; g < count; ++g) exponent[g] = exponent[g] + kernels::take_exponent(product[g]);
  }
  for (std::size_t g = 0; g < count; ++g)
    kernels::store(logarithms + c + g * cell_lanes, kernels::log_of_positive(product[g], exponent[g]));
}

AN_VECTORISED void log_products(const SegmentRows& segment, std::size_t cells, float* logarithms) {
  constexpr std::size_t many = 4;
  std::size_t c = 0;
  for (; c + many * cell_lanes <= cells; c += many * cell_lanes) log_products<many>(segment, c, logarithms);
  for (; c < cells; c += cell_lanes) log_products<1>(segment, c, logarithms);
}
}  // namespace

Displacements displacements_of(std::span<const double> x, std::span<const double> y) {
  Displacements out;
  if (x.empty()) return out;
  const std::size_t count = x.size() - 1;
  out.x.resize(count);
  out.y.resize(count);
  out.known.assign(count, 1);
  std::size_t before = 0;  // the last frame with a position
  const auto has_position = [&](std::size_t t) { return std::isfinite(x[t]) && std::isfinite(y[t]); };
  for (std::size_t t = 1; t < x.size(); ++t) {
    if (!has_position(t)) continue;
    const auto frames = static_cast<double>(t - before);
    const bool known = has_position(before);
    for (std::size_t i = before; i < t; ++i) {
      out.x[i] = known ? static_cast<float>((x[t] - x[before]) / frames) : 0.0F;
      out.y[i] = known ? static_cast<float>((y[t] - y[before]) / frames) : 0.0F;
      out.known[i] = static_cast<std::uint8_t>(known && t == before + 1);
    }
    before = t;
  }
  for (std::size_t i = before; i < count; ++i) out.known[i] = 0;
  return out;
}

bool has_displacement(std::span<const double> x, std::span<const double> y) {
  const std::vector<std::uint8_t> known = displacements_of(x, y).known;
  return std::find(known.begin(), known.end(), 1) != known.end();
}

void SegmentEvidence::compute(const Displacements& displacements, const CellTable& cells,
                              const std::optional<StateDisplacements>& of_state) {
  kernels::start_kernels();
  cells_ = &cells;
  count_ = displacements.size();
  const std::size_t size = cells.size();
  table_.resize((count_ * cells.rows() + cell_lanes) * size);
  offsets_.resize(count_);
  greatest_.resize(count_ * size);
  of_state_.resize(cells.states() * count_);
  scratch_.resize(std::max(kernels::SegmentEvidence::items(count_) * kernels::SegmentEvidence::scratch_rows * size,
                           cells.groups() * kernels::DisplacementLikelihood::backward_size));
  evidence_.resize(cells.states() * count_ * count_ + cell_lanes);
  for (std::size_t begin = 0; begin < count_; begin += tile) {
    const std::size_t end = std::min(begin + tile, count_);
    const auto of_groups = [&](const Displacements& d, std::size_t first, std::size_t last) {
      if (first == last) return;
      displacement_likelihood({cells.coefficients(), d.x.data(), d.y.data(), d.known.data(), count_, cells.groups(),
                               first, begin, end, scratch_.data(), table_.data(), greatest_.data()},
                              last - first);
      forget_before_gaps(d, {first * cell_lanes, last * cell_lanes}, begin, end);
    };
    std::size_t next = 0;
    if (of_state) {
      const std::size_t first = cells.begin()[of_state->state] / cell_lanes;
      next = cells.begin()[of_state->state + 1] / cell_lanes;
      of_groups(displacements, 0, first);
      of_groups(of_state->displacements, first, next);
    }
    of_groups(displacements, next, cells.groups());
    relative_likelihood({cells.begin().data(), cells.states(), count_, cells.rows(), begin, table_.data(),
                         greatest_.data(), offsets_.data(), of_state_.data()},
                        end - begin);
  }
  sums_of_state_.assign(cells.states() * (count_ + 1) + cell_lanes, 0);
  for (std::size_t s = 0; s < cells.states(); ++s) {
    double sum = 0;
    for (std::size_t t = 0; t < count_; ++t)
      sums_of_state_[s * (count_ + 1) + t + 1] = static_cast<float>(sum += of_state_[s * count_ + t]);
  }
  const SmallNumbersAreZeros products_are_small;
  segment_evidence({table_.data(), cells.prior().data(), cells.begin().data(), cells.states(), count_, cells.rows(),
                    sums_of_state_.data(), scratch_.data(), evidence_.data()},
                   kernels::SegmentEvidence::items(count_));
}

// A displacement after a gap is predicted by those since alone: what is interpolated would mislead.
void SegmentEvidence::forget_before_gaps(const Displacements& displacements,
                                         const std::pair<std::size_t, std::size_t>& cells, std::size_t begin,
                                         std::size_t end) {
  const auto row = [&](std::size_t r, std::size_t t) { return table_.data() + (r * count_ + t) * cells_->size(); };
  for (std::size_t t = begin; t < end; ++t) {
    if (displacements.known[t] == 0) continue;
    std::size_t since = 0;
    while (since < std::min(t, kernels::longest_order) && displacements.known[t - 1 - since] != 0) ++since;
    const std::size_t last = kernels::row_of(since, cells_->rows());
    for (std::size_t r = last + 1; since < t && r < cells_->rows(); ++r)
      std::copy(row(last, t) + cells.first, row(last, t) + cells.second, row(r, t) + cells.first);
  }
}

void SegmentEvidence::add_terms(std::size_t state, std::span<const float> terms) {
  std::vector<float> sum(count_ + 1);
  std::partial_sum(terms.begin(), terms.end(), sum.begin() + 1);
  for (std::size_t j = 0; j < count_; ++j) {
    float* row = evidence_.data() + (state * count_ + j) * count_;
    for (std::size_t i = 0; i <= j; ++i) row[i] += sum[j + 1] - sum[i];
  }
}

void SegmentEvidence::add_entry_terms(std::size_t state, std::span<const float> terms) {
  for (std::size_t j = 1; j < count_; ++j) {
    float* row = evidence_.data() + (state * count_ + j) * count_;
    for (std::size_t i = 1; i <= j; ++i) row[i] += terms[i];
  }
}

void SegmentEvidence::add_terms_since(std::size_t state, std::size_t i, std::span<const float> terms) {
  if (terms.empty()) return;
  float sum = 0;
  for (std::size_t j = i; j < count_; ++j) {
    if (j - i < terms.size()) sum += terms[j - i];
    evidence_[(state * count_ + j) * count_ + i] += sum;
  }
}

double SegmentEvidence::offset() const { return std::accumulate(offsets_.begin(), offsets_.end(), 0.0); }

void SegmentEvidence::cell_likelihoods(std::size_t state, std::size_t i, std::size_t j,
                                       std::span<float> logarithms) const {
  const std::size_t begin = cells_->begin()[state];
  log_products({table_.data() + begin, cells_->rows(), count_, cells_->size(), i, j},
               cells_->begin()[state + 1] - begin, logarithms.data());
}

}  // namespace an::segmentation

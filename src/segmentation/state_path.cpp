// SPDX-License-Identifier: MIT
#include "segmentation/state_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.hpp"
#include "core/vectorised.hpp"

namespace an::segmentation {

namespace {

using kernels::cell_lanes;

constexpr float nothing = -1e30F;

// terms[i] = begins[i] + evidence[i] + stay * (count - 1 - i); returns ln sum exp of them.
AN_VECTORISED double add_up(const float* begins, const float* evidence, float stay, std::size_t count, float* terms) {
  const std::size_t whole = (count + cell_lanes - 1) / cell_lanes * cell_lanes;
  for (std::size_t i = 0; i < count; ++i)
    terms[i] = begins[i] + evidence[i] + stay * static_cast<float>(static_cast<std::int32_t>(count - 1 - i));
  for (std::size_t i = count; i < whole; ++i) terms[i] = nothing;
  kernels::Lanes top = kernels::load(terms);
  for (std::size_t i = 0; i < whole; i += cell_lanes) top = kernels::larger(top, kernels::load(terms + i));
  const float greatest = kernels::greatest_of(top);
  const kernels::Lanes smallest = kernels::all_lanes(-80.0F);
  kernels::Lanes sums = kernels::all_lanes(0);
  for (std::size_t i = 0; i < whole; i += cell_lanes)
    sums = sums + kernels::exp_of_negative(kernels::larger(smallest, kernels::load(terms + i) - greatest));
  return static_cast<double>(greatest) + std::log(static_cast<double>(kernels::sum_of(sums)));
}

// ln of the sum of exp of the logarithms, and the share that each has of it.
double log_sum(std::span<const double> logarithms, double* shares) {
  const double greatest = *std::max_element(logarithms.begin(), logarithms.end());
  double sum = 0;
  for (std::size_t i = 0; i < logarithms.size(); ++i)
    sum += shares[i] = logarithms[i] > greatest - 40 ? std::exp(logarithms[i] - greatest) : 0;
  for (std::size_t i = 0; i < logarithms.size(); ++i) shares[i] /= sum;
  return greatest + std::log(sum);
}

// Draws an index in proportion to shares that sum to 1.
std::size_t draw_index(std::span<const double> shares, Random& random) {
  double left = random.uniform();
  std::size_t last = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] > 0) last = i;
    left -= shares[i];
    if (left < 0) return i;
  }
  return last;
}

// Relative probabilities of the segments that begin with one of `cell_lanes` displacements from `first` on and end at
// j.
AN_VECTORISED void segment_shares(const float* begins, const float* evidence, float stay, float end, std::size_t first,
                                  std::size_t j, float* shares) {
  constexpr kernels::Lanes ramp{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const kernels::Lanes stays = kernels::all_lanes(static_cast<float>(static_cast<std::int32_t>(j - first))) - ramp;
  const kernels::Lanes terms = kernels::load(begins + first) + kernels::load(evidence + first) + stays * stay - end;
  kernels::store(shares, kernels::exp_of_negative(kernels::larger(kernels::all_lanes(-80.0F), terms)));
}

double log_or_nothing(double probability) { return probability > 0 ? std::log(probability) : nothing; }

}  // namespace

double StateDynamics::ends(std::size_t state) const {
  const auto row = std::span(change).subspan(state * states(), states());
  return std::accumulate(row.begin(), row.end(), 0.0);
}

PathPosterior::PathPosterior(const SegmentEvidence& evidence, StateDynamics given)
    : evidence_(evidence), dynamics_(std::move(given)) {
  const StateDynamics& dynamics = dynamics_;
  const std::size_t states = dynamics.states();
  const std::size_t count = evidence.displacements();
  for (std::size_t s = 0; s < states; ++s)
    stay_.push_back(static_cast<float>(std::log(std::max(1e-6, 1 - dynamics.ends(s)))));
  begins_.assign(states * count + cell_lanes, nothing);  // so many more are read, but not used
  ends_.resize(states * count);
  ways_.resize((count + 1) * states * states);
  for (const double probability : dynamics.change) log_change_.push_back(log_or_nothing(probability));
  std::vector<float> terms((count + cell_lanes - 1) / cell_lanes * cell_lanes);
  std::vector<double> ways(states);
  for (std::size_t s = 0; s < states; ++s) begins_[s * count] = static_cast<float>(log_or_nothing(dynamics.start[s]));
  for (std::size_t j = 0; j < count; ++j) {
    for (std::size_t s = 0; s < states; ++s)
      ends_[s * count + j] =
          add_up(begins_.data() + s * count, evidence.ending_at(s, j).data(), stay_[s], j + 1, terms.data());
    if (j + 1 == count) break;
    for (std::size_t next = 0; next < states; ++next) {
      for (std::size_t s = 0; s < states; ++s) ways[s] = ends_[s * count + j] + log_change_[s * states + next];
      const double sum = log_sum(ways, ways_.data() + ((j + 1) * states + next) * states);
      begins_[next * count + j + 1] = std::max(nothing, static_cast<float>(sum));
    }
  }
  for (std::size_t s = 0; s < states && count > 0; ++s) ways[s] = ends_[s * count + count - 1];
  if (count > 0) log_evidence_ = log_sum(ways, ways_.data() + count * states * states);
}

StatePath PathPosterior::draw(Random& random) const {
  const std::size_t states = dynamics_.states();
  const std::size_t count = evidence_.displacements();
  StatePath path;
  if (count == 0) return path;
  const auto draw_state = [&](std::size_t i, std::size_t next) {
    return draw_index(std::span(ways_).subspan((i * states + next) * states, states), random);
  };
  std::size_t state = draw_state(count, 0);
  for (std::size_t j = count - 1;;) {
    const std::span<const float> evidence = evidence_.ending_at(state, j);
    // Relative to a little more than the sum, since exp_of_negative wants no positive terms.
    const float above = static_cast<float>(ends_[state * count + j]) + 0.01F;
    double left = random.uniform() * std::exp(ends_[state * count + j] - static_cast<double>(above));
    AN_ASSERT(left >= 0);
    float shares[cell_lanes];
    std::size_t i = j + 1;
    std::size_t first = i;
    while (i > 0 && left >= 0) {  // short segments first: most are
      if (i-- == first) {
        first = i < cell_lanes ? 0 : i + 1 - cell_lanes;
        segment_shares(begins_.data() + state * count, evidence.data(), stay_[state], above, first, j, shares);
      }
      left -= static_cast<double>(shares[i - first]);
    }
    path.push_back(
        {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j + 1), static_cast<std::uint32_t>(state)});
    if (i == 0) break;
    j = i - 1;
    state = draw_state(i, state);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace an::segmentation

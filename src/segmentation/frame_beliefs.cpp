// SPDX-License-Identifier: MIT
#include "segmentation/frame_beliefs.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/bounds.hpp"
#include "core/slice.hpp"

namespace an::segmentation {

namespace {

constexpr double no_change = 0.004;      // below: a change here is out of the question
constexpr std::size_t quiet_frames = 4;  // that many of these part two changes

// Runs of frames that may hold a change, apart from each other.
std::vector<std::pair<std::size_t, std::size_t>> doubtful_runs(std::span<const double> change) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  std::size_t last = 0;
  for (std::size_t t = 1; t < change.size(); ++t) {
    if (!(change[t] >= no_change)) continue;
    if (runs.empty() || t - last > quiet_frames)
      runs.emplace_back(t, t + 1);
    else
      runs.back().second = t + 1;
    last = t;
  }
  return runs;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

FrameBeliefs part_of(const FrameBeliefs& beliefs, std::size_t begin, std::size_t end) {
  return {slice(beliefs.alpha, begin, end), slice(beliefs.log_k, begin, end), slice(beliefs.state, begin, end),
          slice(beliefs.change, begin, end)};
}

Estimate estimate_of(std::vector<double> values, double middle) {
  std::ranges::sort(values);
  const auto quantile = [&](double share) {
    return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  return {middle, std::min(middle, quantile(0.05)), std::max(middle, quantile(0.95))};
}

std::vector<PossibleChanges> possible_changes(std::span<const double> change, std::size_t draws, int shortest,
                                              Random& random) {
  std::vector<std::vector<int>> sets(draws);
  std::vector<std::size_t> order(draws);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const auto& [begin, end] : doubtful_runs(change)) {
    for (std::size_t i = draws; i-- > 1;) std::swap(order[i], order[random.below(static_cast<std::uint32_t>(i + 1))]);
    for (std::size_t i = 0; i < draws; ++i) {
      // A change wherever the sum of probabilities passes a whole number and this draw's share of one.
      double next = (static_cast<double>(order[i]) + 0.5) / static_cast<double>(draws), sum = 0;
      for (std::size_t t = begin; t < end; ++t) {
        sum += change[t];
        if (sum < next) continue;
        next += std::floor(sum - next) + 1;
        const int frame = static_cast<int>(t);
        const int before = sets[i].empty() ? 0 : sets[i].back();
        if (frame - before >= shortest && static_cast<int>(change.size()) - frame >= shortest) sets[i].push_back(frame);
      }
    }
  }
  std::map<std::vector<int>, double> counted;
  for (const std::vector<int>& set : sets) counted[set] += 1 / static_cast<double>(draws);
  return likeliest_first(counted);
}

InferredSegment describe_frames(const FrameBeliefs& beliefs, std::size_t begin, std::size_t end) {
  const std::size_t length = end - begin;
  const std::size_t margin = length >= 10 ? 2 : length >= 5 ? 1 : 0;
  const std::size_t first = begin == 0 ? 0 : begin + margin;
  const std::size_t last = end == beliefs.alpha.size() ? end : end - margin;
  std::vector<double> alpha, log_k;
  std::array<double, 4> states{};
  for (std::size_t t = first; t < last; ++t) {
    alpha.push_back(beliefs.alpha[t]);
    log_k.push_back(std::log1p(std::exp(beliefs.log_k[t])));
    for (std::size_t s = 0; s < 4; ++s) states[s] += beliefs.state[t][s];
  }
  InferredSegment out{};
  out.begin = begin;
  out.alpha = estimate_of(alpha, std::clamp(mean_of(alpha), alpha_bounds.low, alpha_bounds.high));
  out.k = estimate_of(log_k, mean_of(log_k));
  for (double* value : {&out.k.value, &out.k.low, &out.k.high}) *value = std::expm1(*value);
  const auto likeliest = std::ranges::max_element(states);
  out.state = static_cast<DiffusiveState>(likeliest - states.begin());
  out.state_probability = *likeliest / static_cast<double>(last - first);
  return out;
}

void Agreement::add(const InferredTrajectory& inferred, const FrameBeliefs& beliefs, double noise) {
  constexpr double slow = 0.1, plain = 10;  // K, of the noise's variance
  const double variance = noise * noise;
  double differ = 0, wrong = 0, more = 0, inside = 0, slower = 0;
  for (std::size_t i = 0; i < inferred.segments.size(); ++i) {
    const InferredSegment& segment = inferred.segments[i];
    const bool unseen = segment.state != DiffusiveState::immobile && segment.k.value < slow * variance;
    for (std::size_t t = segment.begin; t < inferred.end(i); ++t) {
      const auto likeliest = std::ranges::max_element(beliefs.state[t]);
      const bool differs = static_cast<DiffusiveState>(likeliest - beliefs.state[t].begin()) != segment.state;
      if (unseen && differs) {
        ++hidden;
        continue;
      }
      differ += differs ? 1 : 0;
      wrong += 1 - *likeliest;
      if (segment.state == DiffusiveState::confined && !differs) {
        ++inside;
        slower += segment.k.value > plain * variance ? beliefs.alpha[t] - segment.alpha.value : 0;
      }
      ++more;
    }
  }
  const double all = frames + more;
  if (!(all > 0)) return;
  disagreement = (disagreement * frames + differ) / all;
  uncertainty = (uncertainty * frames + wrong) / all;
  frames = all;
  if (!(confined + inside > 0)) return;
  slowed = (slowed * confined + slower) / (confined + inside);
  confined += inside;
}

BeliefShares shares_for(const ExperimentModel& model, const Agreement& agreement, const BeliefShares& usual) {
  const bool walls = agreement.walls_are_felt();
  if (agreement.model_is_doubtful()) return {0.3, 0.9, 0.4, true, walls};
  constexpr double of_changes = 0.15;
  const bool is_approximate =
      model.phenomenon == Phenomenon::dimerization || model.phenomenon == Phenomenon::confinement;
  if (!is_approximate) return {usual.value, 0, 0, false, walls};
  return {usual.value, usual.state, usual.change * of_changes, false, walls};
}

InferredTrajectory segments_between(std::int64_t index, const std::vector<int>& chosen, std::span<const double> change,
                                    const std::function<InferredSegment(std::size_t, std::size_t)>& describe) {
  constexpr std::size_t near = 3;  // frames
  const std::size_t frames = change.size();
  InferredTrajectory out{index, frames, {}};
  for (std::size_t i = 0; i <= chosen.size(); ++i) {
    const std::size_t begin = i == 0 ? 0 : static_cast<std::size_t>(chosen[i - 1]);
    const std::size_t end = i == chosen.size() ? frames : static_cast<std::size_t>(chosen[i]);
    out.segments.push_back(describe(begin, end));
    double probability = i == 0 ? 1 : 0;
    if (i > 0)
      for (std::size_t t = begin < near ? 0 : begin - near; t <= std::min(begin + near, frames - 1); ++t)
        probability += change[t];
    out.segments.back().change_probability = std::min(1.0, probability);
  }
  return out;
}

InferredTrajectory infer_from_frames(std::int64_t index, const FrameBeliefs& beliefs, const InferenceOptions& options,
                                     Random& random) {
  const auto frames = static_cast<int>(beliefs.alpha.size());
  const std::vector<PossibleChanges> possible =
      possible_changes(beliefs.change, options.paths, shortest_segment, random);
  return segments_between(index, choose_change_points(possible, options.choice, frames, shortest_segment),
                          beliefs.change,
                          [&](std::size_t begin, std::size_t end) { return describe_frames(beliefs, begin, end); });
}

}  // namespace an::segmentation

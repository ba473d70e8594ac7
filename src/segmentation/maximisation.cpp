// SPDX-License-Identifier: MIT
#include "segmentation/maximisation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/bounds.hpp"

namespace an::segmentation {

namespace {

constexpr double most_strays = 0.02;   // probability a displacement
constexpr double most_changes = 0.45;  // of one kind, the same

// Whether some positions lie within no compartment.
bool is_wide(const Trajectory& trajectory, const PathSegment& segment) {
  constexpr double widest_compartment = 16;  // px
  const Extent extent = extent_of(trajectory, segment.begin, segment.end + 1);
  return std::max(extent.high_x - extent.low_x, extent.high_y - extent.low_y) > widest_compartment;
}

}  // namespace

PathStatistics::PathStatistics(const ExperimentModel& model)
    : start(model.states.size()),
      change(start.size() * start.size()),
      stay(start.size()),
      at_zero(start.size()),
      segments(start.size()),
      wide(start.size()) {
  for (const StatePopulation& population : model.states)
    populations.emplace_back(population, model.errors.noise, model.errors.strays > 0 ? other_particles : 0);
}

std::vector<double> PathStatistics::wide_shares() const {
  std::vector<double> out(wide);
  for (std::size_t s = 0; s < out.size(); ++s) out[s] /= std::max(1e-9, segments[s]);
  return out;
}

void PathStatistics::add(const PathSamples& samples, const Trajectory& trajectory) {
  for (std::size_t s = 0; s < populations.size(); ++s)
    for (const ParameterDraw& draw : samples.draws(s)) populations[s].add(draw.probability, draw.posterior);
  for (std::size_t p = 0; p < samples.size(); ++p) {
    const StatePath& path = samples.path(p);
    const double weight = samples.weights()[p];
    start[path.front().state] += weight;
    for (std::size_t i = 0; i < path.size(); ++i) {
      stay[path[i].state] += weight * static_cast<double>(path[i].end - path[i].begin - 1);
      segments[path[i].state] += weight;
      wide[path[i].state] += is_wide(trajectory, path[i]) ? weight : 0;
      if (i > 0) change[path[i - 1].state * start.size() + path[i].state] += weight;
    }
  }
}

void maximise(const PathStatistics& sums, ExperimentModel& model) {
  const std::size_t states = model.states.size();
  const double particles = std::accumulate(sums.start.begin(), sums.start.end(), 0.0);
  const double all_stays = std::accumulate(sums.stay.begin(), sums.stay.end(), 1.0);
  for (std::size_t s = 0; s < states; ++s) {
    model.dynamics.start[s] = (sums.start[s] + 1) / (particles + static_cast<double>(states));
    double left = sums.stay[s];
    for (std::size_t next = 0; next < states; ++next) left += sums.change[s * states + next];
    for (std::size_t next = 0; next < states; ++next) {
      double& change = model.dynamics.change_of(s, next);
      if (model.has_hops() && change == 0) continue;  // hops come from the traps
      change = s == next ? 0 : std::min(most_changes, (sums.change[s * states + next] + 0.2) / (left + 20));
      if (model.states[next].stray && !model.has_hops()) change = std::min(change, most_strays);
      if (model.states[s].stray && s != next) change = end_of_stray * (sums.stay[next] + 1) / all_stays;
    }
    model.states[s] = sums.populations[s].maximum();
  }
  if (!model.has_hops()) return;
  model.dynamics.start[2] = 0;
  const double hops = sums.change[2 * states];
  model.dynamics.change_of(2, 0) =
      std::clamp((hops + 1) / (sums.stay[2] + hops + 2), 0.2, 0.95);  // to where they came from
  model.states[2].alpha_mean = model.states[1].alpha_mean;
  model.states[2].k_mean = model.states[1].k_mean;
}

// \returns what comes after `before` when maximisation says `next`, both positive
double LongerSteps::take(std::size_t parameter, double before, double next) {
  constexpr double growth = 2;
  constexpr double longest = 4;
  constexpr double leap = 0.7;  // is long enough
  double& factor = factor_[parameter];
  const double step = std::log(next / before);
  const bool goes_on = step * last_[parameter] > 0 && std::abs(step) < leap;
  factor = goes_on ? std::min(longest, growth * factor) : 1;
  last_[parameter] = step;
  return before * std::exp(factor * step);
}

void LongerSteps::lengthen(const ExperimentModel& before, ExperimentModel& model) {
  if (model.has_strays()) return;  // which lead it astray
  const std::size_t states = model.states.size();
  for (std::size_t s = 0; s < states; ++s) {
    for (std::size_t next = 0; next < states; ++next) {
      if (next == s) continue;
      double& change = model.dynamics.change_of(s, next);
      change = std::min(most_changes, take(s * states + next, before.dynamics.change_of(s, next), change));
    }
    double& k = model.states[s].k_mean;
    if (!model.states[s].is_fixed()) k = std::min(k_bounds.high, take(states * states + s, before.states[s].k_mean, k));
  }
}

}  // namespace an::segmentation

// SPDX-License-Identifier: MIT
#include "segmentation/experiment_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/slice.hpp"

namespace an::segmentation {

std::string_view phenomenon_name(Phenomenon phenomenon) {
  constexpr std::array<std::string_view, 5> names{"single_state", "multi_state", "immobile_traps", "dimerization",
                                                  "confinement"};
  return names[static_cast<std::size_t>(phenomenon)];
}

std::size_t ExperimentModel::particle_states() const {
  std::size_t count = states.size();
  while (count > 0 && states[count - 1].stray) --count;
  return count;
}

std::size_t ExperimentModel::commonest_state() const {
  const auto start = std::span(dynamics.start).first(particle_states());
  return static_cast<std::size_t>(std::max_element(start.begin(), start.end()) - start.begin());
}

namespace {

// Adds a state of strays that nothing leads to or from yet.
void add_stray_state(ExperimentModel& model, double k) {
  const std::size_t states = model.states.size();
  StatePopulation stray;
  stray.stray = true;
  stray.k_mean = k;
  model.states.push_back(stray);
  const StateDynamics before = std::move(model.dynamics);
  model.dynamics.start = before.start;
  model.dynamics.start.push_back(0);
  model.dynamics.change.assign((states + 1) * (states + 1), 0);
  for (std::size_t s = 0; s < states; ++s)
    for (std::size_t next = 0; next < states; ++next)
      model.dynamics.change[s * (states + 1) + next] = before.change[s * states + next];
}

}  // namespace

void add_strays(ExperimentModel& model) {
  constexpr double stray_k = 15;  // px²
  const double rate = model.errors.strays;
  if (rate == 0) return;
  add_stray_state(model, stray_k);
  const std::size_t stray = model.particle_states();
  model.dynamics.start[stray] = rate;
  for (std::size_t s = 0; s < stray; ++s) {
    model.dynamics.change_of(s, stray) = rate;
    model.dynamics.change_of(stray, s) = end_of_stray * model.dynamics.start[s];
  }
}

void add_hops(ExperimentModel& model) {
  constexpr double rate = 0.01;
  add_stray_state(model, model.states[1].k_mean);
  model.dynamics.change_of(0, 2) = rate;
  model.dynamics.change_of(2, 0) = end_of_stray;
}

CellTable cells_of(const ExperimentModel& model) {
  std::vector<std::vector<Cell>> states;
  std::vector<double> noise;
  for (std::size_t s = 0; s < model.states.size(); ++s) {
    // A pair is told by the middle between its partners, which has less noise.
    noise.push_back(model.dimer == s ? model.errors.noise / std::numbers::sqrt2 : model.errors.noise);
    states.push_back(PopulationGrid(model.states[s], model.errors.noise).cells());
  }
  return {states, noise, !model.errors.unsure};
}

namespace {

void take_in(const Trajectory& trajectory, std::size_t begin, std::size_t end, std::optional<Extent>& extent) {
  for (std::size_t t = begin; t < end; ++t) {
    const double x = trajectory.x[t];
    const double y = trajectory.y[t];
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    if (!extent) extent = {x, x, y, y};
    extent = {std::min(extent->low_x, x), std::max(extent->high_x, x), std::min(extent->low_y, y),
              std::max(extent->high_y, y)};
  }
}

}  // namespace

Trajectory part_of(const Trajectory& trajectory, std::size_t begin, std::size_t end) {
  return {trajectory.index, trajectory.first_frame + static_cast<std::int64_t>(begin), slice(trajectory.x, begin, end),
          slice(trajectory.y, begin, end)};
}

Extent extent_of(const FieldOfView& fov) {
  std::optional<Extent> extent;
  for (const Trajectory& trajectory : fov.trajectories) take_in(trajectory, 0, trajectory.x.size(), extent);
  return extent.value_or(Extent{});
}

Extent extent_of(const Trajectory& trajectory, std::size_t begin, std::size_t end) {
  std::optional<Extent> extent;
  take_in(trajectory, begin, end, extent);
  return extent.value_or(Extent{});
}

}  // namespace an::segmentation

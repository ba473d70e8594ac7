// SPDX-License-Identifier: MIT
#include "segmentation/state_order.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace an::segmentation {

void slowest_first(FittedModel& fit) {
  ExperimentModel& model = fit.model;
  const FittedModel before = fit;
  std::vector<std::size_t> order(model.states.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(model.particle_states()),
      [&](std::size_t a, std::size_t b) { return before.model.states[a].k_mean < before.model.states[b].k_mean; });
  for (std::size_t s = 0; s < order.size(); ++s) {
    model.states[s] = before.model.states[order[s]];
    model.dynamics.start[s] = before.model.dynamics.start[order[s]];
    fit.at_zero[s] = before.at_zero[order[s]];
    fit.wide[s] = before.wide[order[s]];
    for (std::size_t next = 0; next < order.size(); ++next)
      model.dynamics.change_of(s, next) = before.model.dynamics.change_of(order[s], order[next]);
    if (before.model.dimer == order[s]) model.dimer = s;
    if (before.model.confined == order[s]) model.confined = s;
  }
}

void call_strays_so(ExperimentModel& model) {
  constexpr double fast = 10;       // px²
  constexpr double at_once = 0.35;  // probability a displacement
  const std::size_t states = model.particle_states();
  if (!model.has_strays() || model.phenomenon != Phenomenon::multi_state) return;
  if (model.states[states - 1].k_mean < fast || model.dynamics.ends(states - 1) < at_once) return;
  model.states[states - 1].stray = true;
  if (states == 2) model.phenomenon = Phenomenon::single_state;
}

}  // namespace an::segmentation

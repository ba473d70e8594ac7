// SPDX-License-Identifier: MIT
#include "segmentation/experiment_model.hpp"

#include <array>
#include <utility>

namespace an::segmentation {

std::string_view phenomenon_name(Phenomenon phenomenon) {
  constexpr std::array<std::string_view, 5> names{"single_state", "multi_state", "immobile_traps", "dimerization",
                                                  "confinement"};
  return names[static_cast<std::size_t>(phenomenon)];
}

void add_strays(ExperimentModel& model) {
  const double rate = model.errors.strays;
  if (rate == 0) return;
  const std::size_t states = model.states.size();
  StatePopulation stray;
  stray.stray = true;
  model.states.push_back(stray);
  const StateDynamics before = std::move(model.dynamics);
  model.dynamics.start = before.start;
  model.dynamics.start.push_back(rate);
  model.dynamics.change.assign((states + 1) * (states + 1), 0);
  for (std::size_t s = 0; s < states; ++s) {
    for (std::size_t next = 0; next < states; ++next)
      model.dynamics.change[s * (states + 1) + next] = before.change[s * states + next];
    model.dynamics.change[s * (states + 1) + states] = rate;
    model.dynamics.change[states * (states + 1) + s] = end_of_stray * before.start[s];
  }
}

CellTable cells_of(const ExperimentModel& model) {
  std::vector<std::vector<Cell>> states;
  std::vector<double> noise;
  for (std::size_t s = 0; s < model.states.size(); ++s) {
    noise.push_back(model.dimer == s ? model.errors.overlapping : model.errors.noise);
    states.push_back(PopulationGrid(model.states[s], model.errors.noise).cells());
  }
  return {states, noise, !model.errors.unsure};
}

}  // namespace an::segmentation

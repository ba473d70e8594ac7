// SPDX-License-Identifier: MIT
#include "segmentation/experiment_model.hpp"

#include <array>

namespace an::segmentation {

std::string_view phenomenon_name(Phenomenon phenomenon) {
  constexpr std::array<std::string_view, 5> names{"single_state", "multi_state", "immobile_traps", "dimerization",
                                                  "confinement"};
  return names[static_cast<std::size_t>(phenomenon)];
}

CellTable cells_of(const ExperimentModel& model) {
  std::vector<std::vector<Cell>> states;
  for (const StatePopulation& population : model.states)
    states.push_back(PopulationGrid(population, model.noise).cells());
  return CellTable(states, model.noise);
}

}  // namespace an::segmentation

// SPDX-License-Identifier: MIT
#include "segmentation/model_guesses.hpp"

#include <algorithm>
#include <utility>

#include "core/bounds.hpp"

namespace an::segmentation {

ExperimentModel first_guess(std::vector<StatePopulation> states, const LocalisationErrors& errors) {
  const std::size_t count = states.size();
  ExperimentModel model;
  model.errors = errors;
  model.states = std::move(states);
  model.phenomenon = count == 1 ? Phenomenon::single_state : Phenomenon::multi_state;
  model.dynamics.start.assign(count, 1.0 / static_cast<double>(count));
  model.dynamics.change.assign(count * count, 0.04 / static_cast<double>(count));
  for (std::size_t s = 0; s < count; ++s) model.dynamics.change[s * count + s] = 0;
  add_strays(model);
  return model;
}

std::vector<std::vector<StatePopulation>> with_one_more(const ExperimentModel& model) {
  const std::vector<StatePopulation> states(
      model.states.begin(), model.states.begin() + static_cast<std::ptrdiff_t>(model.particle_states()));
  std::vector<std::vector<StatePopulation>> all;
  for (std::size_t s = 0; s < states.size(); ++s)
    for (const bool by_alpha : {true, false}) {
      StatePopulation slow = states[s];
      StatePopulation fast = states[s];
      if (by_alpha) {
        const double shift = std::max(0.1, 0.8 * slow.alpha_sd);
        slow.alpha_mean = std::max(0.0, slow.alpha_mean - shift);
        fast.alpha_mean = std::min(alpha_bounds.high, fast.alpha_mean + shift);
        slow.alpha_sd = fast.alpha_sd = shift;
      } else {
        slow.k_mean *= 0.6;
        fast.k_mean *= 1.6;
        slow.k_sd = std::min(slow.k_sd, 0.5 * slow.k_mean);
        fast.k_sd = std::min(std::max(fast.k_sd, 0.3 * fast.k_mean), 0.5 * fast.k_mean);
      }
      std::vector<StatePopulation> more = states;
      more[s] = slow;
      more.insert(more.begin() + static_cast<std::ptrdiff_t>(s) + 1, fast);
      all.push_back(std::move(more));
    }
  return all;
}

std::vector<ExperimentModel> with_rare_state(const ExperimentModel& model) {
  const StatePopulation& common = model.states[0];
  std::vector<ExperimentModel> all;
  for (const double factor : {0.1, 10.0}) {
    const double k = factor * common.k_mean;
    ExperimentModel more = first_guess({{1, 0.5, k, k}, common}, model.errors);
    set_rare_first_state(more);
    all.push_back(std::move(more));
  }
  return all;
}

void set_rare_first_state(ExperimentModel& model) {
  model.states.resize(2);
  model.dynamics = {{0.2, 0.8}, {0, 0.05, 0.02, 0}};
  add_strays(model);
}

}  // namespace an::segmentation

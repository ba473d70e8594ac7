// SPDX-License-Identifier: MIT
#include "simulation/diffusion_model.hpp"

namespace an::simulation {

namespace {

// The state after one that has these probabilities of going to each.
std::size_t next_state(const std::vector<double>& probabilities, Random& random) {
  double rest = random.uniform();
  for (std::size_t state = 0; state + 1 < probabilities.size(); ++state) {
    if (rest < probabilities[state]) return state;
    rest -= probabilities[state];
  }
  return probabilities.size() - 1;
}

}  // namespace

// A Markov chain of states; each visit moves by a block of noise of its own. The label of frame t rules the step from t
// to t + 1.
void simulate_multi_state(const ModelParameters& parameters, const Layout&, const RandomKey& box, BoxPaths& paths) {
  FractionalNoise noise;
  for (std::size_t particle = 0; particle < paths.particles; ++particle) {
    Random random = particle_random(box, particle);
    const std::vector<LabelValue> states = draw_states(parameters, random);
    const auto first_code = static_cast<std::uint32_t>(paths.values.size());
    for (const LabelValue& value : states) paths.add(value);
    place_at_random(parameters, paths, particle, random);
    std::size_t state =
        parameters.initial_state ? *parameters.initial_state : random.below(static_cast<std::uint32_t>(states.size()));
    const std::span<std::uint32_t> labels = paths.labels(particle);
    labels[0] = first_code + static_cast<std::uint32_t>(state);
    noise.start(states[state].alpha, states[state].k, paths.frames, paths.axes);
    for (std::size_t t = 1; t < paths.frames; ++t) {
      step_in_box(parameters, paths, particle, t, noise.next(random));
      const std::size_t before = state;
      state = next_state(parameters.transition[state], random);
      if (state != before) noise.start(states[state].alpha, states[state].k, paths.frames - t, paths.axes);
      labels[t] = first_code + static_cast<std::uint32_t>(state);
    }
  }
}

}  // namespace an::simulation

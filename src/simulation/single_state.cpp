// SPDX-License-Identifier: MIT
#include "simulation/diffusion_model.hpp"

namespace an::simulation {

// Every particle moves by one block of noise.
void simulate_single_state(const ModelParameters& parameters, const Layout&, const RandomKey& box, BoxPaths& paths) {
  FractionalNoise noise;
  for (std::size_t particle = 0; particle < paths.particles; ++particle) {
    Random random = particle_random(box, particle);
    LabelValue value = draw_states(parameters, random).front();
    value.number = static_cast<int>(value.state);
    place_at_random(parameters, paths, particle, random);
    const std::uint32_t code = paths.add(value);
    for (std::uint32_t& label : paths.labels(particle)) label = code;
    noise.start(value.alpha, value.k, paths.frames, paths.axes, true);
    for (std::size_t t = 1; t < paths.frames; ++t) step_in_box(parameters, paths, particle, t, noise.next(random));
  }
}

}  // namespace an::simulation

// SPDX-License-Identifier: MIT
#include "simulation/cell_grid.hpp"
#include "simulation/diffusion_model.hpp"

namespace an::simulation {

namespace {

DiffusiveState free_state(double alpha, const Quirks& quirks) {
  if (!quirks.trap_alpha_limit || alpha != directed_alpha) return unbounded_state(alpha);
  return DiffusiveState::immobile;
}

}  // namespace

// Particles are held where they are while bound to a trap. All are free in frame 0, also inside a trap. The label of
// frame t rules the step from t - 1 to t.
void simulate_immobile_traps(const ModelParameters& parameters, const Layout& traps, const RandomKey& box,
                             BoxPaths& paths) {
  CellGrid grid(parameters.box, parameters.radius, traps.size());
  for (const Point& trap : traps) grid.insert(trap);
  const std::uint32_t trapped = paths.add({0, 0, DiffusiveState::immobile, 0});
  FractionalNoise noise;
  for (std::size_t particle = 0; particle < paths.particles; ++particle) {
    Random random = particle_random(box, particle);
    LabelValue value = draw_states(parameters, random).front();
    value.state = free_state(value.alpha, parameters.quirks);
    value.number = static_cast<int>(value.state);
    const std::uint32_t free = paths.add(value);
    place_at_random(parameters, paths, particle, random);
    const std::span<std::uint32_t> labels = paths.labels(particle);
    const std::span<const double> x = paths.path(particle, 0), y = paths.path(particle, 1);
    labels[0] = free;
    noise.start(value.alpha, value.k, paths.frames, paths.axes);
    bool bound = false;
    for (std::size_t t = 1; t < paths.frames; ++t) {
      if (bound && random.coin(parameters.unbinding)) {
        bound = false;
        noise.start(value.alpha, value.k, paths.frames - t, paths.axes);
      } else if (!bound) {
        const Point here{x[t - 1], y[t - 1]};
        bool in_trap = false;
        grid.for_each_near(
            here, [&](std::uint32_t trap) { in_trap = in_trap || distance(here, traps[trap]) < parameters.radius; });
        bound = in_trap && random.coin(parameters.binding);
      }
      labels[t] = bound ? trapped : free;
      step_in_box(parameters, paths, particle, t, bound ? Displacement{} : noise.next(random));
    }
  }
}

}  // namespace an::simulation

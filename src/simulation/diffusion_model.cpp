// SPDX-License-Identifier: MIT
#include "simulation/diffusion_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "simulation/cell_grid.hpp"
#include "simulation/reflection.hpp"

namespace an::simulation {

namespace {

struct Model {
  ModelKind kind;
  std::string_view name;
  void (*simulate)(const ModelParameters&, const Layout&, const RandomKey&, BoxPaths&);
};

constexpr std::array models{Model{ModelKind::single_state, "single_state", simulate_single_state},
                            Model{ModelKind::multi_state, "multi_state", simulate_multi_state},
                            Model{ModelKind::dimerization, "dimerization", simulate_dimerization},
                            Model{ModelKind::immobile_traps, "immobile_traps", simulate_immobile_traps},
                            Model{ModelKind::confinement, "confinement", simulate_confinement}};

const Model& model_of(ModelKind kind) {
  return *std::find_if(models.begin(), models.end(), [kind](const Model& model) { return model.kind == kind; });
}

// Draws until the value is accepted, a hundred times more at most as the package does; then none.
template <class Redrawn>
std::optional<double> draw_until(const Distribution& distribution, Random& random, Redrawn redrawn) {
  constexpr int most_redraws = 100;
  for (int i = 0; i <= most_redraws; ++i) {
    const double value = distribution.draw(random);
    if (!redrawn(value)) return value;
  }
  return std::nullopt;
}

// alpha and K of all states; none where the package gives up.
std::optional<std::vector<LabelValue>> try_states(const ModelParameters& parameters, Random& random) {
  std::vector<LabelValue> values;
  for (std::size_t i = 0; i < parameters.states.size(); ++i) {
    const double step = i == 0 || parameters.alpha_steps.empty() ? 0 : parameters.alpha_steps[i - 1];
    const double factor = i == 0 || parameters.k_factors.empty() ? 1 : parameters.k_factors[i - 1];
    const auto alpha = draw_until(parameters.states[i].alpha, random, [&](double value) {
      return alpha_is_redrawn(i == 0 ? 0 : values[i - 1].alpha, value, step);
    });
    const auto k = draw_until(parameters.states[i].k, random,
                              [&](double value) { return k_is_redrawn(i == 0 ? 0 : values[i - 1].k, value, factor); });
    if (!alpha || !k) return std::nullopt;
    values.push_back({*alpha, *k, unbounded_state(*alpha), static_cast<int>(i)});
  }
  return values;
}

// Labels that rule the step before their frame become labels of the step after it.
void advance_labels(BoxPaths& paths) {
  for (std::size_t particle = 0; particle < paths.particles; ++particle) {
    const std::span<std::uint32_t> labels = paths.labels(particle);
    std::copy(labels.begin() + 1, labels.end(), labels.begin());
  }
}

}  // namespace

std::string_view model_name(ModelKind kind) { return model_of(kind).name; }

std::optional<ModelKind> model_of_name(std::string_view name) {
  for (const Model& model : models)
    if (model.name == name) return model.kind;
  return std::nullopt;
}

Layout draw_discs(std::size_t count, double radius, double box, Random& random) {
  Layout discs;
  CellGrid grid(box, 2 * radius, count);
  const auto propose = [&] {
    const double x = random.uniform() * (box - 2 * radius) + radius;
    return Point{x, random.uniform() * (box - 2 * radius) + radius};
  };
  for (std::size_t trials = 0; discs.size() < count && trials <= 100 * count + 1; ++trials) {
    const Point disc = propose();
    bool free = true;
    grid.for_each_near(disc, [&](std::uint32_t other) { free = free && distance(disc, discs[other]) > 2 * radius; });
    if (!free) continue;
    discs.push_back(disc);
    grid.insert(disc);
  }
  return discs;
}

Layout draw_layout(const ModelParameters& parameters, Random& random) {
  if (!parameters.given_centres.empty()) return parameters.given_centres;
  if (parameters.model == ModelKind::confinement) {
    if (parameters.quirks.discs_per_particle && !parameters.shared_layout) return {};
    return draw_discs(parameters.centres, parameters.radius, parameters.box, random);
  }
  Layout traps;
  if (parameters.model != ModelKind::immobile_traps) return traps;
  for (std::size_t i = 0; i < parameters.centres; ++i) {
    const double x = random.uniform() * parameters.box;
    traps.push_back({x, random.uniform() * parameters.box});
  }
  return traps;
}

bool alpha_is_redrawn(double previous, double alpha, double step) { return step != 0 && previous - alpha < step; }

bool k_is_redrawn(double previous, double k, double factor) {
  return (factor < 1 && k > factor * previous) || (factor > 1 && k < factor * previous);
}

std::vector<LabelValue> draw_states(const ModelParameters& parameters, Random& random) {
  // The package loses the whole experiment to a particle that it cannot place; drawing that particle anew gives what
  // experiments look like that were not lost.
  constexpr int most_particles = 1000;
  for (int i = 0; i < most_particles; ++i)
    if (auto values = try_states(parameters, random)) return *values;
  throw Error("alpha_steps, k_factors: a thousand particles in a row could not meet the constraints between states");
}

BoxPaths simulate_box(const ModelParameters& parameters, const Layout& layout, const RandomKey& box) {
  BoxPaths paths(parameters.frames, parameters.particles, parameters.axes);
  model_of(parameters.model).simulate(parameters, layout, box, paths);
  const bool labels_step_before =
      parameters.model == ModelKind::dimerization || parameters.model == ModelKind::immobile_traps;
  if (labels_step_before && !parameters.quirks.label_timing) advance_labels(paths);
  return paths;
}

Random particle_random(const RandomKey& box, std::size_t particle) {
  return Random({box.seed, box.experiment, box.fov, static_cast<std::uint32_t>(particle), RandomStream::particle});
}

void place_at_random(const ModelParameters& parameters, BoxPaths& paths, std::size_t particle, Random& random) {
  for (std::size_t axis = 0; axis < paths.axes; ++axis)
    paths.path(particle, axis)[0] = std::isfinite(parameters.box) ? random.uniform() * parameters.box : 0;
}

void step_in_box(const ModelParameters& parameters, BoxPaths& paths, std::size_t particle, std::size_t frame,
                 const Displacement& displacement) {
  for (std::size_t axis = 0; axis < paths.axes; ++axis) {
    const std::span<double> path = paths.path(particle, axis);
    const double end = path[frame - 1] + displacement[axis];
    path[frame] = std::isfinite(parameters.box) ? reflected_in_box(end, parameters.box) : end;
  }
}

}  // namespace an::simulation

// SPDX-License-Identifier: MIT
#include "simulation/experiment.hpp"

#include <cmath>

#include "core/bounds.hpp"
#include "simulation/vip.hpp"

namespace an::simulation {

namespace {

std::size_t draw_count(const Distribution& distribution, Random& random) {
  return static_cast<std::size_t>(std::llround(distribution.draw(random)));
}

// A chain whose state i lasts dwell_i frames on average and goes to the others with shares that are drawn evenly.
std::vector<std::vector<double>> draw_transition(const std::vector<Distribution>& dwell, Random& random) {
  std::vector<std::vector<double>> rows(dwell.size(), std::vector<double>(dwell.size(), 0.0));
  for (std::size_t i = 0; i < dwell.size(); ++i) {
    const double leave = dwell.size() == 1 ? 0 : 1 / dwell[i].draw(random);
    double sum = 0;
    for (std::size_t j = 0; j < dwell.size(); ++j)
      if (j != i) sum += rows[i][j] = -std::log(random.uniform());
    for (std::size_t j = 0; j < dwell.size(); ++j)
      if (j != i) rows[i][j] *= leave / sum;
    rows[i][i] = 1 - leave;
  }
  return rows;
}

}  // namespace

Distribution HyperDistribution::draw(Random& random) const {
  const double first = a.draw(random);
  const double second = b.draw(random);
  return {kind, first, relative ? (first * second) * (first * second) : second, cut};
}

std::optional<std::size_t> state_count(ModelKind model) {
  switch (model) {
    case ModelKind::single_state:
    case ModelKind::immobile_traps:
      return 1;
    case ModelKind::dimerization:
    case ModelKind::confinement:
      return 2;
    case ModelKind::multi_state:
      break;
  }
  return std::nullopt;
}

std::vector<StateParameters> draw_challenge_states(ModelKind model, Random& random) {
  constexpr double variance = 0.01;
  const auto normal = &Distribution::normal;
  if (state_count(model) == std::size_t{1})
    return {{normal(0.5 + random.uniform(), variance, alpha_bounds), normal(1, variance, k_bounds)}};
  const double fast = 1 + 0.01 * random.normal();
  const double slow = fast * 0.09 * random.uniform() + 0.01;
  const double fast_alpha = 0.8 + 0.4 * random.uniform();
  const double slow_alpha = fast_alpha - (0.2 + 0.4 * random.uniform());
  return {{normal(fast_alpha, variance, alpha_bounds), normal(fast, variance * fast, k_bounds)},
          {normal(slow_alpha, variance, alpha_bounds), normal(slow, variance * slow, k_bounds)}};
}

ModelParameters draw_experiment(const ExperimentSpec& spec, std::size_t frames, const Quirks& quirks,
                                std::uint64_t seed, std::uint32_t experiment) {
  Random random({seed, experiment, 0, 0, RandomStream::experiment});
  ModelParameters parameters;
  parameters.model = spec.model;
  parameters.frames = frames;
  parameters.axes = spec.axes;
  parameters.box = spec.box;
  parameters.quirks = quirks;
  parameters.quirks.discs_per_particle = quirks.discs_per_particle && !spec.discs_of_box;
  parameters.particles = draw_count(spec.particles, random);
  if (spec.challenge_sampler) parameters.states = draw_challenge_states(spec.model, random);
  if (parameters.states.size() < spec.alpha.size()) parameters.states.resize(spec.alpha.size());
  if (parameters.states.size() < spec.k.size()) parameters.states.resize(spec.k.size());
  for (std::size_t i = 0; i < spec.alpha.size(); ++i) parameters.states[i].alpha = spec.alpha[i].draw(random);
  for (std::size_t i = 0; i < spec.k.size(); ++i) parameters.states[i].k = spec.k[i].draw(random);
  parameters.transition = spec.dwell.empty() ? spec.transition : draw_transition(spec.dwell, random);
  parameters.initial_state = spec.initial_state;
  parameters.alpha_steps = spec.alpha_steps;
  parameters.k_factors = spec.k_factors;
  parameters.radius = spec.radius.draw(random);
  parameters.binding = spec.binding.draw(random);
  parameters.unbinding = spec.unbinding.draw(random);
  parameters.dimer_alpha_step = spec.dimer_alpha_step;
  parameters.stokes = spec.stokes;
  parameters.centres = draw_count(spec.centres, random);
  parameters.transmittance = spec.transmittance.draw(random);
  parameters.given_centres = spec.given_centres;
  parameters.shared_layout = spec.shared_layout;
  return parameters;
}

SimulatedFov simulate_fov(const ModelParameters& experiment, const FovParameters& parameters, std::size_t vips,
                          std::uint64_t seed, std::uint32_t experiment_number, std::uint32_t fov) {
  const auto random = [&](RandomStream stream, std::uint32_t of_fov) {
    return Random({seed, experiment_number, of_fov, 0, stream});
  };
  Random layout_random = random(RandomStream::layout, experiment.shared_layout ? 0 : fov);
  const Layout layout = draw_layout(experiment, layout_random);
  BoxPaths box = simulate_box(experiment, layout, {seed, experiment_number, fov, 0, RandomStream::particle});
  Random origin_random = random(RandomStream::fov, fov);
  const Point origin =
      draw_origin(experiment.box, parameters.side, experiment.quirks.fov_in_default_box, origin_random);
  FieldOfView clean = cut_field_of_view(box, origin, parameters);
  Random vip_random = random(RandomStream::vip, fov);
  if (vips > 0)
    elect_vips(clean, parameters.side, vips, experiment.frames, experiment.quirks.vip_by_last_gap, vip_random);
  FieldOfView noisy = clean;
  Random noise_random = random(RandomStream::localisation, fov);
  add_localisation_noise(noisy, parameters.localisation_noise, noise_random);
  return {std::move(box), std::move(clean), std::move(noisy)};
}

}  // namespace an::simulation

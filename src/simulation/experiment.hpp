// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "simulation/diffusion_model.hpp"
#include "simulation/field_of_view.hpp"

namespace an::simulation {

/// A distribution whose numbers may themselves be drawn, once for each experiment.
struct HyperDistribution {
  Distribution::Kind kind = Distribution::Kind::fixed;
  Distribution a, b;      ///< of Distribution::a and b
  Bounds cut{0, 0};       ///< of a normal distribution
  bool relative = false;  ///< of a normal distribution: `b` is its sd over its mean, not its variance
  Distribution draw(Random& random) const;
};

/// What one or many experiments are drawn from: everything that is drawn, is so once for each experiment (`alpha` and
/// `k`: their distributions are, and the values once for each particle).
struct ExperimentSpec {
  ModelKind model = ModelKind::single_state;
  std::uint32_t repeat = 1;  ///< experiments of this kind
  Distribution particles = Distribution::fixed(50);
  double box = 230.4;  ///< as of ModelParameters
  std::size_t axes = 2;
  bool challenge_sampler = false;           ///< alpha and k (where not given) as the package draws them for training
  std::vector<HyperDistribution> alpha, k;  ///< one a state
  std::vector<std::vector<double>> transition;
  std::vector<Distribution> dwell;  ///< multi_state instead of transition: mean frames in each state, at least 1
  std::optional<std::size_t> initial_state;
  std::vector<double> alpha_steps, k_factors;
  Distribution radius = Distribution::fixed(1);
  Distribution binding = Distribution::fixed(1), unbinding = Distribution::fixed(0.01);
  double dimer_alpha_step = 0;
  bool stokes = false;
  Distribution centres = Distribution::fixed(0);  ///< traps or discs
  Distribution transmittance = Distribution::fixed(0.1);
  std::vector<Point> given_centres;
  bool shared_layout = false;
  bool discs_of_box = false;  ///< all particles of a box share its discs, where Quirks::discs_per_particle has it else
};

/// How many states a model has; none: as many as `transition` or `dwell` say.
std::optional<std::size_t> state_count(ModelKind model);

/// Draws the parameters of one experiment. \param experiment its number, the name of its random numbers
ModelParameters draw_experiment(const ExperimentSpec& spec, std::size_t frames, const Quirks& quirks,
                                std::uint64_t seed, std::uint32_t experiment);

/// alpha and K of the package's sampler of training experiments (`_get_dic_andi2`), states in order.
std::vector<StateParameters> draw_challenge_states(ModelKind model, Random& random);

/// One simulated field of view and the box it was cut from.
struct SimulatedFov {
  BoxPaths box;
  FieldOfView clean;  ///< without localisation noise: what videos show
  FieldOfView fov;
};

/// Makes field of view `fov` of an experiment; `vips` = 0 elects none. Independent of all others.
SimulatedFov simulate_fov(const ModelParameters& experiment, const FovParameters& parameters, std::size_t vips,
                          std::uint64_t seed, std::uint32_t experiment_number, std::uint32_t fov);

}  // namespace an::simulation

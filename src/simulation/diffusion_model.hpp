// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/box_paths.hpp"
#include "simulation/distribution.hpp"
#include "simulation/fractional_noise.hpp"
#include "simulation/point.hpp"

namespace an::simulation {

/// The five phenomenological models of the challenge, under the names of its files.
enum class ModelKind { single_state, multi_state, dimerization, immobile_traps, confinement };

std::string_view model_name(ModelKind kind);
std::optional<ModelKind> model_of_name(std::string_view name);

/// Odd behaviour of the challenge's package (andi-datasets 2.1.13) that changes its data. True: reproduced.
struct Quirks {
  bool dimer_two_coins = true;     ///< a close pair of free particles tosses for binding twice a frame, once from each
  bool dimer_own_labels = true;    ///< each partner is labelled with its own values, not those that move the dimer
  bool discs_per_particle = true;  ///< confinement without shared_layout: every particle has discs of its own
  bool label_timing = true;        ///< dimerization, immobile_traps: a label rules the step before its frame, not after
  bool trap_alpha_limit = true;    ///< immobile_traps: directed needs alpha > 1.9; exactly 1.9 is called immobile
  bool fov_in_default_box = true;  ///< the FOV's origin is drawn for a box of 230.4 px whatever the box is
  bool directed_not_counted = true;  ///< ensemble labels of traps and confinement leave directed frames out
  bool unvisited_counts_one = true;  ///< ensemble labels of multi_state give a state without frames the weight 1
  bool vip_by_last_gap = true;       ///< VIPs are not the longest trajectories, but those without a gap first
};

/// alpha and K of one state, as drawn for every particle.
struct StateParameters {
  Distribution alpha, k;
};

/// Everything one experiment's particles are drawn from. Lengths in px, times in frames.
struct ModelParameters {
  ModelKind model = ModelKind::single_state;
  std::size_t particles = 50;
  std::size_t frames = 200;
  std::size_t axes = 2;  ///< 3: single_state only
  double box = 230.4;    ///< side of the square with reflecting walls; infinite: none, all start at the origin
  /// single_state and immobile_traps one; dimerization: free, dimer; confinement: outside, inside
  std::vector<StateParameters> states;
  std::vector<double>
      alpha_steps;  ///< multi_state, confinement: redraw alpha_i until alpha_(i-1) - alpha_i >= step; 0: no
  std::vector<double>
      k_factors;  ///< redraw K_i until K_i <= factor K_(i-1), or >= it where the factor is above 1; 1: no
  std::vector<std::vector<double>> transition;  ///< multi_state: probability a frame, from row to column
  std::optional<std::size_t> initial_state;     ///< multi_state; else uniform over the states
  double radius = 1;                            ///< of a particle (dimers bind within twice it), trap or disc
  double binding = 1, unbinding = 0.01;         ///< probabilities a frame
  /// dimerization: every new dimer draws one alpha for both, at least this much below their free ones; 0: no
  double dimer_alpha_step = 0;
  bool stokes = false;               ///< K of a dimer is 1/(1/K1 + 1/K2) of its partners
  std::size_t centres = 0;           ///< traps or discs
  double transmittance = 0.1;        ///< probability that a disc's border lets a particle out
  std::vector<Point> given_centres;  ///< instead of drawn ones
  bool shared_layout = false;        ///< one layout of traps or discs for all FOVs of the experiment
  Quirks quirks;
};

/// Traps or discs of a box; none: every particle draws its own.
using Layout = std::vector<Point>;

/// The layout that all particles of a box share.
Layout draw_layout(const ModelParameters& parameters, Random& random);

/// Disc centres at random, without overlap and within the box; fewer than asked for when there is no room for more
/// after a hundred trials a disc.
Layout draw_discs(std::size_t count, double radius, double box, Random& random);

/// Moves all particles of a box for all frames. The stream `particle` of `box` is theirs.
/// \throws Error when constraints on parameters cannot be met
BoxPaths simulate_box(const ModelParameters& parameters, const Layout& layout, const RandomKey& box);

/// alpha and K of all states for one particle, constraints included.
/// \throws Error when the constraints cannot be met
std::vector<LabelValue> draw_states(const ModelParameters& parameters, Random& random);

/// Whether the package would draw a value again: see ModelParameters::alpha_steps and k_factors.
bool alpha_is_redrawn(double previous, double alpha, double step);
bool k_is_redrawn(double previous, double k, double factor);

/// From alpha = 1.9 on motion is called directed.
inline constexpr double directed_alpha = 1.9;
inline DiffusiveState unbounded_state(double alpha) {
  return alpha >= directed_alpha ? DiffusiveState::directed : DiffusiveState::free;
}

// The models, each in the file of its name.
void simulate_single_state(const ModelParameters&, const Layout&, const RandomKey&, BoxPaths&);
void simulate_multi_state(const ModelParameters&, const Layout&, const RandomKey&, BoxPaths&);
void simulate_dimerization(const ModelParameters&, const Layout&, const RandomKey&, BoxPaths&);
void simulate_immobile_traps(const ModelParameters&, const Layout&, const RandomKey&, BoxPaths&);
void simulate_confinement(const ModelParameters&, const Layout&, const RandomKey&, BoxPaths&);

/// The random numbers of one particle.
Random particle_random(const RandomKey& box, std::size_t particle);
/// A place anywhere in the box, written as the particle's first position.
void place_at_random(const ModelParameters& parameters, BoxPaths& paths, std::size_t particle, Random& random);
/// Position of `frame` from that before it and a displacement, reflected by the walls.
void step_in_box(const ModelParameters& parameters, BoxPaths& paths, std::size_t particle, std::size_t frame,
                 const Displacement& displacement);

}  // namespace an::simulation

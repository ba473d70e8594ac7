// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "segmentation/localisation_errors.hpp"
#include "segmentation/state_path.hpp"
#include "segmentation/state_population.hpp"

namespace an::segmentation {

/// The challenge's models of diffusion.
enum class Phenomenon : std::uint8_t { single_state, multi_state, immobile_traps, dimerization, confinement };

/// As ensemble files name it: `single_state`, ….
std::string_view phenomenon_name(Phenomenon phenomenon);

/// Probability a displacement that a stray step is the last.
inline constexpr double end_of_stray = 0.7;

/// When free particles bind to dimers.
struct Binding {
  double range;        ///< px; twice the particles' radius
  double probability;  ///< a displacement, of two free particles in the range
};

/// What is inferred of an experiment from all of its trajectories.
struct ExperimentModel {
  Phenomenon phenomenon = Phenomenon::single_state;
  std::vector<StatePopulation> states;  ///< slowest first; those of strays, where there are any, are the last
  StateDynamics dynamics;
  LocalisationErrors errors = independent_errors(0.12);
  std::optional<std::size_t> dimer;     ///< the state of bound pairs
  double dimer_range = 0;               ///< px; partners are closer
  std::optional<Binding> binding;       ///< of a fitted dimerization
  std::optional<std::size_t> confined;  ///< the state inside compartments

  bool has_strays() const { return !states.empty() && states.back().stray; }
  /// Whether the strays are the steps between traps that hold a particle again at once.
  bool has_hops() const { return has_strays() && phenomenon == Phenomenon::immobile_traps && errors.strays == 0; }
  /// States of particles.
  std::size_t particle_states() const;
  /// That of them in which most are at first.
  std::size_t commonest_state() const;
  /// Whether the label of a frame rules the displacement that ends there, as the challenge's dimers and traps have it;
  /// else that which begins there.
  bool label_rules_step_before() const {
    return phenomenon == Phenomenon::dimerization || phenomenon == Phenomenon::immobile_traps;
  }
};

/// Adds the state of strays to a model's states and dynamics, where its errors have any.
void add_strays(ExperimentModel& model);

/// Adds to a model of traps a state of hops: a trap lets go, but holds the particle again before it is out. They are
/// free steps; often they are too few for a label of their own. \pre two states, of which the first is immobile, and no
/// strays
void add_hops(ExperimentModel& model);

/// The cells of the model's states.
CellTable cells_of(const ExperimentModel& model);

/// One particle's positions in consecutive frames; NaN where it was not found.
struct Trajectory {
  std::int64_t index = 0;
  std::int64_t first_frame = 0;
  std::vector<double> x, y;
};

/// A trajectory's frames [begin, end).
Trajectory part_of(const Trajectory& trajectory, std::size_t begin, std::size_t end);

/// The trajectories of one field of view.
struct FieldOfView {
  std::vector<Trajectory> trajectories;
};

/// The smallest rectangle that holds all positions; all 0 where there are none.
struct Extent {
  double low_x = 0, high_x = 0, low_y = 0, high_y = 0;
};
Extent extent_of(const FieldOfView& fov);
/// The same of a trajectory's frames [begin, end).
Extent extent_of(const Trajectory& trajectory, std::size_t begin, std::size_t end);

}  // namespace an::segmentation

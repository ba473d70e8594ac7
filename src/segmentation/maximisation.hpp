// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "segmentation/experiment_model.hpp"
#include "segmentation/path_samples.hpp"
#include "segmentation/population_likelihood.hpp"

namespace an::segmentation {

/// Share of tracks that are a mixture of several particles, where tracks stray.
inline constexpr double other_particles = 0.03;

/// Sums over the drawn paths of trajectories that give an experiment's states their populations and dynamics.
struct PathStatistics {
  explicit PathStatistics(const ExperimentModel& model);

  void add(const PathSamples& samples, const Trajectory& trajectory);
  /// [state] share of its segments that are wider than any compartment.
  std::vector<double> wide_shares() const;

  std::vector<PopulationLikelihood> populations;
  std::vector<double> start, change, stay;
  std::vector<double> at_zero;         ///< states in the experiment's first frame
  std::vector<double> segments, wide;  ///< [state], all and those that no compartment holds
};

/// The populations and dynamics under which what was drawn is likeliest.
void maximise(const PathStatistics& sums, ExperimentModel& model);

/// Maximisation creeps where segments are short. Steps that keep their direction grow, as in resilient propagation
/// (Riedmiller & Braun, IEEE Int. Conf. Neural Netw., 1993).
class LongerSteps {
 public:
  explicit LongerSteps(std::size_t states) : last_(states * (states + 1)), factor_(states * (states + 1), 1) {}

  /// Goes on from what maximisation made of the model `before`.
  void lengthen(const ExperimentModel& before, ExperimentModel& model);

 private:
  double take(std::size_t parameter, double before, double next);

  std::vector<double> last_, factor_;
};

}  // namespace an::segmentation

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/bounds.hpp"
#include "segmentation/dimer_terms.hpp"
#include "segmentation/experiment_fit.hpp"
#include "segmentation/segment_clusters.hpp"
#include "segmentation/segment_evidence.hpp"

namespace an::segmentation {

inline constexpr double uncertainty = 10;  ///< of ln evidence: paths are drawn
inline constexpr double seldom = 0.01;  ///< probability a displacement that rest ends; short rests are hardly told from
                                        ///< slow motion

/// ln of how much likelier the states in the experiment's first frame are as the challenge starts particles than as the
/// model's own dynamics do. Free ones start anywhere: none is bound yet, nor trapped, unless traps hold for long and
/// any share is, as many are in compartments as these cover of the area, and in a multi-state experiment all states are
/// equally likely. \param at_zero [state] particles in it in that frame
double log_start(const ExperimentModel& model, const std::vector<double>& at_zero);

/// Fits the states of given models to some trajectories of an experiment, by expectation and maximisation.
class StateFit {
 public:
  /// \throws std::invalid_argument where there is no trajectory with a displacement
  StateFit(std::span<const FieldOfView> fovs, const FitOptions& options);

  /// Looks for the noise, within the bounds that are given, under which the trajectories are likeliest, whatever their
  /// states.
  void estimate_noise();
  /// Looks for the noise under which a model, fitted anew, is the likeliest. A prior of any alpha and K says less of
  /// it.
  void refine_noise(const FittedModel& model);
  const LocalisationErrors& errors() const { return options_.errors; }
  /// While models are compared only each so many-th trajectory is looked at, where there are enough.
  std::size_t searched_every() const;
  /// Segments under a prior that knows nothing of the experiment but the distribution of its own segments.
  std::vector<SegmentEstimate> general_segments();
  /// The last round that did not lose far more of the evidence than is uncertain.
  /// \param rounds of expectation and maximisation
  /// \param every only each so many-th trajectory, to search faster
  FittedModel improve(ExperimentModel model, std::size_t rounds, std::size_t every);
  /// A last round on more trajectories, after which the populations have their expected deviations instead of the
  /// likeliest. Nothing else can be fitted then.
  void finish(ExperimentModel& model);
  /// Whether there are enough particles near each other to tell anything of dimers.
  bool has_neighbours();

 private:
  struct Sample {
    std::size_t fov, trajectory;
    Displacements displacements;
    double general_evidence;  // ln, of general_segments' cells
  };
  struct Expectation;

  const Neighbourhood& neighbourhood(std::size_t fov);
  void choose_samples();
  Expectation expect(const ExperimentModel& model, std::uint32_t round, std::size_t every);
  Random random_for(std::size_t sample, std::uint32_t round) const {
    return Random({options_.seed, options_.experiment, round, static_cast<std::uint32_t>(sample), RandomStream::paths});
  }

  std::vector<FieldOfView> fovs_;  // trajectories of no more than 512 frames
  FitOptions options_;
  Bounds noise_bounds_{};  // px
  std::map<std::size_t, Neighbourhood> neighbourhoods_;
  std::vector<Sample> samples_;
  SegmentEvidence evidence_;
};

}  // namespace an::segmentation

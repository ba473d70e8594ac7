// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

namespace an::tracking {

/// A particle's displacement between frames, px.
struct Step {
  float y = 0, x = 0;
  bool known = false;  ///< false at a trajectory's beginning
};

/// A set of ways to move: normal steps of a variance, each with a correlation to the step before. Which one rules may
/// change from step to step with a small probability. Probabilities of all models are carried along a track (the
/// forward and backward recursions of a hidden Markov model; Rabiner, Proc. IEEE 77, 1989).
class MotionModels {
 public:
  static constexpr std::size_t variances = 12;
  static constexpr std::size_t correlations = 4;
  static constexpr std::size_t count = variances * correlations;
  using Weights = std::array<float, count>;

  MotionModels();

  /// Probability of each model before anything is known of a track, and after it has changed.
  const Weights& prior() const { return prior_; }
  /// \param weights not negative; scaled to a sum of 1, with a floor so that no model is excluded
  void set_prior(const Weights& weights);
  /// Per axis, px².
  float variance(std::size_t model) const { return variance_[model]; }

  /// Density of a step over `frames` frames under each model. \param noise variance of the places' difference, per axis
  void densities(const Step& step, const Step& before, float noise, int frames, Weights& out) const;
  /// Σ a(m) b(m), and Σ a(m) b(m) c(m).
  static float expectation(const Weights& a, const Weights& b);
  static float expectation(const Weights& a, const Weights& b, const Weights& c);
  /// One step on in time: the model may have changed.
  void predict(Weights& weights) const;
  /// out(m) = Σ p(m'|m) in(m'), the same backwards.
  void predict_back(const Weights& in, Weights& out) const;

 private:
  Weights variance_, correlation_, prior_;
};

/// Probability a step that a particle's way to move changes.
inline constexpr float model_change = 0.02F;

}  // namespace an::tracking

// SPDX-License-Identifier: MIT
// Particles that bind and let go, against simulated truth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "seen_box.hpp"
#include "segmentation/experiment_fit.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::segmentation {
namespace {

struct FoundChanges {
  double of_truth = 0;  // share of true change points that are found within 3 frames
  double of_found = 0;  // share of found ones that are true
};

FoundChanges changes_found(const simulation::StateParameters& free, const simulation::StateParameters& bound,
                           double radius, double unbinding) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::dimerization;
  parameters.particles = 350;
  parameters.states = {free, bound};
  parameters.radius = radius;
  parameters.binding = 0.5;
  parameters.unbinding = unbinding;
  Random random({51, 0, 0, 0, RandomStream::localisation});
  const simulation::FieldOfView fov =
      testing::seen_box(parameters, {}, {51, 0, 0, 0, RandomStream::particle}, 0.12, random);
  const FieldOfView seen = testing::trajectories_of(fov);
  const ExperimentModel model = fit_experiment(std::span(&seen, 1), {}).front().model;
  EXPECT_EQ(model.phenomenon, Phenomenon::dimerization);
  const InferredFov inferred = infer_trajectories(seen, model, {});
  double all_true = 0, all_found = 0, true_found = 0, found_true = 0;
  for (std::size_t i = 0; i < seen.trajectories.size(); ++i) {
    std::vector<int> truth, found;
    for (const simulation::Segment& s : fov.trajectories[i].segments) truth.push_back(static_cast<int>(s.begin));
    for (const InferredSegment& s : inferred.trajectories[i].segments) found.push_back(static_cast<int>(s.begin));
    const auto count_near = [](const std::vector<int>& these, const std::vector<int>& those) {
      return static_cast<double>(std::count_if(these.begin() + 1, these.end(), [&](int one) {
        return std::any_of(those.begin() + 1, those.end(), [&](int other) { return std::abs(one - other) <= 3; });
      }));
    };
    all_true += static_cast<double>(truth.size() - 1);
    all_found += static_cast<double>(found.size() - 1);
    true_found += count_near(truth, found);
    found_true += count_near(found, truth);
  }
  EXPECT_GT(all_true, 100);
  return {true_found / all_true, found_true / all_found};
}

simulation::StateParameters moving(double alpha, double k) {
  return {simulation::Distribution::fixed(alpha), simulation::Distribution::fixed(k)};
}

// Two that hardly move stay beside each other when they let go: that they keep their difference is no sign then.
TEST(Dimers, FastPairsThatRestAreFree) {
  const FoundChanges changes = changes_found(moving(1.4, 0.001), moving(0.55, 4), 1, 0.05);
  EXPECT_GT(changes.of_truth, 0.95);
  EXPECT_GT(changes.of_found, 0.95);
}

// A pair that lets go for one step, too short for a label, has another difference since.
TEST(Dimers, PairsThatBindAnewAtOnceGoOn) {
  const FoundChanges changes = changes_found(moving(1.6, 1.6), moving(0.25, 0.0005), 1.2, 0.05);
  EXPECT_GT(changes.of_truth, 0.95);
  EXPECT_GT(changes.of_found, 0.95);
}

}  // namespace
}  // namespace an::segmentation

// SPDX-License-Identifier: MIT
// Traps that let go and hold again at once, against simulated truth.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "seen_box.hpp"
#include "segmentation/experiment_fit.hpp"
#include "segmentation/trajectory_inference.hpp"

namespace an::segmentation {
namespace {

struct TrappedParticles {
  FieldOfView seen;
  std::vector<std::vector<simulation::Segment>> truth;
};

// Slow particles leave a wide trap in several steps: most that are let go are held again before.
TrappedParticles hopping_particles(std::size_t particles, std::uint64_t seed, double alpha, double k, double binding,
                                   std::size_t traps) {
  simulation::ModelParameters parameters;
  parameters.model = simulation::ModelKind::immobile_traps;
  parameters.particles = particles;
  parameters.states = {{simulation::Distribution::fixed(alpha), simulation::Distribution::fixed(k)}};
  parameters.centres = traps;
  parameters.radius = 1;
  parameters.binding = binding;
  parameters.unbinding = 0.05;
  const RandomKey key{seed, 0, 0, 0, RandomStream::particle};
  Random random({seed, 0, 0, 0, RandomStream::localisation});
  const simulation::Layout layout = simulation::draw_layout(parameters, random);
  const simulation::FieldOfView fov = testing::seen_box(parameters, layout, key, 0.12, random);
  TrappedParticles out{testing::trajectories_of(fov), {}};
  for (const simulation::FovTrajectory& t : fov.trajectories) out.truth.push_back(t.segments);
  return out;
}

// Share of frames whose state is right.
double right_share(const TrappedParticles& particles, const InferredFov& inferred) {
  double right = 0;
  double all = 0;
  for (std::size_t i = 0; i < particles.truth.size(); ++i) {
    const InferredTrajectory& found = inferred.trajectories[i];
    for (std::size_t s = 0; s < found.segments.size(); ++s)
      for (std::size_t t = found.segments[s].begin; t < found.end(s); ++t) {
        const auto next = std::find_if(particles.truth[i].begin(), particles.truth[i].end(),
                                       [t](const simulation::Segment& segment) { return t < segment.begin; });
        right += std::prev(next)->state == found.segments[s].state ? 1 : 0;
        ++all;
      }
  }
  return right / all;
}

TEST(Traps, HopsBetweenTwoHoldsAreNoThirdState) {
  const TrappedParticles particles = hopping_particles(80, 41, 0.9, 0.05, 0.6, 400);
  const ExperimentFit fit = fit_experiment(std::span(&particles.seen, 1), {});
  const ExperimentModel& model = fit.front().model;
  ASSERT_EQ(model.phenomenon, Phenomenon::immobile_traps);
  EXPECT_TRUE(model.has_hops());
  EXPECT_TRUE(model.states[0].immobile);
  EXPECT_GT(right_share(particles, infer_trajectories(particles.seen, model, {})), 0.93);
}

// Within a trap that seldom binds a particle is free for long enough to be called so.
TEST(Traps, LongHopsAreFree) {
  const TrappedParticles particles = hopping_particles(120, 45, 0.5, 0.17, 0.2, 1500);
  const ExperimentModel model = fit_experiment(std::span(&particles.seen, 1), {}).front().model;
  ASSERT_EQ(model.phenomenon, Phenomenon::immobile_traps);
  EXPECT_TRUE(model.has_hops());
  const InferredFov inferred = infer_trajectories(particles.seen, model, {});
  double there = 0, found = 0;
  for (std::size_t i = 0; i < particles.truth.size(); ++i) {
    there += static_cast<double>(particles.truth[i].size() - 1);
    found += static_cast<double>(inferred.trajectories[i].segments.size() - 1);
  }
  EXPECT_GT(there, 200);
  EXPECT_NEAR(found / there, 1, 0.06);
}

// Particles that move and are held in the end, nobody near another.
FieldOfView held_particles(std::int64_t count, double noise) {
  FieldOfView fov;
  Random random({42, 0, 0, 0, RandomStream::particle});
  for (std::int64_t i = 0; i < count; ++i) {
    Trajectory t{i, 0, {}, {}};
    double x = 100 * static_cast<double>(i);
    double y = 0;
    for (int frame = 0; frame < 200; ++frame) {
      const double step = frame > 70 + i % 60 ? 0 : 1;
      x += step * random.normal();
      y += step * random.normal();
      t.x.push_back(x + noise * random.normal());
      t.y.push_back(y + noise * random.normal());
    }
    fov.trajectories.push_back(std::move(t));
  }
  return fov;
}

// Long at one place, the noise alone tells that nothing moves: no slow state fits as well.
TEST(Traps, LongHoldsAreRest) {
  const FieldOfView fov = held_particles(60, 0.12);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), {}).front().model;
  ASSERT_EQ(model.particle_states(), 2U);
  EXPECT_TRUE(model.states[0].immobile);
  EXPECT_FALSE(model.has_hops());
}

// A track that goes to and fro between two particles at rest looks confined; one such must not decide for all.
TEST(Traps, TracksOfTwoParticlesDoNotDecide) {
  FieldOfView fov = held_particles(160, 0.05);
  Random random({43, 0, 0, 0, RandomStream::particle});
  Trajectory& t = fov.trajectories.front();
  double at = 0;
  for (std::size_t frame = 0; frame < t.x.size(); ++frame) {
    if (random.uniform() < 0.3) at = 0.3 - at;
    t.x[frame] = at + 0.05 * random.normal();
    t.y[frame] = 0.05 * random.normal();
  }
  FitOptions options;
  options.errors = tracking_errors(0.05, 0.1);
  const ExperimentModel model = fit_experiment(std::span(&fov, 1), options).front().model;
  EXPECT_EQ(model.phenomenon, Phenomenon::immobile_traps);
}

}  // namespace
}  // namespace an::segmentation

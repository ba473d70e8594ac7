// SPDX-License-Identifier: MIT
#include "segmentation/frame_beliefs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace an::segmentation {
namespace {

FrameBeliefs two_halves(std::size_t frames, std::size_t change) {
  FrameBeliefs b;
  for (std::size_t t = 0; t < frames; ++t) {
    const bool first = t < change;
    b.alpha.push_back(first ? 0.5 : 1.5);
    b.log_k.push_back(first ? std::log(0.1) : std::log(2.0));
    b.state.push_back(first ? std::array<double, 4>{0.9, 0.05, 0.05, 0} : std::array<double, 4>{0, 0.1, 0.9, 0});
    b.change.push_back(0);
  }
  b.change[change - 1] = 0.3;
  b.change[change] = 0.5;
  b.change[change + 1] = 0.2;
  return b;
}

InferenceOptions options() {
  InferenceOptions o;
  o.choice = {0.65, 0.07, 1};
  return o;
}

TEST(PossibleChanges, HaveTheProbabilitiesTheyAreMadeOf) {
  const std::vector<double> change = two_halves(60, 30).change;
  Random random({1, 2, 3, 4, RandomStream::paths});
  double sum = 0;
  std::vector<double> marginal(60);
  for (const PossibleChanges& p : possible_changes(change, 1000, 3, random)) {
    EXPECT_EQ(p.frames.size(), 1U);  // one change, wherever it is
    sum += p.probability;
    for (const int frame : p.frames) marginal[static_cast<std::size_t>(frame)] += p.probability;
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  for (std::size_t t = 0; t < 60; ++t) EXPECT_NEAR(marginal[t], change[t], 0.002) << t;
}

TEST(PossibleChanges, OfPlacesFarApartAreIndependent) {
  std::vector<double> change(100, 0.0);
  change[20] = change[70] = 0.5;
  Random random({1, 2, 3, 4, RandomStream::paths});
  double both = 0, neither = 0;
  for (const PossibleChanges& p : possible_changes(change, 4000, 3, random)) {
    if (p.frames.size() == 2) both += p.probability;
    if (p.frames.empty()) neither += p.probability;
  }
  EXPECT_NEAR(both, 0.25, 0.03);
  EXPECT_NEAR(neither, 0.25, 0.03);
}

TEST(PossibleChanges, AreNeverNearerThanTheShortestSegment) {
  std::vector<double> change(40, 0.4);
  change[0] = 0;
  Random random({1, 2, 3, 4, RandomStream::paths});
  for (const PossibleChanges& p : possible_changes(change, 200, 3, random)) {
    int before = 0;
    for (const int frame : p.frames) {
      EXPECT_GE(frame - before, 3);
      before = frame;
    }
    EXPECT_GE(40 - before, 3);
  }
}

TEST(InferFromFrames, FindsTheChangeAndWhatIsBesideIt) {
  Random random({1, 2, 3, 4, RandomStream::paths});
  const InferredTrajectory found = infer_from_frames(7, two_halves(60, 30), options(), random);
  EXPECT_EQ(found.index, 7);
  ASSERT_EQ(found.segments.size(), 2U);
  EXPECT_NEAR(static_cast<double>(found.segments[1].begin), 30, 1);
  EXPECT_NEAR(found.segments[0].alpha.value, 0.5, 1e-9);
  EXPECT_NEAR(found.segments[1].k.value, 2, 1e-6);
  EXPECT_EQ(found.segments[0].state, DiffusiveState::immobile);
  EXPECT_EQ(found.segments[1].state, DiffusiveState::free);
  EXPECT_NEAR(found.segments[1].change_probability, 1, 1e-9);
}

TEST(InferFromFrames, TakesTrajectoriesOfOneFrame) {
  FrameBeliefs b{{1.0}, {0.0}, {{0, 0, 1, 0}}, {0.0}};
  Random random({1, 2, 3, 4, RandomStream::paths});
  EXPECT_EQ(infer_from_frames(0, b, options(), random).segments.size(), 1U);
}

// Sixty frames, of which the second thirty are free with K = 1.
InferredTrajectory freed_at_30(DiffusiveState before, double k_before) {
  InferredSegment first{}, second{};
  first.k.value = k_before;
  first.state = before;
  second.begin = 30;
  second.k.value = 1;
  second.state = DiffusiveState::free;
  return {0, 60, {first, second}};
}

TEST(Agreement, DoubtsAModelWhoseStatesAreNotSeen) {
  const FrameBeliefs b = two_halves(60, 30);
  Agreement agrees, differs;
  agrees.add(freed_at_30(DiffusiveState::immobile, 1), b, 0.12);
  differs.add(freed_at_30(DiffusiveState::free, 1), b, 0.12);
  EXPECT_NEAR(agrees.disagreement, 0, 1e-12);
  EXPECT_NEAR(differs.disagreement, 0.5, 1e-12);
  EXPECT_NEAR(agrees.uncertainty, 0.1, 1e-12);
  EXPECT_FALSE(agrees.model_is_doubtful());
  EXPECT_TRUE(differs.model_is_doubtful());
  ExperimentModel model;
  EXPECT_FALSE(shares_for(model, agrees, {}).doubted);
  EXPECT_TRUE(shares_for(model, agrees, {}).are_nothing());
  EXPECT_TRUE(shares_for(model, differs, {}).doubted);
  model.phenomenon = Phenomenon::dimerization;
  EXPECT_FALSE(shares_for(model, agrees, {}).are_nothing());
  EXPECT_TRUE(agrees.settles(differs));
  EXPECT_FALSE(differs.settles(differs));
  // What is called rest may be motion that single frames do not show.
  Agreement hidden;
  hidden.add(freed_at_30(DiffusiveState::free, 1e-4), b, 0.12);
  EXPECT_EQ(hidden.frames, 30);
  EXPECT_EQ(hidden.hidden, 30);
  EXPECT_NEAR(hidden.disagreement, 0, 1e-12);
  // Nor is a model right because what disagreed is hidden.
  EXPECT_FALSE(hidden.settles(differs));
  // A few frames that differ say little where nearly all are hidden.
  differs.hidden = 5 * differs.frames;
  EXPECT_FALSE(differs.model_is_doubtful());
}

// What moves too little to be seen in compartments is no rest to a network that sees how it came there.
TEST(Agreement, SettlesWhatRestsForWhatIsConfinedThere) {
  FrameBeliefs b = two_halves(60, 30);
  std::fill_n(b.state.begin(), 30, std::array<double, 4>{0.05, 0.9, 0.05, 0});
  Agreement of_traps, of_compartments;
  of_traps.add(freed_at_30(DiffusiveState::immobile, 0), b, 0.12);
  of_compartments.add(freed_at_30(DiffusiveState::confined, 1e-4), b, 0.12);
  EXPECT_TRUE(of_traps.model_is_doubtful());
  EXPECT_EQ(of_compartments.hidden, 0);
  EXPECT_TRUE(of_compartments.settles(of_traps));
}

// Walls turn back what moves fast: without them it looks slower, and alpha smaller.
TEST(Agreement, FeelsWallsWhereTheBeliefsAlphaIsGreater) {
  FrameBeliefs b = two_halves(60, 30);  // their alpha is 0.5, then 1.5
  for (std::array<double, 4>& state : b.state) state = {0, 0.9, 0.1, 0};
  const auto agreement = [&](double alpha, double k, DiffusiveState state) {
    InferredSegment segment{};
    segment.alpha.value = alpha;
    segment.k.value = k;
    segment.state = state;
    Agreement found;
    found.add({0, 60, {segment}}, b, 0.12);
    return found;
  };
  const Agreement slowed = agreement(0.7, 1, DiffusiveState::confined);
  EXPECT_NEAR(slowed.slowed, 0.3, 1e-12);
  EXPECT_TRUE(slowed.walls_are_felt());
  EXPECT_TRUE(shares_for(ExperimentModel{}, slowed, {}).walls);
  EXPECT_FALSE(shares_for(ExperimentModel{}, slowed, {}).are_nothing());
  EXPECT_FALSE(agreement(0.9, 1, DiffusiveState::confined).walls_are_felt());
  EXPECT_FALSE(agreement(0.7, 0.1, DiffusiveState::confined).walls_are_felt());  // hardly moves
  EXPECT_FALSE(agreement(0.7, 1, DiffusiveState::free).walls_are_felt());
}

}  // namespace
}  // namespace an::segmentation

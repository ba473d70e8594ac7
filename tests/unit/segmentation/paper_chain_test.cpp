// SPDX-License-Identifier: MIT
#include "segmentation/paper_chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>

namespace an::segmentation {
namespace {

std::string smoothed(const std::string& text, std::size_t dwell = 3) {
  std::vector<DiffusiveState> states;
  for (const char letter : text) states.push_back(static_cast<DiffusiveState>(letter - '0'));
  smooth_states(states, dwell);
  std::string out;
  for (const DiffusiveState state : states) out += static_cast<char>('0' + static_cast<int>(state));
  return out;
}

TEST(SmoothStates, GivesExcursionsToTheNearestPersistentState) {
  EXPECT_EQ(smoothed("2222022222"), "2222222222");
  EXPECT_EQ(smoothed("2222001111"), "2222211111");
  EXPECT_EQ(smoothed("2222010111"), "2222221111");  // the middle of three goes to the earlier
  EXPECT_EQ(smoothed("0022222211"), "2222222222");
  EXPECT_EQ(smoothed("222000"), "222000");
  EXPECT_EQ(smoothed("0101022"), "0000000");  // nothing persists: the commonest
  EXPECT_EQ(smoothed("3"), "3");
  EXPECT_EQ(smoothed(""), "");
}

FrameSeries two_halves() {
  FrameSeries frames;
  for (int t = 0; t < 100; ++t) {
    const bool second = t >= 60;
    const double wiggle = t % 2 == 0 ? 0.01 : -0.01;
    frames.alpha.push_back((second ? 1.5 : 0.5) + wiggle);
    frames.k.push_back((second ? 0.2 : 1.0) - wiggle);
    frames.state.push_back(second ? DiffusiveState::free : DiffusiveState::confined);
  }
  frames.state[20] = DiffusiveState::directed;
  frames.alpha[20] = 9;  // medians do not see it
  return frames;
}

TEST(PaperChain, FindsTwoHalves) {
  ChainOptions options;
  options.search.width = 40;
  options.end.number = 1;
  const std::vector<ChainSegment> segments = segment_by_chain(two_halves(), options);
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(segments[0].end, 60U);
  EXPECT_EQ(segments[1].end, 100U);
  EXPECT_NEAR(segments[0].alpha, 0.5, 0.011);
  EXPECT_NEAR(segments[1].alpha, 1.5, 0.011);
  EXPECT_NEAR(segments[0].k, 1.0, 0.011);
  EXPECT_EQ(segments[0].state, DiffusiveState::confined);
  EXPECT_EQ(segments[1].state, DiffusiveState::free);
  const std::vector<ChainCluster> clusters = describe_clusters(segments, cluster_chain_segments(segments, 2));
  ASSERT_EQ(clusters.size(), 2U);
  EXPECT_NEAR(clusters[0].k_mean, 0.2, 0.011);
  EXPECT_DOUBLE_EQ(clusters[0].share, 0.4);
  EXPECT_DOUBLE_EQ(clusters[1].alpha_variance, 0);
}

TEST(PaperChain, WithoutChangePointIsOneSegment) {
  ChainOptions options;
  options.end.number = 0;
  const std::vector<ChainSegment> segments = segment_by_chain(two_halves(), options);
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].state, DiffusiveState::confined);
  EXPECT_THROW(cluster_chain_segments(segments, 2), std::invalid_argument);
}

TEST(PaperChain, GivesAShortSeriesAsManyChangePointsAsItHolds) {
  ChainOptions options;
  options.search.algorithm = SearchAlgorithm::dynamic;
  options.search.shortest = 3;
  options.end.number = 4;
  FrameSeries frames;
  for (const std::size_t expected : {1U, 1U, 1U, 1U, 1U, 2U, 2U, 2U, 3U}) {  // of 1, 2, ... frames
    frames.alpha.push_back(static_cast<double>(frames.alpha.size()));
    frames.k.push_back(1);
    frames.state.push_back(DiffusiveState::free);
    EXPECT_EQ(segment_by_chain(frames, options).size(), expected) << frames.k.size();
  }
}

TEST(PaperChain, AFrameOfWhichTheCostSaysNothingIsASegment) {
  ChainOptions options;
  options.model = SegmentModel::normal;
  options.end.penalty = 1;
  options.search.shortest = 1;
  FrameSeries frames;
  frames.alpha = frames.k = {1};
  frames.state = {DiffusiveState::free};
  EXPECT_EQ(segment_by_chain(frames, options).size(), 1U);
}

TEST(PaperChain, SearchesInTheLogarithmOfKWhereAskedTo) {
  FrameSeries frames;
  for (int t = 0; t < 80; ++t) {
    frames.alpha.push_back(1);
    frames.k.push_back(t < 40 ? 100 : 120);
    frames.state.push_back(DiffusiveState::free);
  }
  ChainOptions options;
  options.search.width = 20;
  options.end.penalty = 50;
  EXPECT_EQ(segment_by_chain(frames, options).size(), 2U);
  options.log_k = true;
  EXPECT_EQ(segment_by_chain(frames, options).size(), 1U);
  options.end.penalty = 0.2;
  EXPECT_EQ(segment_by_chain(frames, options).size(), 2U);
}

TEST(StatesSeen, AreThoseOfATwentiethOfTheFrames) {
  using enum DiffusiveState;
  const std::vector<ChainSegment> segments{{0, 90, 1, 1, free}, {90, 95, 1, 1, immobile}, {0, 4, 1, 1, directed}};
  EXPECT_THAT(states_seen(segments), testing::ElementsAre(immobile, free));
  EXPECT_TRUE(states_seen({}).empty());
}

TEST(PaperChain, RefusesSeriesOfDifferentLengths) {
  FrameSeries frames = two_halves();
  frames.k.pop_back();
  EXPECT_THROW(segment_by_chain(frames, {}), std::invalid_argument);
}

// Few fast segments are far from all others in K, and hardly in its logarithm.
TEST(PaperChain, ClustersBySpreadAreOfTheLogarithm) {
  std::vector<ChainSegment> segments;
  const auto add = [&](int count, double k) {
    for (int i = 0; i < count; ++i)
      segments.push_back({0, 100, 1, k * std::exp(0.4 * ((i % 5) - 2) / 1.414), DiffusiveState::free});
  };
  add(50, 0.05);
  add(50, 0.5);
  add(2, 3);
  const std::vector<ChainCluster> clusters = describe_clusters(segments, cluster_by_spread(segments));
  ASSERT_EQ(clusters.size(), 2U);
  EXPECT_LT(clusters[0].k_mean, 0.1);
  EXPECT_GT(clusters[1].k_mean, 0.4);
  EXPECT_LT(clusters[1].k_mean, 0.9);
}

}  // namespace
}  // namespace an::segmentation

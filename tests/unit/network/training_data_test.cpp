// SPDX-License-Identifier: MIT
#include "network/training_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/error.hpp"
#include "network/trajectory_features.hpp"

namespace {

using namespace an::network;
using an::simulation::Distribution;
using an::simulation::ExperimentSpec;
using an::simulation::HyperDistribution;
using an::simulation::ModelKind;

HyperDistribution uniform(double low, double high) {
  HyperDistribution hyper;
  hyper.kind = Distribution::Kind::uniform;
  hyper.a = Distribution::fixed(low);
  hyper.b = Distribution::fixed(high);
  return hyper;
}

TrainingSet small_set() {
  ExperimentSpec single;
  single.particles = Distribution::uniform(20, 40);
  single.alpha = {uniform(0.1, 1.9)};
  single.k = {uniform(0.1, 1)};
  ExperimentSpec chain = single;
  chain.model = ModelKind::multi_state;
  chain.repeat = 3;
  chain.alpha.push_back(uniform(0.1, 1.9));
  chain.k.push_back(uniform(0.01, 0.1));
  chain.dwell = {Distribution::fixed(15), Distribution::fixed(15)};
  ExperimentSpec traps = single;
  traps.model = ModelKind::immobile_traps;
  traps.centres = Distribution::fixed(400);
  TrainingSet set;
  set.specs = {single, chain, traps};
  set.seed = 77;
  set.frames = 48;
  return set;
}

StreamOptions small_options() {
  StreamOptions options;
  options.tile = {8, 52};
  options.tiles = 5;
  options.tiles_a_group = 3;
  options.spread = 2;
  return options;
}

std::vector<TrainingTiles> batches(const StreamOptions& options, std::size_t count) {
  TrainingStream stream(small_set(), options);
  std::vector<TrainingTiles> out(count);
  for (TrainingTiles& batch : out) stream.next(batch);
  return out;
}

TEST(TrainingStream, GivesTheSameBatchesWithAnyNumberOfThreads) {
  StreamOptions options = small_options();
  const auto one = batches(options, 9);
  options.threads = 3;
  options.ahead = 7;
  EXPECT_TRUE(one == batches(options, 9));
  EXPECT_FALSE(one[0] == one[1]);
}

TEST(TrainingStream, GoesOnFromAnyBatch) {
  StreamOptions options = small_options();
  const auto all = batches(options, 11);
  for (const std::size_t first : {std::size_t{1}, std::size_t{4}, std::size_t{8}}) {
    options.first_batch = first;
    const auto rest = batches(options, 11 - first);
    for (std::size_t b = first; b < all.size(); ++b) EXPECT_TRUE(all[b] == rest[b - first]) << first << ' ' << b;
  }
}

TEST(TrainingStream, GivesRanksTheirSharesOfOneBatch) {
  StreamOptions options = small_options();
  const auto whole = batches(options, 4);
  for (options.ranks = 2; options.ranks <= 5; ++options.ranks) {
    std::vector<TrainingTiles> joined(4, TrainingTiles(options.tiles, options.tile));
    std::size_t done = 0;
    for (options.rank = 0; options.rank < options.ranks; ++options.rank) {
      const auto part = batches(options, 4);
      for (std::size_t b = 0; b < 4; ++b)
        for (std::size_t tile = 0; tile < part[b].tiles; ++tile) joined[b].copy(done + tile, part[b], tile);
      done += part[0].tiles;
    }
    EXPECT_EQ(done, options.tiles);
    EXPECT_TRUE(joined == whole) << options.ranks;
  }
}

TEST(TrainingStream, NeverGivesATileTwice) {
  std::set<std::vector<float>> seen;
  std::size_t tiles = 0;
  for (const TrainingTiles& batch : batches(small_options(), 14))
    for (std::size_t tile = 0; tile < batch.tiles; ++tile, ++tiles) {
      const auto begin = batch.features.begin() + static_cast<std::ptrdiff_t>(tile * batch.tile_size() * feature_count);
      seen.insert(std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(batch.tile_size() * feature_count)));
    }
  EXPECT_EQ(seen.size(), tiles);
}

TEST(TrainingStream, OfAnotherSeedGivesOtherBatches) {
  TrainingSet set = small_set();
  TrainingTiles one, other;
  TrainingStream(set, small_options()).next(one);
  ++set.seed;
  TrainingStream(set, small_options()).next(other);
  EXPECT_FALSE(one == other);
}

TEST(TrainingStream, SaysWhatWentWrongInItsThreads) {
  TrainingSet set = small_set();
  set.specs = {set.specs[1]};
  set.specs[0].alpha_steps = {5};  // no two alphas are that far apart
  TrainingStream stream(set, small_options());
  TrainingTiles batch;
  EXPECT_THROW(stream.next(batch), an::Error);
  EXPECT_THROW(stream.next(batch), an::Error);
}

TEST(TrainingStream, RefusesWhatCannotBeCut) {
  StreamOptions options = small_options();
  options.tile.frames = 47;
  EXPECT_THROW(TrainingStream(small_set(), options), an::ConfigError);
  options = small_options();
  options.ranks = 6;
  EXPECT_THROW(TrainingStream(small_set(), options), an::ConfigError);
  options = small_options();
  options.threads = 0;
  EXPECT_THROW(TrainingStream(small_set(), options), an::ConfigError);
  EXPECT_THROW(TrainingStream({}, small_options()), an::ConfigError);
}

TEST(TrainingGroup, DrawsExperimentsAnewThatCannotBeMet) {
  TrainingSet set = small_set();
  ExperimentSpec impossible = set.specs[1];
  impossible.alpha_steps = {5};
  impossible.repeat = 10;
  set.specs.push_back(impossible);
  for (std::uint64_t group = 0; group < 5; ++group) EXPECT_EQ(draw_group(set, group, 20).rows.size(), 20U);
}

TEST(TrainingGroup, DrawsEachModelAsOftenAsItsWeight) {
  TrainingSet set = small_set();
  set.frames = 21;
  int chains = 0;
  for (std::uint64_t group = 0; group < 200; ++group)
    chains += draw_group(set, group, 1).experiment.model == ModelKind::multi_state ? 1 : 0;
  EXPECT_NEAR(chains, 120, 28);  // 3 of 5; four standard errors
}

TEST(TrainingGroup, IsNotThatOfAGroupFarAway) {
  const auto near = draw_group(small_set(), 5, 4), far = draw_group(small_set(), 5 + (std::uint64_t{1} << 24U), 4);
  EXPECT_NE(near.fovs[0].trajectories[0].x, far.fovs[0].trajectories[0].x);
}

TEST(TrainingGroup, RepeatsRowsOnlyWhereThereAreTooFew) {
  const TrainingGroup few = draw_group(small_set(), 1, 24);
  std::set<std::pair<std::size_t, std::size_t>> rows;
  for (const auto& row : few.rows) rows.insert({row.fov, row.trajectory});
  EXPECT_EQ(rows.size(), 24U);
  const TrainingGroup many = draw_group(small_set(), 1, 3000);
  std::size_t trajectories = 0;
  for (const auto& fov : many.fovs) trajectories += fov.trajectories.size();
  EXPECT_LT(trajectories, 3000U);
  EXPECT_EQ(many.rows[trajectories].fov, many.rows[0].fov);
  EXPECT_EQ(many.rows[trajectories].trajectory, many.rows[0].trajectory);
}

TEST(TrainingTiles, HoldTheLabelsOfTheSimulation) {
  const TileShape shape{8, 52};
  std::size_t changes = 0, trapped = 0;
  for (std::uint64_t number = 0; number < 20; ++number) {
    const TrainingGroup group = draw_group(small_set(), number, 22);
    const TrainingTiles tiles = make_tiles(group, shape);
    ASSERT_EQ(tiles.tiles, 3U);
    for (std::size_t row = 0; row < 24; ++row) {
      static const an::simulation::FovTrajectory none{};
      const auto& trajectory =
          row < 22 ? group.fovs[group.rows[row].fov].trajectories[group.rows[row].trajectory] : none;
      std::size_t s = 0;
      for (std::size_t t = 0; t < shape.frames; ++t) {
        const std::size_t i = row * shape.frames + t;
        const bool valid = t < trajectory.size();
        ASSERT_EQ(tiles.valid[i], valid ? 1 : 0);
        ASSERT_EQ(tiles.features[i * feature_count + feature::mask], valid ? 1 : 0);
        const bool change = valid && s + 1 < trajectory.segments.size() && trajectory.segments[s + 1].begin == t;
        s += change ? 1 : 0;
        ASSERT_EQ(tiles.change[i], change ? 1 : 0);
        changes += change ? 1 : 0;
        if (!valid) {
          ASSERT_EQ(tiles.alpha[i], 0);
          continue;
        }
        const auto& segment = trajectory.segments[s];
        ASSERT_EQ(tiles.alpha[i], static_cast<float>(segment.alpha));
        ASSERT_EQ(tiles.log_k[i], static_cast<float>(std::log(std::max(segment.k, 1e-5))));
        ASSERT_EQ(tiles.state[i], static_cast<std::uint8_t>(segment.state));
        trapped += segment.k == 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(changes, 100U);
  EXPECT_GT(trapped, 10U);
}

TEST(TrainingTiles, HoldTheFeaturesOfTheWholeFieldOfView) {
  const TileShape shape{4, 60};
  const TrainingGroup group = draw_group(small_set(), 3, 8);
  const TrainingTiles tiles = make_tiles(group, shape);
  for (std::size_t row = 0; row < 8; ++row) {
    const auto& fov = group.fovs[group.rows[row].fov];
    std::vector<ParticlePath> paths;
    for (const auto& trajectory : fov.trajectories)
      paths.push_back({trajectory.first_frame, trajectory.x, trajectory.y});
    std::vector<float> expected(shape.frames * feature_count);
    FovFeatures(paths).write(group.rows[row].trajectory, shape.frames, expected);
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(),
                           tiles.features.begin() + static_cast<std::ptrdiff_t>(row * expected.size())));
  }
}

TEST(SpreadOrigins, LieInTheBoxAndShareLittle) {
  EXPECT_EQ(spread_origins(128, 128).size(), 1U);
  EXPECT_EQ(spread_origins(152, 128).size(), 1U);
  EXPECT_EQ(spread_origins(230.4, 128).size(), 4U);
  EXPECT_EQ(spread_origins(500, 128).size(), 16U);
  for (const double box : {128.0, 130.0, 152.0, 230.4, 1000.0})
    for (const auto& origin : spread_origins(box, 128)) {
      EXPECT_GE(origin.x, std::min(0.05 * box, 0.5 * (box - 128)) - 1e-9);
      EXPECT_LE(origin.y + 128, std::max(0.95 * box, 0.5 * (box + 128)) + 1e-9);
    }
}

TEST(TurnFieldOfView, KeepsDistancesAndTheMiddle) {
  an::simulation::FieldOfView fov;
  fov.origin = {10, 20};
  fov.trajectories.push_back({0, 0, {74, 75}, {84, 86}, {}, {}});
  turn_field_of_view(fov, 128, std::acos(0.0), false);
  EXPECT_NEAR(fov.trajectories[0].x[0], 74, 1e-12);
  EXPECT_NEAR(fov.trajectories[0].x[1], 72, 1e-12);
  EXPECT_NEAR(fov.trajectories[0].y[1], 85, 1e-12);
  turn_field_of_view(fov, 128, 0, true);
  EXPECT_NEAR(fov.trajectories[0].x[1], 72, 1e-12);
  EXPECT_NEAR(fov.trajectories[0].y[1], 83, 1e-12);
}

}  // namespace

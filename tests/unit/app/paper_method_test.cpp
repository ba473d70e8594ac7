// SPDX-License-Identifier: MIT
#include "app/predict/paper_method.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.hpp"
#include "io/ensemble_file.hpp"

namespace an::app {
namespace {

using segmentation::ChainSegment;

std::string header_of(const std::vector<ChainSegment>& segments) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "paper_ensemble.txt";
  write_paper_ensemble(file, segments);
  return io::read_ensemble(file).header;
}

TEST(PaperEnsemble, HasTwoClustersWhereSeveralStatesAreSeen) {
  using enum DiffusiveState;
  const ChainSegment other{0, 50, 1.2, 1, free};
  EXPECT_EQ(header_of({other, {50, 90, 0.9, 2, free}}), "model: single_state; num_state: 1 ");
  EXPECT_EQ(header_of({other, {50, 90, 0.9, 2, directed}}), "model: multi_state; num_state: 2 ");
  EXPECT_EQ(header_of({other, {50, 90, 0.9, 2, confined}}), "model: confinement; num_state: 2 ");
  EXPECT_EQ(header_of({other, {50, 90, 0.1, 0, immobile}}), "model: immobile_traps; num_state: 2 ");
  EXPECT_EQ(header_of({other, {50, 52, 0.1, 0, immobile}}), "model: single_state; num_state: 1 ");
}

TEST(ChainOptions, EndTheSearchAsConfigured) {
  ChainConfig config;
  config.penalty = 3;
  EXPECT_EQ(chain_options(config).end.penalty, 3);
  EXPECT_FALSE(chain_options(config).end.number);
  config.end = ChainEnd::number;
  config.number = 2;
  EXPECT_EQ(chain_options(config).end.number, 2U);
  config.end = ChainEnd::residual;
  EXPECT_TRUE(chain_options(config).end.residual);
}

TEST(ChainOptions, AreRefusedWhereTheyDoNotGoTogether) {
  ChainConfig config;
  config.options.search.algorithm = segmentation::SearchAlgorithm::dynamic;
  EXPECT_THROW(chain_options(config), ConfigError);
  config.end = ChainEnd::number;
  EXPECT_NO_THROW(chain_options(config));
  config.options.search.shortest = 500;  // no trajectory is that long, which is no mistake of the settings
  EXPECT_NO_THROW(chain_options(config));
}

}  // namespace
}  // namespace an::app

// SPDX-License-Identifier: MIT
#include "app/settings/experiment_toml.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "app/settings/config.hpp"
#include "core/error.hpp"

namespace {

using an::simulation::Distribution;
using an::simulation::ExperimentSpec;
using an::simulation::ModelKind;

std::vector<ExperimentSpec> experiments_of(const std::string& text) {
  an::app::Config config;
  an::app::apply_toml(config, text, "test.toml");
  return config.experiments;
}

const std::string single = "[[experiment]]\nmodel = \"single_state\"\nalpha = 1\n";

TEST(ExperimentToml, TakesTheSpreadOfANormalDistributionRelativeToItsMean) {
  const auto specs = experiments_of(single + "k = { relative_normal = [{ uniform = [2, 4] }, 0.5] }\n");
  ASSERT_EQ(specs.size(), 1U);
  an::Random random({1, 0, 0, 0, an::RandomStream::experiment});
  const Distribution k = specs[0].k.at(0).draw(random);
  EXPECT_EQ(k.kind, Distribution::Kind::normal);
  EXPECT_GT(k.a, 2);
  EXPECT_LT(k.a, 4);
  EXPECT_DOUBLE_EQ(k.b, 0.25 * k.a * k.a);
  EXPECT_EQ(k.cut.low, an::k_bounds.low);
}

TEST(ExperimentToml, TakesItForPlainNumbersToo) {
  const auto specs = experiments_of(single + "k = 1\nparticles = { relative_normal = [60, 0.1], cut = [20, 100] }\n");
  EXPECT_DOUBLE_EQ(specs.at(0).particles.b, 36);
}

TEST(ExperimentToml, RefusesANegativeRelativeSpread) {
  EXPECT_THROW(experiments_of(single + "k = { relative_normal = [1, -0.5] }\n"), an::ConfigError);
  EXPECT_THROW(experiments_of(single + "k = 1\nparticles = { relative_normal = [60, -0.1], cut = [20, 100] }\n"),
               an::ConfigError);
}

TEST(ExperimentToml, RefusesNumbersThatAreNotFinite) {
  for (const std::string wrong : {"particles = { normal = [nan, 4], cut = [10, 20] }",
                                  "particles = { normal = [15, inf], cut = [10, 20] }", "box = nan"}) {
    try {
      experiments_of(single + "k = 1\n" + wrong + "\n");
      ADD_FAILURE() << wrong;
    } catch (const an::ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find("test.toml:5:"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("finite"), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(experiments_of("[[experiment]]\nmodel = \"multi_state\"\nalpha = [1, 0.5]\nk = [1, 1]\ndwell = [9, 9]\n"
                              "alpha_steps = [nan]\n"),
               an::ConfigError);
}

TEST(ExperimentToml, RefusesAnAlphaThatIsAlwaysZero) {
  for (const std::string alpha : {"{ normal = [0, 0] }", "{ relative_normal = [0, 0.1] }"}) {
    const std::string text = "[[experiment]]\nmodel = \"single_state\"\nk = 1\nalpha = " + alpha + "\n";
    EXPECT_THROW(experiments_of(text), an::ConfigError) << alpha;
  }
}

TEST(ExperimentToml, TakesANormalKWhoseMeanIsBelowItsBoundsUnlessItIsAlwaysThere) {
  const std::string text = "[[experiment]]\nmodel = \"single_state\"\nalpha = 1\nk = { normal = ";
  EXPECT_EQ(experiments_of(text + "[-0.5, 1] }\n").at(0).k.at(0).a.a, -0.5);
  EXPECT_THROW(experiments_of(text + "[-0.5, 0] }\n"), an::ConfigError);
  EXPECT_THROW(experiments_of(text + "[-1e9, 1] }\n"), an::ConfigError);
}

// A configuration of the project's own.
an::app::Config config_named(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::filesystem::path(AN_FIXTURES) / "../../configs" / name).rdbuf();
  an::app::Config config;
  an::app::apply_toml(config, text.str(), name);
  return config;
}

TEST(ExperimentToml, OfThePapersNetsIsThatOfThePapersData) {
  const std::string expected = config_named("paper_training.toml").experiments_toml;
  EXPECT_FALSE(expected.empty());
  for (const char* name : {"train_paper_alpha.toml", "train_paper_k.toml", "train_paper_state.toml"}) {
    const an::app::Config config = config_named(name);
    EXPECT_EQ(config.experiments_toml, expected) << name;
    EXPECT_EQ(config.train.tiles, 64) << name;
    EXPECT_EQ(config.train.validation_tiles, 15188) << name;
    EXPECT_EQ(config.train.validate_every, (86062 + 63) / 64) << name;
    EXPECT_FALSE(config.train.masked) << name;
  }
}

TEST(ExperimentToml, OfWhatNetworksLearnFromHasTheModelsInTheseShares) {
  std::map<ModelKind, std::uint32_t> weights;
  for (const ExperimentSpec& spec : config_named("train_default.toml").experiments) weights[spec.model] += spec.repeat;
  const std::map<ModelKind, std::uint32_t> expected{{ModelKind::single_state, 100},
                                                    {ModelKind::multi_state, 350},
                                                    {ModelKind::dimerization, 200},
                                                    {ModelKind::immobile_traps, 240},
                                                    {ModelKind::confinement, 320}};
  EXPECT_EQ(weights, expected);
}

}  // namespace

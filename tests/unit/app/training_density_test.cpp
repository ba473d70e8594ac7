// SPDX-License-Identifier: MIT
#include "app/paper/training_density.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/items/json_file.hpp"
#include "app/paper/paper_plan.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

TEST(PaperPlan, DataThatMethodsReadAreTextHoweverLarge) {
  PaperOptions options;
  options.scale = 100;
  Config config;
  config.simulate.format = DataFormat::hdf5;
  const PaperPlan plan = make_paper_plan(options, config);
  EXPECT_EQ(plan.sizes.benchmark_fovs, 3000);
  for (const Config* data : {&plan.benchmark, &plan.validation, &plan.frames})
    EXPECT_EQ(data->simulate.format, DataFormat::text);
}

TEST(PaperPlan, ExperimentsHaveTheNumbersOfThePublishedTables) {
  Config config;
  config.simulate.first_experiment = 0;
  EXPECT_EQ(make_paper_plan({}, config).benchmark.simulate.first_experiment, 1);
}

TEST(TrainingDensity, ItsFileSaysWhichExperimentsAreMissing) {
  Config config;
  config.simulate.frames = 20;
  // Alpha is below 2, so no dimer has one 3 below its particles.
  apply_toml(config, R"(
[[experiment]]
model = "single_state"
particles = 5
alpha = 1
k = 1
[[experiment]]
model = "dimerization"
particles = 200
alpha = [{ normal = [1, 0.01] }, { normal = [1, 0.01] }]
k = [{ normal = [1, 0.01] }, { normal = [1, 0.01] }]
radius = 2
binding = 1
unbinding = 0.1
dimer_alpha_step = 3
)",
             "two.toml");
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "density.json";
  Progress progress;
  const ItemOutcome outcome = count_densities(config, file, parallel::Communicator(), progress);
  EXPECT_EQ(outcome.failures.size(), 1U);
  use_json(file, [&](const report::Json& json) {
    EXPECT_TRUE(json.at("complete").get<bool>());
    EXPECT_EQ(json.at("problems").get<std::vector<std::string>>(), outcome.failures);
  });
  const TrainingDensity density = read_densities(file);
  EXPECT_THAT(density.models[static_cast<std::size_t>(simulation::ModelKind::single_state)].alpha,
              ::testing::Contains(::testing::Gt(0)));
}

}  // namespace
}  // namespace an::app

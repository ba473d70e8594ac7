// SPDX-License-Identifier: MIT
#include "app/train/weights_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "app/predict/network_beliefs.hpp"
#include "app/program_info.hpp"
#include "app/train/checkpoint.hpp"
#include "complaint.hpp"
#include "core/error.hpp"
#include "io/file_checksum.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

using testing::complaint;
using ::testing::HasSubstr;

class WeightsFile : public ::testing::Test {
 protected:
  // A file of attributes alone.
  std::filesystem::path write(const std::map<std::string, double>& attributes) const {
    io::ArrayFile file(path());
    file.set_attribute("filters", std::vector<double>{1});
    file.set_attribute("task", std::string("mae"));
    for (const auto& [name, value] : attributes) file.set_attribute(name, std::span(&value, 1));
    file.commit();
    return path();
  }
  std::string of_network(const std::map<std::string, double>& attributes) const {
    return complaint([&] {
      const io::ArrayReader file(write(attributes));
      const network::NetworkShape shape = read_shape(file);
      read_weights(file, network_of(file, shape, 1, 64, 208));
    });
  }
  std::filesystem::path path() const { return folder_.path() / "w.h5"; }

  testing::TemporaryFolder folder_;
};

TEST_F(WeightsFile, ANetworkOfMoreThanTheFileHoldsIsRefusedBeforeMemoryIsTaken) {
  EXPECT_THAT(of_network({{"bottom", 1e6}, {"kernel_rows", 1e6}, {"kernel_columns", 1e6}}),
              HasSubstr("w.h5: no array /layers/enc1_conv1/kernel"));
  EXPECT_THAT(of_network({{"bottom", 4}, {"attention_blocks", 1e9}}),
              HasSubstr("attribute attention_blocks is 1000000000 (expected a whole number from 0 to 100)"));
  EXPECT_THAT(of_network({{"bottom", 4}, {"attention_blocks", 1}, {"attention_heads", 2}}),
              HasSubstr("attribute mask_channel is missing"));
  EXPECT_THAT(of_network({{"bottom", 1e9}}), HasSubstr("expected a whole number from 1 to 1000000"));
  EXPECT_THAT(of_network({{"bottom", 2.5}}), HasSubstr("attribute bottom is 2.5"));
}

TEST_F(WeightsFile, PoolingThatDoesNotFitIsSaidOfTheFile) {
  EXPECT_THAT(of_network({{"bottom", 4}, {"pool_rows", 7}}), HasSubstr("w.h5: enc1_pool: 64 x 208 cannot be pooled"));
}

TEST_F(WeightsFile, PoolingThatDoesNotDivideTheUsualImageIsPadded) {
  network::NetworkShape shape;
  shape.filters = {1, 1};
  shape.bottom = 1;
  shape.pool_rows = 5;
  shape.pool_columns = 3;
  const auto [rows, columns] = usual_image(shape);
  EXPECT_EQ(rows, 75U);
  EXPECT_EQ(columns, 216U);
  const network::Network network = make_network(shape, 1, rows, columns, false);
  write_weights(path(), network, initial_weights(network, 1), false, {});
  PredictConfig config;
  config.backend = kernels::Backend::reference;
  network::FramePredictor predictor = make_predictor(path(), kernels::LossKind::mae, config, 0);
  const std::vector<double> steps(230, 0.5);
  const network::ParticlePath particle{0, steps, steps};
  EXPECT_EQ(predictor.predict(std::span(&particle, 1)).front().alpha.size(), steps.size());
  shape.pool_columns = 1000;
  EXPECT_THROW(usual_image(shape), std::invalid_argument);
}

TEST_F(WeightsFile, AScaleIsAboveZeroAsItIsUsed) {
  for (const double scale : {0.0, -1.0, 1e-60, 1e-42, 1e60, std::nan("")})
    EXPECT_THAT(of_network({{"bottom", 4}, {"scale", scale}}),
                HasSubstr("w.h5: attribute scale: not a number above 0"));
  EXPECT_THAT(of_network({{"bottom", 4}, {"scale", 1e-30}}), HasSubstr("no array /layers"));
}

TEST_F(WeightsFile, AnArrayOfAnotherShapeIsNamed) {
  network::NetworkShape shape;
  shape.filters = {1};
  shape.bottom = 1;
  const network::Network network = make_network(shape, 1, 2, 2, false);
  write_weights(path(), network, {std::vector<float>(network.plan.parameters), {}}, false, {});
  shape.bottom = 2;
  EXPECT_THAT(complaint([&] { read_weights(io::ArrayReader(path()), make_network(shape, 1, 2, 2, false)); }),
              HasSubstr("w.h5: /layers/bottom_conv1/kernel: shape [3, 3, 1, 1] (expected [3, 3, 1, 2])"));
}

TEST_F(WeightsFile, ACheckpointCountsItsSteps) {
  for (const double step : {-1.0, std::nan(""), 1e300}) {
    testing::TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "c.h5";
    io::ArrayFile checkpoint(file);
    checkpoint.set_attribute("configuration", std::string("any"));
    checkpoint.set_attribute("program", version_text());
    checkpoint.set_attribute("progress", std::vector<double>{step, 0, 0, 0, 0, 0});
    checkpoint.commit();
    const std::string checksum = io::file_checksum(file);
    rename(file, folder.path() / ("checkpoint_0000000001_" + checksum.substr(checksum.find(':') + 1) + ".h5"));
    EXPECT_THAT(complaint([&] { read_checkpoint(find_checkpoint(folder.path()).newest, {}, "any"); }),
                HasSubstr("attribute progress: not six numbers"));
  }
}

TEST_F(WeightsFile, NoCheckpointIsWrittenFromWhichNoTrainingCanGoOn) {
  network::NetworkShape shape;
  shape.filters = {1};
  shape.bottom = 1;
  const network::Network network = make_network(shape, 1, 2, 2, true);
  Checkpoint good;
  good.step = 3;
  good.weights = initial_weights(network, 1);
  good.first = good.second = std::vector<float>(network.plan.parameters);
  write_checkpoint(folder_.path(), network, good, "any");
  const std::filesystem::path there = find_checkpoint(folder_.path()).newest;
  for (std::vector<float> Checkpoint::*moments : {&Checkpoint::first, &Checkpoint::second}) {
    Checkpoint bad = good;
    bad.step = 4;
    (bad.*moments)[0] = INFINITY;
    EXPECT_THAT(complaint<Error>([&] { write_checkpoint(folder_.path(), network, bad, "any"); }),
                HasSubstr("of step 4 are not finite (a smaller train.rate may help)"));
  }
  Checkpoint bad = good;
  bad.weights.parameters[0] = NAN;
  EXPECT_THAT(complaint<Error>([&] { write_checkpoint(folder_.path(), network, bad, "any"); }),
              HasSubstr("not finite"));
  EXPECT_EQ(find_checkpoint(folder_.path()).newest, there);
  EXPECT_EQ(read_checkpoint(there, network, "any").step, 3U);
}

}  // namespace
}  // namespace an::app

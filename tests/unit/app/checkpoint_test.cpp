// SPDX-License-Identifier: MIT
#include "app/train/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "network/attention_unet.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    network::NetworkShape shape;
    shape.filters = {1};
    shape.bottom = 1;
    network_ = make_network(shape, 1, 2, 2, true);
    state_.weights = initial_weights(network_, 1);
    state_.first.assign(network_.plan.parameters, 0.0F);
    state_.second = state_.first;
  }
  void write(std::uint64_t step) {
    state_.step = step;
    write_checkpoint(folder_.path(), network_, state_, "{}");
  }
  std::vector<int> steps() const {
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      found.push_back(std::stoi(entry.path().filename().string().substr(std::string("checkpoint_").size(), 10)));
    std::sort(found.begin(), found.end());
    return found;
  }

  testing::TemporaryFolder folder_;
  network::Network network_;
  Checkpoint state_;
};

TEST_F(CheckpointTest, TheLastTwoStay) {
  for (const std::uint64_t step : {0U, 2U, 4U}) write(step);
  EXPECT_THAT(steps(), ElementsAre(2, 4));
}

TEST_F(CheckpointTest, ADamagedOneGoesBeforeAWholeOne) {
  write(4);
  write(6);
  std::ofstream(find_checkpoint(folder_.path()).newest, std::ios::app) << "damage";
  const FoundCheckpoint found = find_checkpoint(folder_.path());
  EXPECT_THAT(found.newest.string(), HasSubstr("checkpoint_0000000004"));
  EXPECT_THAT(found.problems, HasSubstr("checkpoint_0000000006"));
  write(8);
  EXPECT_THAT(steps(), ElementsAre(4, 8));
}

}  // namespace
}  // namespace an::app

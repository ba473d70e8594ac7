// SPDX-License-Identifier: MIT
#include "app/predict/prediction_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/predict/prediction_files.hpp"
#include "complaint.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

using ::testing::AllOf;
using testing::complaint;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

TEST(PredictionPlan, FindsFieldsOfViewByTheirNumbers) {
  const TemporaryFolder data;
  for (const char* file :
       {"track_2/exp_10/trajs_fov_0.csv", "track_2/exp_2/trajs_fov_10.csv", "track_2/exp_2/trajs_fov_9.csv",
        "track_2/exp_2/notes.txt", "track_2/exp_3/notes.txt", "track_1/exp_2/videos_fov_1.tif"})
    data.add(file);
  const PredictionPlan plan = find_public_data(data.path());
  ASSERT_EQ(plan.experiments.size(), 3U);
  EXPECT_EQ(plan.experiments[0].place, "track_1/exp_2");
  EXPECT_EQ(plan.experiments[1].place, "track_2/exp_2");
  EXPECT_EQ(plan.experiments[2].place, "track_2/exp_10");
  ASSERT_EQ(plan.fovs.size(), 4U);
  EXPECT_EQ(plan.fovs[1].number, 9U);
  EXPECT_EQ(plan.fovs[2].number, 10U);
}

// What is said of a folder that holds both files.
std::string of_two(const char* one, const char* other) {
  const TemporaryFolder data;
  data.add(one);
  data.add(other);
  return complaint([&] { find_public_data(data.path()); });
}

TEST(PredictionPlan, TwoOfOneNumberAreRefusedByName) {
  EXPECT_THAT(of_two("track_1/exp_1/videos_fov_3.tif", "track_1/exp_1/videos_fov_3.tiff"),
              AllOf(HasSubstr("/videos_fov_3.tif "), HasSubstr("/videos_fov_3.tiff")));
}

TEST(PredictionPlan, LeadingZerosAreRefusedByName) {
  EXPECT_THAT(of_two("track_2/exp_1/trajs_fov_10.csv", "track_2/exp_1/trajs_fov_009.csv"),
              AllOf(HasSubstr("/trajs_fov_009.csv: "), HasSubstr("expected trajs_fov_9.csv")));
  EXPECT_THAT(of_two("track_2/exp_0/trajs_fov_0.csv", "track_2/exp_1/trajs_fov_00.csv"),
              HasSubstr("expected trajs_fov_0.csv"));
  EXPECT_THAT(of_two("track_1/exp_1/videos_fov_3.tif", "track_1/exp_02/videos_fov_1.tif"), HasSubstr("expected exp_2"));
}

TEST(ShownFov, IsNoLargerThanAPictureNeeds) {
  TrackedFov read;
  segmentation::InferredFov inferred;
  for (std::int64_t index = 0; index < 5; ++index) {
    const std::vector<double> positions(80000, 1.0);
    read.fov.trajectories.push_back({index, 0, positions, positions});
    inferred.trajectories.push_back({index, positions.size(), {{0, {}, {}, DiffusiveState::free, 1, 1}}});
  }
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / shown_fov_name;
  write_shown_fov(file, {0, 3, {}, 1}, 7, read, inferred);
  const ShownFov shown = read_shown_fov(file);
  EXPECT_EQ(shown.experiment, 7);
  ASSERT_EQ(shown.trajectories.size(), 2U);
  EXPECT_EQ(shown.trajectories[1].x.size(), 80000U);
}

}  // namespace
}  // namespace an::app

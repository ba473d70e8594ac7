// SPDX-License-Identifier: MIT
#include "io/benchmark_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

using ::testing::HasSubstr;

std::vector<InputProblem> problems_of(const std::filesystem::path& folder) {
  try {
    list_reference_experiments(folder);
  } catch (const InputError& error) {
    return error.problems();
  }
  return {};
}

TEST(BenchmarkTree, ListsExperimentsInStringOrder) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"exp_2/traj_labs_fov_0.txt", "exp_10/traj_labs_fov_0.txt", "exp_10/traj_labs_fov_1.txt",
                           "exp_10/trajs_fov_0.csv", ".git/x", "_old/x", ".hidden"})
    folder.add(name);
  const auto experiments = list_reference_experiments(folder.path());
  ASSERT_EQ(experiments.size(), 2U);
  EXPECT_EQ(experiments[0].number, 10);
  EXPECT_EQ(experiments[0].folder, folder.path() / "exp_10");
  EXPECT_EQ(experiments[0].fovs, 2U);
  EXPECT_EQ(experiments[1].number, 2);
  EXPECT_EQ(experiments[1].fovs, 1U);
}

TEST(BenchmarkTree, CountsBackupLabelFilesAsTheOfficialScorerDoes) {
  const testing::TemporaryFolder folder;
  folder.add("exp_0/traj_labs_fov_0.txt");
  folder.add("exp_0/traj_labs_fov_0.bak");
  EXPECT_EQ(list_reference_experiments(folder.path()).at(0).fovs, 2U);
}

TEST(BenchmarkTree, OpensTheFolderOfTheFirstNumberInAName) {
  const testing::TemporaryFolder folder;
  folder.add("exp_1/traj_labs_fov_0.txt");
  folder.add("exp_01_v3/traj_labs_fov_0.txt");
  folder.add("exp_01_v3/traj_labs_fov_1.txt");
  const auto experiments = list_reference_experiments(folder.path());
  ASSERT_EQ(experiments.size(), 2U);
  EXPECT_EQ(experiments[0].folder, folder.path() / "exp_1");
  EXPECT_EQ(experiments[0].fovs, 1U);
}

TEST(BenchmarkTree, ReportsEveryEntryThatStopsTheOfficialScorer) {
  const testing::TemporaryFolder folder;
  folder.add("exp_0/traj_labs_fov_0.txt");
  folder.add("README");
  folder.add("exp_3_old/traj_labs_fov_0.txt");
  folder.add("exp_4/notes.txt");
  folder.add("exp_99999999999999999999/traj_labs_fov_0.txt");
  const auto problems = problems_of(folder.path());
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_EQ(problems[0].file, folder.path() / "README");
  EXPECT_THAT(problems[0].what, HasSubstr("IndexError"));
  EXPECT_EQ(problems[1].file, folder.path() / "exp_3_old");
  EXPECT_THAT(problems[1].what, HasSubstr("FileNotFoundError"));
  EXPECT_EQ(problems[2].file, folder.path() / "exp_4");
  EXPECT_THAT(problems[2].what, HasSubstr("UnboundLocalError"));
  EXPECT_THAT(problems[3].what, HasSubstr("FileNotFoundError"));
}

TEST(BenchmarkTree, UsableExperimentsAreFoundBesideWhatStopsTheOfficialScorer) {
  const testing::TemporaryFolder folder;
  for (const char* name :
       {"README", "exp_0/traj_labs_fov_0.txt", "exp_0/traj_labs_fov_0.txt~", "exp_0/traj_labs_fov_2.txt",
        "exp_0/traj_labs_fov_999999999.txt", "exp_1_v2/traj_labs_fov_0.txt", "exp_1_v3/traj_labs_fov_0.txt",
        "exp_4/notes.txt", "notes_2024.txt", "exp_99999999999999999999/traj_labs_fov_0.txt"})
    folder.add(name);
  const UsableTrack track = list_usable_experiments(folder.path());
  ASSERT_EQ(track.experiments.size(), 2U);
  EXPECT_EQ(track.experiments[0].folder, folder.path() / "exp_0");
  EXPECT_EQ(track.experiments[0].fovs, 3U);
  EXPECT_EQ(track.experiments[1].folder, folder.path() / "exp_1_v2");
  EXPECT_EQ(track.experiments[1].number, 1);
  std::vector<std::string> found;
  for (const TreeDefect& defect : track.defects)
    found.push_back(defect.problem.file.lexically_relative(folder.path()).string() + ": " + defect.cost);
  EXPECT_THAT(found, ::testing::ElementsAre("README: none", "exp_0/traj_labs_fov_0.txt~: none",
                                            "exp_0/traj_labs_fov_999999999.txt: the field of view", "exp_1_v2: none",
                                            "exp_1_v3: the whole folder", "exp_4: the whole folder",
                                            "exp_99999999999999999999: the whole folder", "notes_2024.txt: none"));
}

TEST(BenchmarkTree, NothingUsableIsAnErrorWithAllItsReasons) {
  const testing::TemporaryFolder folder;
  folder.add("README");
  try {
    list_usable_experiments(folder.path());
    FAIL();
  } catch (const InputError& error) {
    ASSERT_EQ(error.problems().size(), 2U);
    EXPECT_THAT(error.problems()[0].what, HasSubstr("holds no experiments"));
    EXPECT_EQ(error.problems()[1].file, folder.path() / "README");
  }
}

TEST(BenchmarkTree, NamesAMissingTrackFolder) {
  const testing::TemporaryFolder folder;
  EXPECT_THAT(problems_of(folder.path() / "track_1").at(0).what, HasSubstr("no such folder"));
  EXPECT_THAT(problems_of(folder.add("track_2")).at(0).what, HasSubstr("NotADirectoryError"));
}

TEST(BenchmarkTree, NamesFilesAsTheChallengeDoes) {
  EXPECT_EQ(truth_labels("exp_1", 2), "exp_1/traj_labs_fov_2.txt");
  EXPECT_EQ(submission_labels("exp_1", 29), "exp_1/fov_29.txt");
  EXPECT_EQ(ensemble_labels("exp_1"), "exp_1/ensemble_labels.txt");
  EXPECT_EQ(ensemble_of_fov("exp_1", 0), "exp_1/ens_labs_fov_0.txt");
  EXPECT_EQ(vip("exp_1", 0), "exp_1/vip_idx_fov_0.txt");
  EXPECT_EQ(trajectories("exp_1", 0), "exp_1/trajs_fov_0.csv");
}

}  // namespace
}  // namespace an::io

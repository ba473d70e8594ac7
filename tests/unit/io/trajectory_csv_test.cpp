// SPDX-License-Identifier: MIT
#include "io/trajectory_csv.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::StartsWith;

const std::string header = "traj_idx,frame,x,y\n";

LineProblem problem_of(const std::string& text) {
  const TrajectoryFile file = parse_trajectories(text);
  EXPECT_EQ(file.problems.size(), 1U) << text;
  return file.problems.empty() ? LineProblem{} : file.problems[0];
}

TEST(TrajectoryCsv, KeepsTrajectoriesInOrderOfAppearance) {
  const TrajectoryFile file = parse_trajectories(header + "7,3.0,1.5,-2\n7,4.0,1.25,1e-05\n2.0,0,5,6\n");
  EXPECT_THAT(file.problems, IsEmpty());
  ASSERT_EQ(file.trajectories.size(), 2U);
  EXPECT_EQ(file.trajectories[0].index, 7);
  EXPECT_EQ(file.trajectories[0].first_frame, 3);
  EXPECT_THAT(file.trajectories[0].x, ElementsAre(1.5, 1.25));
  EXPECT_THAT(file.trajectories[0].y, ElementsAre(-2, 1e-5));
  EXPECT_EQ(file.trajectories[1].index, 2);
}

TEST(TrajectoryCsv, FindsColumnsByNameAndSkipsOthers) {
  const TrajectoryFile file = parse_trajectories("y, x ,alpha,frame,D,traj_idx,state\n1,2,wrong,0,,9,2\n");
  EXPECT_THAT(file.problems, IsEmpty());
  ASSERT_EQ(file.trajectories.size(), 1U);
  EXPECT_EQ(file.trajectories[0].index, 9);
  EXPECT_THAT(file.trajectories[0].x, ElementsAre(2));
  EXPECT_THAT(file.trajectories[0].y, ElementsAre(1));
}

TEST(TrajectoryCsv, MayHaveWindowsLineEndsAByteOrderMarkAndEmptyLines) {
  const TrajectoryFile file = parse_trajectories("\xEF\xBB\xBFtraj_idx,frame,x,y\r\n0,0,1,2\r\n\r\n0,1, 3,4 \r\n");
  EXPECT_THAT(file.problems, IsEmpty());
  ASSERT_EQ(file.trajectories.size(), 1U);
  EXPECT_THAT(file.trajectories[0].y, ElementsAre(2, 4));
}

TEST(TrajectoryCsv, WithAHeaderOnlyHasNoTrajectory) {
  const TrajectoryFile file = parse_trajectories(header);
  EXPECT_THAT(file.problems, IsEmpty());
  EXPECT_THAT(file.trajectories, IsEmpty());
}

TEST(TrajectoryCsv, NamesMissingAndRepeatedColumns) {
  const TrajectoryFile file = parse_trajectories("traj_idx,x,x\n0,0,1\n");
  ASSERT_EQ(file.problems.size(), 3U);
  EXPECT_THAT(file.problems[0].what, StartsWith("0 columns named 'frame'"));
  EXPECT_THAT(file.problems[1].what, StartsWith("2 columns named 'x'"));
  EXPECT_THAT(file.problems[2].what, StartsWith("0 columns named 'y'"));
  EXPECT_EQ(parse_trajectories("").problems.size(), 4U);
}

TEST(TrajectoryCsv, ReportsEachKindOfBadValueWithItsPlace) {
  const LineProblem text = problem_of(header + "0,0,1,2\n0,1,1,abc\n");
  EXPECT_EQ(text.line, 3U);
  EXPECT_EQ(text.column, 7U);
  EXPECT_EQ(text.what, "y is 'abc' (expected a number)");
  EXPECT_EQ(problem_of(header + "0,0,nan,2\n").what, "x is 'nan' (expected a finite number)");
  EXPECT_EQ(problem_of(header + "0,0,-2e9,2\n").what, "x is '-2e9' (expected a number of pixels within 1e9)");
  EXPECT_EQ(problem_of(header + "0,0,,2\n").what, "x is '' (expected a number)");
  EXPECT_EQ(problem_of(header + "0.5,0,1,2\n").what, "traj_idx is '0.5' (expected a whole number)");
  EXPECT_EQ(problem_of(header + "0,1e30,1,2\n").what, "frame is '1e30' (expected a whole number)");
  EXPECT_EQ(problem_of(header + "0,-1,1,2\n").what, "frame is '-1' (expected a frame from 0 on)");
  EXPECT_EQ(problem_of(header + "-3,0,1,2\n").what, "traj_idx is '-3' (expected an index from 0 on)");
  EXPECT_EQ(problem_of(header + "0,0,1\n").what, "3 values, but the header names 4 columns");
  EXPECT_EQ(problem_of(header + "0,0,1,2,3\n").what, "5 values, but the header names 4 columns");
}

TEST(TrajectoryCsv, ReportsGapsAndReturnsOfTrajectories) {
  EXPECT_THAT(problem_of(header + "0,0,1,2\n0,2,1,2\n0,3,1,2\n").what,
              StartsWith("frame 2 of trajectory 0 (expected frame 1"));
  EXPECT_THAT(problem_of(header + "0,0,1,2\n1,0,1,2\n0,1,1,2\n0,2,1,2\n").what,
              HasSubstr("trajectory 0 appears again"));
}

TEST(TrajectoryCsv, OfTrackingMayHaveGapsWhichAreUnknownPositions) {
  const TrajectoryFile file = parse_trajectories(header + "0,3,1,2\n0,6,5,6\n0,7,nan,8\n", FrameRule::ascending);
  EXPECT_TRUE(file.problems.empty());
  ASSERT_EQ(file.trajectories.size(), 1U);
  EXPECT_EQ(file.trajectories[0].first_frame, 3);
  EXPECT_THAT(file.trajectories[0].x, ElementsAre(1, IsNan(), IsNan(), 5, IsNan()));
  EXPECT_THAT(file.trajectories[0].y, ElementsAre(2, IsNan(), IsNan(), 6, 8));
}

TEST(TrajectoryCsv, OfTrackingGoesForwardByStepsThatMemoryHolds) {
  const auto problem = [](const std::string& lines) {
    const TrajectoryFile file = parse_trajectories(header + lines, FrameRule::ascending);
    return file.problems.size() == 1 ? file.problems[0].what : "not one problem";
  };
  EXPECT_EQ(problem("0,3,1,2\n0,3,1,2\n"), "frame 3 of trajectory 0 (expected frame 4 or a later one)");
  EXPECT_EQ(problem("0,3,1,2\n0,900000000,1,2\n"),
            "frame 900000000 of trajectory 0: 899999996 frames are missing before it (expected 99999 at most, and "
            "10000000 in the whole file)");
  std::string far_apart;  // 90,000 frames are missing of each trajectory
  for (int trajectory = 0; trajectory < 112; ++trajectory)
    far_apart += fmt::format("{0},0,1,2\n{0},90001,1,2\n", trajectory);
  EXPECT_THAT(problem(far_apart), StartsWith("frame 90001 of trajectory 111: 90000 frames are missing before it"));
  EXPECT_EQ(problem("0,3,inf,2\n"), "x is 'inf' (expected a finite number)");
}

TEST(TrajectoryCsv, CountsABadLineOnce) { EXPECT_EQ(problem_of(header + "0,0,1,2\n0,x,1,2\n0,2,1,2\n").line, 3U); }

TEST(TrajectoryCsv, CarriesEveryProblemInTheError) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = folder.add("trajs_fov_0.csv", header + "0,0,a,2\n0,1,b,2\n");
  try {
    read_trajectories(path);
    FAIL() << "no error";
  } catch (const InputError& error) {
    ASSERT_EQ(error.problems().size(), 2U);
    EXPECT_EQ(error.problems()[1].file, path);
    EXPECT_EQ(error.problems()[1].line, 3U);
    EXPECT_EQ(error.problems()[1].column, 5U);
  }
}

TEST(TrajectoryCsv, IsWrittenAsTheOfficialFiles) {
  const std::vector<CsvTrajectory> trajectories{{4, 10, {43.92736711086839, 1e-5}, {140.62506519388276, -3}}};
  const std::string text = "traj_idx,frame,x,y\n4,10.0,43.92736711086839,140.62506519388276\n4,11.0,1e-05,-3.0\n";
  EXPECT_EQ(format_trajectories(trajectories), text);
  EXPECT_EQ(parse_trajectories(text).trajectories.at(0).y, trajectories[0].y);
}

}  // namespace
}  // namespace an::io

// SPDX-License-Identifier: MIT
#include "app/score/experiment_tally.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace an::app {
namespace {

FovReport report_of(double jsc, std::int64_t trajectories) {
  FovReport report;
  report.scores = {0, jsc, 0, 0, 1};
  report.sums.trajectories = trajectories;
  report.change_point_errors[3] = trajectories;
  return report;
}

ScoreProblem problem_of(const std::string& what, bool fatal) {
  ScoreProblem problem;
  problem.what = what;
  problem.fatal = fatal;
  return problem;
}

TEST(ExperimentTally, SumsUpAndFindsTheWorst) {
  ExperimentTally tally;
  FovReport undefined = report_of(0, 1);
  undefined.scores.fill(std::numeric_limits<double>::quiet_NaN());
  tally.add(std::move(undefined), {}, false);
  tally.add(report_of(0.5, 10), {}, false);
  tally.add(report_of(0.25, 20), {}, false);
  tally.add(report_of(0.25, 30), {}, true);
  EXPECT_EQ(tally.fovs, 4U);
  EXPECT_EQ(tally.sums.trajectories, 61);
  EXPECT_EQ(tally.change_point_errors[3], 61);
  ASSERT_TRUE(tally.worst);
  EXPECT_EQ(tally.worst->fov, 2U);
  EXPECT_TRUE(tally.fov_sums.empty());
  EXPECT_FALSE(tally.misaligned);
  EXPECT_FALSE(tally.misfit);
}

TEST(ExperimentTally, HasNoWorstWhereNothingIsWrong) {
  ExperimentTally tally;
  tally.add(report_of(1, 10), {}, true);
  EXPECT_FALSE(tally.worst);
}

TEST(ExperimentTally, KeepsTheSumsOfEachWhereTheyAreAskedFor) {
  ExperimentTally tally;
  for (const int trajectories : {3, 5}) tally.add(report_of(1, trajectories), {.keep_fov_sums = true}, false);
  ASSERT_EQ(tally.fov_sums.size(), 2U);
  EXPECT_EQ(tally.fov_sums[1].trajectories, 5);
}

// The last field of view may end as it likes; which of those that do not fit is the first tells what went wrong.
TEST(ExperimentTally, IsMisalignedByAnyButTheLast) {
  FovReport odd = report_of(1, 1);
  odd.aligned = false;
  odd.last_index_true = 7;
  odd.last_index_predicted = 6;
  ExperimentTally last, middle;
  last.add(report_of(1, 1), {}, false);
  last.add(FovReport(odd), {}, true);
  EXPECT_FALSE(last.misaligned);
  ASSERT_TRUE(last.misfit);
  EXPECT_EQ(last.misfit->fov, 1U);
  middle.add(FovReport(odd), {}, false);
  odd.last_index_true = 9;
  middle.add(FovReport(odd), {}, true);
  EXPECT_TRUE(middle.misaligned);
  ASSERT_TRUE(middle.misfit);
  EXPECT_EQ(middle.misfit->fov, 0U);
  EXPECT_EQ(middle.misfit->last_index_true, 7);
}

TEST(ExperimentTally, LooksAtTheLastFieldOfViewAsTheLast) {
  FovReport report = report_of(1, 1);
  report.aligned_if_last = false;
  ExperimentTally last, middle;
  middle.add(FovReport(report), {}, false);
  EXPECT_FALSE(middle.misaligned);
  last.add(FovReport(report), {}, true);
  EXPECT_TRUE(last.misaligned);
  EXPECT_FALSE(last.misfit);
}

TEST(ExperimentTally, RemembersTheFirstEvent) {
  ExperimentTally tally;
  for (const FovEvent event : {FovEvent::none, FovEvent::abort, FovEvent::stop}) {
    FovReport report = report_of(1, 1);
    report.event = event;
    report.scoring_stops = event == FovEvent::stop;
    tally.add(std::move(report), {}, false);
  }
  EXPECT_EQ(tally.event, FovEvent::abort);
  EXPECT_TRUE(tally.scoring_stops);
}

TEST(ExperimentTally, KeepsAsManyProblemsAsAreListedAndSomeFatalOnes) {
  ExperimentTally tally;
  const ScoreRules rules{.listed_problems = 3};
  for (int fov = 0; fov < 1000; ++fov) {
    FovReport report = report_of(1, 1);
    report.problems = {problem_of("odd " + std::to_string(fov), false), problem_of("bad " + std::to_string(fov), true)};
    tally.add(std::move(report), rules, false);
  }
  EXPECT_EQ(tally.others, 2000U - 103U);
  EXPECT_EQ(tally.fatal_others, 1000U - 101U);
  ASSERT_EQ(tally.problems.size(), 103U);
  EXPECT_EQ(tally.problems[2].problem.what, "odd 1");
  EXPECT_EQ(tally.problems[3].problem.what, "bad 1");
  EXPECT_EQ(tally.problems[4].problem.what, "bad 2");
}

TEST(ExperimentTally, KnowsWhatTheTaskIsGivenUpFor) {
  FovReport report = report_of(1, 1);
  report.event = FovEvent::abort;
  report.problems = {problem_of("a line", false), problem_of("the file", false)};
  report.problems[1].affected = all_metrics;
  ExperimentTally tally;
  tally.add(std::move(report), {}, true);
  ASSERT_EQ(tally.problems.size(), 2U);
  EXPECT_FALSE(tally.problems[0].gives_up);
  EXPECT_TRUE(tally.problems[1].gives_up);
}

}  // namespace
}  // namespace an::app

// SPDX-License-Identifier: MIT
#include "app/report/report_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "app/report/report_rows.hpp"
#include "app/report/report_tables.hpp"
#include "complaint.hpp"
#include "core/error.hpp"
#include "io/array_file.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

using report::Json;
using testing::complaint;
using ::testing::HasSubstr;

class ReportSource : public ::testing::Test {
 protected:
  std::vector<ReportedResult> read(const Json& summary) const {
    folder_.add("summary.json", summary.dump());
    return read_results(folder_.path(), "results");
  }
  static Json summary() {
    const Json task{{"global", Json::object()},
                    {"experiments", Json::array({Json{{"experiment", 1}, {"trajectories", 5}}})}};
    return {{"schema", 1},
            {"program", {{"version", "0"}, {"git", "0"}}},
            {"config", {{"score", {{"rules", "official"}, {"match", "index"}}}}},
            {"run", {{"ranks", 1}, {"seconds", Json::object()}}},
            {"tracks", {{"2", {{"single", task}, {"ensemble", task}}}}},
            {"problems", Json::array()}};
  }
  // Results of one matched change point that is off by so many frames.
  std::string of_errors(double frames, double count) const {
    {
      io::ArrayFile file(folder_.path() / "results.h5");
      file.set_attribute("schema", std::string("2"));
      const auto columns = [&](const std::string& group, const std::vector<std::pair<const char*, double>>& all) {
        file.add_group(group);
        for (const auto& [name, value] : all)
          file.add(group + "/" + name, std::span(&value, 1), std::vector<std::uint64_t>{1});
      };
      columns("/trajectories", {{"submission", 0}, {"track", 2}, {"experiment", 1e300}, {"fov", -1e300}, {"index", 0}});
      columns("/segments", {{"trajectory", 0},
                            {"segment_predicted", 1e300},
                            {"alpha_true", 1},
                            {"alpha_predicted", 1},
                            {"k_true", 1},
                            {"k_predicted", 1},
                            {"state_true", NAN},
                            {"state_predicted", 2}});
      columns("/change_points", {{"trajectory", 0},
                                 {"frame_true", 1e300},
                                 {"frame_predicted", 5},
                                 {"alpha_before", 1},
                                 {"alpha_after", 1},
                                 {"k_before", 1},
                                 {"k_after", 1},
                                 {"length_before", 1},
                                 {"length_after", 1},
                                 {"state_before", 1},
                                 {"state_after", 1}});
      columns("/change_point_errors", {{"submission", 0}, {"track", 2}, {"error", frames}, {"change_points", count}});
      file.commit();
    }
    return complaint([&] {
      const ReportedResult result = read(summary()).front();
      int pairs = 0;
      for_each_pair(result, 2, [&](const ReportedPair& pair) {
        ++pairs;
        EXPECT_LT(pair.segment_predicted, 0);
        EXPECT_LT(std::get<0>(pair.trajectory), 0);
        EXPECT_LT(pair.state_true, 0);
      });
      EXPECT_EQ(pairs, 1);
      change_point_errors(result, 2);
    });
  }

  testing::TemporaryFolder folder_;
};

TEST_F(ReportSource, TakesTheScoresOfATrack) {
  const std::vector<ReportedResult> results = read(summary());
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].name, "results");
  EXPECT_EQ(results[0].tracks.at(2).average.trajectories, 5);
}

TEST_F(ReportSource, WhatATrackWasScoredByDoesNotDependOnTheOther) {
  const auto by = [&](const Json& json) { return read(json).front().scored_by.at(2); };
  const std::string alone = by(summary());
  Json json = summary();
  json["tracks"]["1"] = json["tracks"]["2"];
  EXPECT_EQ(by(json), alone);
  for (const char* task : {"single", "ensemble"}) json["tracks"]["2"][task]["experiments"][0]["trajectories"] = 6;
  EXPECT_NE(by(json), alone);
}

TEST_F(ReportSource, ThePapersScoresStandBesideItsExperimentsAlone) {
  const auto beside = [&](const Json& json) {
    return score_table(2, read(json).front().tracks.at(2)).rows.front().at(3).beside;  // of JSC
  };
  Json json = summary();
  EXPECT_EQ(beside(json), "");
  Json& experiment = json["tracks"]["2"]["single"]["experiments"][0];
  experiment["model"] = "single_state";
  EXPECT_EQ(beside(json), "");
  experiment["model"] = "multi_state";
  EXPECT_EQ(beside(json), "0.005");
  json["tracks"]["2"]["single"]["experiments"].push_back({{"experiment", 10}, {"trajectories", 5}, {"model", "x"}});
  EXPECT_EQ(beside(json), "");
}

TEST_F(ReportSource, TimesAreToldWithTheirRanks) {
  const auto recorded = [](int ranks) {
    return Json{{"run",
                 {{"ranks", ranks},
                  {"seconds", {{"track", 0}, {"solve", 3.5}, {"of_all_ranks", {{"fit", 1}, {"infer", 2}}}}}}}};
  };
  Json json = summary();
  json["run"]["seconds"]["score"] = 0.5;
  folder_.add("submission/prediction.json", recorded(8).dump());
  const std::vector<StepTime> times = read(json).front().times;
  ASSERT_EQ(times.size(), 5U);
  EXPECT_EQ(times[1].step, "fit and infer");
  EXPECT_EQ(times[1].ranks, 8);
  EXPECT_EQ(times[1].seconds, 3.5);
  EXPECT_EQ(times[4].step, "score");
  EXPECT_EQ(times[4].ranks, 1);
  Json resumed = recorded(2);
  resumed["run"]["done_before"] = 7;
  folder_.add("submission/prediction.json", resumed.dump());
  EXPECT_EQ(read(json).front().times[1].step, "fit and infer (resumed: what was left)");
}

TEST_F(ReportSource, AnotherVersionOfASummaryIsNamed) {
  Json json = summary();
  json["schema"] = 2;
  EXPECT_THAT(complaint([&] { read(json); }), HasSubstr("schema 2 (expected 1: score again with this version)"));
}

TEST_F(ReportSource, ProblemsAreAList) {
  Json json = summary();
  json["problems"] = {{"file", "a.txt"}};
  EXPECT_THAT(complaint([&] { read(json); }),
              HasSubstr("summary.json: is not what this program wrote there (expected a list of problems)"));
}

TEST_F(ReportSource, CountsCanBeSummed) {
  Json json = summary();
  json["unlisted_problems"] = INT64_MAX;
  EXPECT_THAT(complaint([&] { read(json); }), HasSubstr("9223372036854775807 is no count"));
  json = summary();
  json["tracks"]["2"]["single"]["experiments"][0]["trajectories"] = INT64_MAX;
  EXPECT_THAT(complaint([&] { read(json); }), HasSubstr("9223372036854775807 is no count"));
}

TEST_F(ReportSource, TablesAreWrittenIntoTheFolderAlone) {
  Json json = summary();
  json["submissions"] = Json::array(
      {Json{{"name", "../elsewhere"}, {"folder", "none"}, {"tracks", json["tracks"]}, {"problems", json["problems"]}}});
  EXPECT_THAT(complaint([&] { read(json); }), HasSubstr("\"../elsewhere\" names no submission"));
}

TEST_F(ReportSource, ErrorsOfChangePointsLieWithinTheThreshold) {
  EXPECT_EQ(of_errors(-9, 4), "no complaint");
  EXPECT_THAT(of_errors(10, 4), HasSubstr("/change_point_errors: 4 errors of 10 frames (expected -9 to 9 frames)"));
  EXPECT_THAT(of_errors(NAN, 4), HasSubstr("errors of nan frames"));
  EXPECT_THAT(of_errors(0, -1), HasSubstr("-1 errors of 0 frames"));
  EXPECT_THAT(of_errors(0, 1e300), HasSubstr("errors of 0 frames"));
}

}  // namespace
}  // namespace an::app

// SPDX-License-Identifier: MIT
// Every function of the official scoring module against its recorded inputs and outputs (andi_datasets 2.1.13; the
// recording is tests/fixtures/scoring/functions.json). Integers and the values built from them are compared exactly.
#include <gtest/gtest.h>

#include <cmath>

#include "core/pairwise_sum.hpp"
#include "evaluation/challenge_score.hpp"
#include "oracle.hpp"

namespace an::evaluation {
namespace {

using testing::function_cases;
using testing::integers;
using testing::Json;
using testing::number;
using testing::numbers;

void expect_matches(std::span<const AssignedPair> found, const Json& rows_and_columns, const std::string& what) {
  std::vector<AssignedPair> expected;
  for (std::size_t i = 0; i < rows_and_columns[0].size(); ++i)
    expected.push_back({rows_and_columns[0][i].get<std::size_t>(), rows_and_columns[1][i].get<std::size_t>()});
  EXPECT_EQ(std::vector<AssignedPair>(found.begin(), found.end()), expected) << what;
}

void expect_same(double found, const Json& expected, const std::string& what) {
  const double value = number(expected);
  if (std::isnan(value))
    EXPECT_TRUE(std::isnan(found)) << what;
  else
    EXPECT_EQ(found, value) << what;
}

TEST(OfficialFunctions, LinearSumAssignment) {
  AssignmentSolver solver;
  for (const Json& c : function_cases("linear_sum_assignment")) {
    std::vector<double> costs;
    for (const Json& row : c["in"]["cost"])
      for (const Json& value : row) costs.push_back(number(value));
    expect_matches(solver.solve(costs, c["in"]["shape"][0], c["in"]["shape"][1]), c["out"]["ok"], c["in"].dump());
  }
}

TEST(OfficialFunctions, ChangepointAssignment) {
  ChangePointMatcher matcher(Rules::official);
  for (const Json& c : function_cases("changepoint_assignment"))
    expect_matches(matcher.match(integers(c["in"]["gt"]), integers(c["in"]["pred"])), c["out"]["ok"][0],
                   c["in"].dump());
}

TEST(OfficialFunctions, ChangepointAlphaBeta) {
  for (const Json& c : function_cases("changepoint_alpha_beta")) {
    const AlphaBeta result = changepoint_alpha_beta(integers(c["in"]["gt"]), integers(c["in"]["pred"]));
    expect_same(result.alpha, c["out"]["ok"][0], c["in"].dump());
    expect_same(result.beta, c["out"]["ok"][1], c["in"].dump());
  }
}

// The official function for one trajectory has no rule for empty lists: it divides by zero, and its RMSE is undefined
// without a true positive.
TEST(OfficialFunctions, SingleChangepointError) {
  for (const Json& c : function_cases("single_changepoint_error")) {
    const auto counts = ChangePointMatcher(Rules::official)
                            .count(integers(c["in"]["gt"]), integers(c["in"]["pred"]), c["in"]["threshold"]);
    const auto all = counts.true_positives + counts.false_positives + counts.false_negatives;
    ASSERT_EQ(c["out"].contains("exception"), all == 0) << c["in"].dump();
    if (all == 0) continue;
    if (counts.true_positives == 0)
      EXPECT_TRUE(std::isnan(number(c["out"]["ok"][0])));
    else
      expect_same(rmse_of(counts, Rules::official), c["out"]["ok"][0], c["in"].dump());
    expect_same(static_cast<double>(counts.true_positives) / static_cast<double>(all), c["out"]["ok"][1],
                c["in"].dump());
  }
}

TEST(OfficialFunctions, EnsembleChangepointError) {
  for (const Json& c : function_cases("ensemble_changepoint_error")) {
    ChangePointCounts counts;
    ChangePointMatcher matcher(Rules::official);
    for (std::size_t i = 0; i < std::min(c["in"]["gt"].size(), c["in"]["pred"].size()); ++i)
      counts += matcher.count(integers(c["in"]["gt"][i]), integers(c["in"]["pred"][i]), c["in"]["threshold"]);
    expect_same(rmse_of(counts, Rules::official), c["out"]["ok"][0], c["in"].dump());
    expect_same(jsc_of(counts, Rules::official), c["out"]["ok"][1], c["in"].dump());
  }
}

TEST(OfficialFunctions, CreateBinarySegment) {
  for (const Json& c : function_cases("create_binary_segment")) {
    const std::int64_t length = c["in"]["T"];
    ASSERT_EQ(c["out"].contains("exception"), length <= 0);
    if (length <= 0) continue;
    std::vector<FrameRange> segments;
    official_segments(integers(c["in"]["cp"]), length, segments);
    ASSERT_EQ(segments.size(), c["out"]["ok"].size());
    for (std::size_t s = 0; s < segments.size(); ++s)
      for (std::int64_t frame = 0; frame < length; ++frame)
        EXPECT_EQ(c["out"]["ok"][s][static_cast<std::size_t>(frame)] == 1.0,
                  frame >= segments[s].begin && frame < segments[s].end)
            << c["in"].dump() << " segment " << s << " frame " << frame;
  }
}

void expect_assignment(const Json& c, std::span<const FrameRange> truth, std::span<const FrameRange> prediction) {
  std::vector<double> costs;
  for (std::size_t i = 0; i < truth.size(); ++i)
    for (std::size_t j = 0; j < prediction.size(); ++j) {
      costs.push_back(1 - jaccard(truth[i], prediction[j]));
      expect_same(costs.back(), c["out"]["ok"][1][i][j], c["in"].dump());
    }
  expect_matches(AssignmentSolver().solve(costs, truth.size(), prediction.size()), c["out"]["ok"][0], c["in"].dump());
}

TEST(OfficialFunctions, SegmentAssignment) {
  SegmentPairing pairing(Rules::official);
  for (const Json& c : function_cases("segment_assignment")) {
    const auto truth = integers(c["in"]["gt"]);
    const auto prediction = integers(c["in"]["pred"]);
    ASSERT_EQ(c["out"].contains("exception"), truth.back() <= 0 || prediction.back() <= 0);
    if (c["out"].contains("exception")) continue;
    expect_matches(pairing.assign(truth, prediction), c["out"]["ok"][0], c["in"].dump());
    std::size_t n = 0;
    for (const Json& row : c["out"]["ok"][1])
      for (const Json& cost : row) expect_same(pairing.costs()[n++], cost, c["in"].dump());
    EXPECT_EQ(n, pairing.costs().size());
  }
}

TEST(OfficialFunctions, SegmentAssignmentOfFixedLength) {
  for (const Json& c : function_cases("segment_assignment_fixedT")) {
    const std::int64_t length = c["in"]["T"];
    std::vector<FrameRange> truth, prediction;
    const auto cps = [&](const char* side) {
      const auto list = integers(c["in"][side]);
      return list.empty() ? std::vector{length - 1} : list;
    };
    official_segments(cps("gt"), length, truth);
    official_segments(cps("pred"), length, prediction);
    expect_assignment(c, truth, prediction);
  }
}

struct Properties {
  std::vector<std::int64_t> cps;
  std::vector<double> alpha, k, state;
};

Properties side(const Json& in, const std::string& prefix) {
  return {integers(in[prefix + "_cp"]), numbers(in[prefix + "_alpha"]), numbers(in[prefix + "_D"]),
          numbers(in[prefix + "_s"])};
}

void expect_pairs(const Json& in, std::span<const AssignedPair> pairs, const Json& alpha, const Json& k,
                  const Json& state) {
  const Properties truth = side(in, "gt");
  const Properties prediction = side(in, "pred");
  ASSERT_EQ(pairs.size(), alpha.size()) << in.dump();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto [row, column] = pairs[i];
    EXPECT_EQ((std::vector{truth.alpha[row], prediction.alpha[column]}), numbers(alpha[i])) << in.dump();
    EXPECT_EQ((std::vector{truth.k[row], prediction.k[column]}), numbers(k[i])) << in.dump();
    EXPECT_EQ((std::vector{truth.state[row], prediction.state[column]}), numbers(state[i])) << in.dump();
  }
}

bool raises(const Json& in) { return integers(in["gt_cp"]).back() <= 0 || integers(in["pred_cp"]).back() <= 0; }

TEST(OfficialFunctions, CheckNoChangepoints) {
  SegmentPairing pairing(Rules::official);
  for (const Json& c : function_cases("check_no_changepoints")) {
    const Properties truth = side(c["in"], "gt");
    const Properties prediction = side(c["in"], "pred");
    const bool special = truth.cps.size() == 1 || prediction.cps.size() == 1;
    if (c["out"].contains("exception")) {
      EXPECT_TRUE(special && raises(c["in"])) << c["in"].dump();
      continue;
    }
    ASSERT_EQ(c["out"]["ok"][0].get<bool>(), special) << c["in"].dump();
    if (special)
      expect_pairs(c["in"], pairing.pair(truth.cps, prediction.cps), c["out"]["ok"][1], c["out"]["ok"][2],
                   c["out"]["ok"][3]);
  }
}

TEST(OfficialFunctions, SegmentPropertyPairs) {
  SegmentPairing pairing(Rules::official);
  for (const Json& c : function_cases("segment_property_errors_pairs")) {
    ASSERT_EQ(c["out"].contains("exception"), raises(c["in"])) << c["in"].dump();
    if (raises(c["in"])) continue;
    expect_pairs(c["in"], pairing.pair(side(c["in"], "gt").cps, side(c["in"], "pred").cps), c["out"]["ok"][0],
                 c["out"]["ok"][1], c["out"]["ok"][2]);
  }
}

TEST(OfficialFunctions, SegmentPropertyErrors) {
  SegmentPairing pairing(Rules::official);
  for (const Json& c : function_cases("segment_property_errors")) {
    if (raises(c["in"])) continue;
    const Properties truth = side(c["in"], "gt");
    const Properties prediction = side(c["in"], "pred");
    std::vector<double> alpha, k;
    double same = 0;
    const auto pairs = pairing.pair(truth.cps, prediction.cps);
    for (const auto [i, j] : pairs) {
      const SegmentErrors errors = errors_of(
          {truth.alpha[i], prediction.alpha[j], truth.k[i], prediction.k[j], truth.state[i], prediction.state[j]});
      alpha.push_back(errors.alpha_error);
      k.push_back(errors.k_squared_log_error);
      same += errors.same_state;
    }
    const auto n = static_cast<double>(pairs.size());
    expect_same(capped_mae(pairwise_sum(alpha) / n), c["out"]["ok"][0], c["in"].dump());
    const double msle = number(c["out"]["ok"][1]);
    EXPECT_NEAR(capped_msle(pairwise_sum(k) / n), msle, 1e-12 * msle) << c["in"].dump();
    expect_same(same / n, c["out"]["ok"][2], c["in"].dump());
  }
}

// The metric functions see raw columns, before the clean-up.
TEST(OfficialFunctions, MetricAnomalousExponent) {
  for (const Json& c : function_cases("metric_anomalous_exponent")) {
    std::vector<double> errors;
    for (std::size_t i = 0; i < c["in"][0].size(); ++i)
      errors.push_back(errors_of({number(c["in"][0][i]), number(c["in"][1][i]), 0, 0, 0, 0}).alpha_error);
    expect_same(capped_mae(pairwise_sum(errors) / static_cast<double>(errors.size())), c["out"]["ok"], c["in"].dump());
  }
}

TEST(OfficialFunctions, MetricDiffusionCoefficient) {
  for (const Json& c : function_cases("metric_diffusion_coefficient")) {
    std::vector<double> errors;
    bool all_finite = true;
    for (std::size_t i = 0; i < c["in"][0].size(); ++i) {
      const double truth = number(c["in"][0][i]);
      const double prediction = number(c["in"][1][i]);
      all_finite = all_finite && std::isfinite(truth) && std::isfinite(prediction);
      errors.push_back(errors_of({0, 0, truth, prediction, 0, 0}).k_squared_log_error);
    }
    ASSERT_EQ(c["out"].contains("exception"), !all_finite) << c["in"].dump();
    if (!all_finite) continue;
    const double expected = number(c["out"]["ok"]);
    EXPECT_NEAR(capped_msle(pairwise_sum(errors) / static_cast<double>(errors.size())), expected, 1e-12 * expected);
  }
}

TEST(OfficialFunctions, MetricDiffusiveState) {
  for (const Json& c : function_cases("metric_diffusive_state")) {
    double same = 0;
    for (std::size_t i = 0; i < c["in"][0].size(); ++i)
      same += errors_of({0, 0, 0, 0, number(c["in"][0][i]), number(c["in"][1][i])}).same_state;
    expect_same(same / static_cast<double>(c["in"][0].size()), c["out"]["ok"], c["in"].dump());
  }
}

// Ours are ranges of frames, the recorded ones any sets: cut into runs of frames, sums of overlaps must give the same.
TEST(OfficialFunctions, JaccardBetweenSegments) {
  for (const Json& c : function_cases("jaccard_between_segments")) {
    const auto runs = [](const std::vector<double>& frames) {
      std::vector<FrameRange> ranges;
      for (std::size_t i = 0; i < frames.size(); ++i)
        if (frames[i] == 1) ranges.push_back({static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1});
      return ranges;
    };
    const auto truth = runs(numbers(c["in"]["gt"]));
    const auto prediction = runs(numbers(c["in"]["pred"]));
    double both = 0;
    for (const FrameRange& g : truth)
      for (const FrameRange& p : prediction) both += jaccard(g, p);  // 1 for the same frame, else 0
    const double either = static_cast<double>(truth.size() + prediction.size()) - both;
    expect_same(either == 0 ? 0 : both / either, c["out"]["ok"], c["in"].dump());
  }
}

TEST(OfficialFunctions, JaccardIndexOfCounts) {
  for (const Json& c : function_cases("jaccard_index")) {
    ChangePointCounts counts;
    counts.true_positives = c["in"][0];
    counts.false_positives = c["in"][1];
    counts.false_negatives = c["in"][2];
    const bool empty = counts == ChangePointCounts{};
    ASSERT_EQ(c["out"].contains("exception"), empty);
    if (!empty) expect_same(jsc_of(counts, Rules::official), c["out"]["ok"], c["in"].dump());
  }
}

TEST(OfficialFunctions, Bounds) {
  const auto expected = numbers(function_cases("_bounds")[0]["out"]["ok"]);
  EXPECT_EQ((std::vector{alpha_penalty, k_penalty, 0.0, double(changepoint_threshold), aborted_ensemble_task[0],
                         aborted_ensemble_task[1]}),
            expected);
}

}  // namespace
}  // namespace an::evaluation
